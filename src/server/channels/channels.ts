import type { Channel, ChannelCollection, ChannelOptions } from '../../contract/api.ts';
import type { Caller } from '../accounts/caller.ts';
import { findSettings, storeDefaultChannel } from '../accounts/rows.ts';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import { lockAccount } from '../platform/database/account-lock.ts';
import type { Trx } from '../platform/database/database.ts';
import { transaction } from '../platform/database/transaction.ts';
import { FORGET_MESSAGES, SYNC_SOURCES } from '../queues.ts';
import { endAttempt } from './attempts/end-attempt.ts';
import { lockAttemptsOfChannel } from './attempts/rows.ts';
import {
  deleteChannel,
  findChannel,
  listChannels,
  listChannelsWithDefault,
  type StoredChannel,
} from './rows.ts';
import { signOutChannelLater } from './sign-outs/sign-out.ts';
import { forgetSources, requestSync } from './sources/rows.ts';

/** The account's channels, as the guide's collection. */
export async function readChannels(context: Context, caller: Caller): Promise<ChannelCollection> {
  const epoch = caller.account?.epoch ?? 0;
  const { channels, defaultChannelId } = await listChannelsWithDefault(
    context.db,
    caller.accountId,
    epoch,
  );
  return {
    _total_items: channels.length,
    _embedded: {
      channels: channels.map((channel) => viewChannel(context, channel, defaultChannelId)),
    },
    _links: { self: { href: channelAddress(context) } },
  };
}

/**
 * A channel as the wire has it.
 *
 * @see https://developers.kommo.com/docs/install-and-adjust-settings for the guide's part of the shape
 */
export function viewChannel(
  context: Context,
  channel: StoredChannel,
  defaultChannelId: string | null,
): Channel {
  return {
    id: channel.id,
    name: channel.name,
    phone: channel.phone,
    pipeline_id: channel.pipelineIds[0] ?? null,
    pipeline_ids: channel.pipelineIds,
    // The guide's flag for WhatsApp's linked devices: a scanned code makes us one.
    is_multidevice_mode_on: context.connectors.find(channel.connector)?.auth === 'qr' ? 1 : 0,
    is_default: channel.id === defaultChannelId,
    is_saved: channel.isSaved,
    connector: channel.connector,
    status: channel.status,
    status_reason: channel.statusReason,
    account: channel.account,
    messages: messagesOf(context, channel),
    options: optionsOf(context, channel),
    created_at: channel.createdAt.toISOString(),
    _links: { self: { href: channelAddress(context, channel.id) } },
  };
}

/** What is known of a channel's messages. */
function messagesOf(context: Context, { connector, figures }: StoredChannel): Channel['messages'] {
  return {
    carries: context.connectors.find(connector)?.messages !== undefined,
    last_received_at: figures?.lastReceivedAt?.toISOString() ?? null,
    last_sent_at: figures?.lastSentAt?.toISOString() ?? null,
    pending: figures?.pending ?? 0,
    undelivered: figures?.undelivered ?? 0,
  };
}

/** The options the channel's service has, with what applies while the admin has not decided. */
function optionsOf(context: Context, { connector, options }: StoredChannel): ChannelOptions {
  const offered = context.connectors.find(connector)?.messages?.options ?? [];
  return {
    ...(offered.includes('groups') && { groups: options.groups ?? 'ignore' }),
    ...(offered.includes('own_device') && { own_device: options.own_device ?? 'import' }),
  };
}

/** Address of the collection, or of one channel. */
function channelAddress(context: Context, id?: string): string {
  const collection = `${context.config.publicUrl}/messenger/channels`;
  return id === undefined ? collection : `${collection}/${id}`;
}

/** Whether an account with these channels has reached its limit, in total or for this service. */
export function isAtLimit(
  config: Config,
  channels: readonly StoredChannel[],
  connector: string,
): boolean {
  const ofService = channels.filter((channel) => channel.connector === connector);
  return channels.length >= config.maxChannels || ofService.length >= config.maxChannelsPerService;
}

/**
 * Removes a channel at once: its session at the chat service is ended, its sources go with the next sync, and
 * if it was the default, the oldest remaining channel takes over.
 *
 * @throws AppError `not_found` for an id that is unknown or another account's
 */
export async function removeChannel(context: Context, caller: Caller, id: string): Promise<void> {
  await transaction(context.db, async (trx) => {
    const account = await lockAccount(trx, caller.accountId);
    const key = { id, accountId: caller.accountId, epoch: account?.epoch ?? 0 };
    const channel = await findChannel(trx, key);
    if (!channel) throw new AppError('not_found');
    for (const attempt of await lockAttemptsOfChannel(trx, context.secrets, id)) {
      await endAttempt(trx, context, attempt, { state: 'cancelled', reason: 'superseded' });
    }
    await signOutChannelLater(trx, context, channel);
    await deleteChannel(trx, id);
    await forgetSources(trx, channel.accountId, [id]);
    await context.jobs.request(trx, FORGET_MESSAGES, {
      accountId: channel.accountId,
      channelId: id,
    });
    await moveDefault(trx, channel);
    const settings = await findSettings(trx, channel.accountId, channel.epoch);
    if (settings.status !== 'active') return;
    await requestSync(trx, channel.accountId);
    await context.jobs.request(trx, SYNC_SOURCES, { accountId: channel.accountId });
  });
}

/** Prefers a channel that has sources: only such a channel can be Kommo's default. */
async function moveDefault(trx: Trx, { id, accountId, epoch }: StoredChannel): Promise<void> {
  const { defaultChannelId } = await findSettings(trx, accountId, epoch);
  if (defaultChannelId !== id) return;
  const rest = await listChannels(trx, accountId, epoch);
  const next = rest.find((channel) => channel.isSaved) ?? rest[0];
  await storeDefaultChannel(trx, accountId, epoch, next?.id ?? null);
}
