import type {
  Channel,
  ChannelCollection,
  ChannelOptions,
  LinkedAccount,
} from '../../contract/api.ts';
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
import { channelPictureLink } from './pictures/picture-link.ts';
import {
  deleteChannel,
  findChannel,
  listChannels,
  listChannelsWithDefault,
  type StoredChannel,
} from './rows.ts';
import { shownAccount, shownPhone } from './shown-account.ts';
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
    phone_text: shownPhone(channel.phone),
    pipeline_id: channel.pipelineIds[0] ?? null,
    pipeline_ids: channel.pipelineIds,
    // The guide's flag for WhatsApp's linked devices: a scanned code makes us one.
    is_multidevice_mode_on: context.connectors.find(channel.connector)?.auth === 'qr' ? 1 : 0,
    is_default: channel.id === defaultChannelId,
    is_saved: channel.isSaved,
    connector: channel.connector,
    status: channel.status,
    status_reason: channel.statusReason,
    checked_at: checkTime(channel),
    account: { ...shownAccount(channel.account), ...pictureOf(context, channel) },
    messages: messagesOf(context, channel),
    options: optionsOf(context, channel),
    test: context.connectors.find(channel.connector)?.messages?.test?.target ?? null,
    created_at: channel.createdAt.toISOString(),
    _links: { self: { href: channelAddress(context, channel.id) } },
  };
}

/** Of when the status is. Earlier versions noted only when they asked, and 1970 for a check that was due at once. */
function checkTime({ statusAt, checkedAt }: StoredChannel): string | null {
  const time = statusAt ?? checkedAt;
  return time && time.getTime() > 0 ? time.toISOString() : null;
}

function pictureOf(context: Context, channel: StoredChannel): Pick<LinkedAccount, 'avatar_url'> {
  const link = channelPictureLink(context, channel);
  return link === undefined ? {} : { avatar_url: link };
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

/** The caller's channel. @throws AppError `not_found` for an id that is unknown or another account's */
export async function getChannel(
  context: Context,
  caller: Caller,
  id: string,
): Promise<StoredChannel> {
  const key = { id, accountId: caller.accountId, epoch: caller.account?.epoch ?? 0 };
  const channel = await findChannel(context.db, key);
  if (!channel) throw new AppError('not_found');
  return channel;
}

/**
 * Removes a channel at once: its session at the chat service is ended, its sources go with the next sync, and
 * if it was the default, the oldest remaining channel takes over.
 *
 * @throws AppError `not_found` for an id that is unknown or another account's
 */
export async function removeChannel(context: Context, caller: Caller, id: string): Promise<void> {
  const removed = await transaction(context.db, (trx) => remove(trx, context, caller, [id]));
  if (removed === 0) throw new AppError('not_found');
}

/** Removes channels as `removeChannel` does: all of them or, when it fails, none. What is not there counts as removed. */
export async function removeChannels(
  context: Context,
  caller: Caller,
  ids: readonly string[],
): Promise<void> {
  // Whoever removes the same ones at the same time comes to them in the same order.
  const inOrder = [...new Set(ids)].sort();
  await transaction(context.db, (trx) => remove(trx, context, caller, inOrder));
}

/** @returns how many there were */
async function remove(
  trx: Trx,
  context: Context,
  { accountId }: Caller,
  ids: readonly string[],
): Promise<number> {
  const account = await lockAccount(trx, accountId);
  const epoch = account?.epoch ?? 0;
  let removed = 0;
  for (const id of ids) {
    const channel = await findChannel(trx, { id, accountId, epoch });
    if (!channel) continue;
    removed += 1;
    for (const attempt of await lockAttemptsOfChannel(trx, context.secrets, id)) {
      await endAttempt(trx, context, attempt, { state: 'cancelled', reason: 'superseded' });
    }
    await signOutChannelLater(trx, context, channel);
    await deleteChannel(trx, id);
    await forgetSources(trx, accountId, [id]);
    await context.jobs.request(trx, FORGET_MESSAGES, { accountId, channelId: id });
    await moveDefault(trx, channel);
  }
  if (removed === 0) return 0;
  const settings = await findSettings(trx, accountId, epoch);
  if (settings.status !== 'active') return removed;
  await requestSync(trx, accountId);
  await context.jobs.request(trx, SYNC_SOURCES, { accountId });
  return removed;
}

/** Prefers a channel that has sources: only such a channel can be Kommo's default. */
async function moveDefault(trx: Trx, { id, accountId, epoch }: StoredChannel): Promise<void> {
  const { defaultChannelId } = await findSettings(trx, accountId, epoch);
  if (defaultChannelId !== id) return;
  const rest = await listChannels(trx, accountId, epoch);
  const next = rest.find((channel) => channel.isSaved) ?? rest[0];
  await storeDefaultChannel(trx, accountId, epoch, next?.id ?? null);
}
