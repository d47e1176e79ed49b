import { sql } from 'kysely';
import type { ChannelOptions } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import { LIVE, openWebhookSecret } from '../attempts/rows.ts';
import { CHANNEL_COLUMNS, isRowId, openSecrets, type StoredChannel, toChannel } from '../rows.ts';

/**
 * Records how a channel is doing, unless it was signed in again after `asOf`: an older answer says nothing about
 * the new session. `credentials` are given when asking renewed them.
 */
export async function storeHealth(
  db: Db,
  secrets: Secrets,
  id: string,
  health: Pick<StoredChannel, 'status' | 'statusReason'> & {
    credentials?: Record<string, unknown>;
    asOf: Date;
  },
): Promise<void> {
  await db
    .updateTable('channels')
    .set({
      status: health.status,
      statusReason: health.statusReason,
      ...(health.credentials && {
        credentials: secrets.seal(JSON.stringify(health.credentials), `channels:${id}:credentials`),
      }),
    })
    .where('id', '=', id)
    .where('status', '!=', 'paused')
    .where((where) =>
      where.or([where('checkedAt', 'is', null), where('checkedAt', '<=', health.asOf)]),
    )
    .execute();
}

/** Claims channels of one service whose last check is older than `before`, so that no other replica asks about them. */
export async function claimChannelsToCheck(
  db: Db,
  claim: { connector: string; before: Date; now: Date; limit: number },
): Promise<StoredChannel[]> {
  const due = db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select('channels.id')
    .where('channels.connector', '=', claim.connector)
    .where('channels.checkedAt', '<', claim.before)
    .where('channels.status', '!=', 'paused')
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .orderBy('channels.checkedAt')
    .limit(claim.limit)
    .forUpdate('channels')
    .skipLocked();
  const rows = await db
    .updateTable('channels')
    .set({ checkedAt: claim.now })
    .where('id', 'in', due)
    .where('checkedAt', '<', claim.before)
    .returning(CHANNEL_COLUMNS)
    .execute();
  return rows.map(toChannel);
}

/** Whom a webhook address was made for, and what proves its events. Never log one. */
export interface WebhookOwner {
  /** Id of the channel, or of the open attempt that may become one. */
  id: string;
  /** Undefined when it cannot be opened: then nothing can be proven. */
  webhookSecret: string | undefined;
  /** Undefined for an attempt, which has none yet, and when they cannot be opened. */
  credentials: Record<string, unknown> | undefined;
  /** Undefined for an attempt. */
  channel: OwnedChannel | undefined;
}

/** A channel as far as its events are concerned. */
export interface OwnedChannel {
  id: string;
  accountId: number;
  epoch: number;
  connector: string;
  externalId: string;
  options: ChannelOptions;
}

/** Channels of these accounts of a service, whoever connected them, as long as their install lasts. */
export async function listChannelsOf(
  db: Db,
  secrets: Secrets,
  connector: string,
  externalIds: readonly string[],
): Promise<(WebhookOwner & { channel: OwnedChannel })[]> {
  if (externalIds.length === 0) return [];
  const rows = await db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select([
      'channels.id',
      'channels.credentials',
      'channels.webhookSecret',
      'channels.accountId',
      'channels.epoch',
      'channels.externalId',
      'channels.options',
    ])
    .where('channels.connector', '=', connector)
    .where('channels.externalId', 'in', externalIds)
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .where('accounts.installState', '!=', 'disabled')
    .execute();
  return rows.map(({ id, credentials, webhookSecret, ...channel }) => {
    const opened = openSecrets(secrets, { id, credentials, webhookSecret });
    return {
      id,
      credentials: opened.credentials,
      webhookSecret: opened.webhookSecret,
      channel: { id, connector, ...channel },
    };
  });
}

/**
 * The channel or open attempt of a webhook address, in one query; undefined for an address we never gave out, or
 * whose install epoch has ended.
 */
export async function findWebhookOwner(
  db: Db,
  secrets: Secrets,
  id: string,
  connector: string,
): Promise<WebhookOwner | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db
    .selectFrom('attempts')
    .modifyFront(prepared('webhook-owner'))
    .select([
      sql<string | null>`null::text`.as('credentials'),
      'webhookSecret',
      'accountId',
      'epoch',
      sql<string>`''`.as('externalId'),
      sql<ChannelOptions>`'{}'::jsonb`.as('options'),
    ])
    .where('id', '=', id)
    .where('connector', '=', connector)
    .where('state', 'in', LIVE)
    // An attempt to sign a channel in again uses the channel's address.
    .where('channelId', 'is', null)
    .unionAll(
      db
        .selectFrom('channels')
        .innerJoin('accounts', 'accounts.id', 'channels.accountId')
        .select([
          'channels.credentials',
          'channels.webhookSecret',
          'channels.accountId',
          'channels.epoch',
          'channels.externalId',
          'channels.options',
        ])
        .where('channels.id', '=', id)
        .where('channels.connector', '=', connector)
        .whereRef('channels.epoch', '=', 'accounts.epoch'),
    )
    .executeTakeFirst();
  if (!row || row.webhookSecret === null) return undefined;
  if (row.credentials === null) {
    const webhookSecret = openWebhookSecret(secrets, id, row.webhookSecret);
    return { id, webhookSecret, credentials: undefined, channel: undefined };
  }
  const { credentials, webhookSecret } = row;
  const opened = openSecrets(secrets, { id, credentials, webhookSecret });
  const { accountId, epoch, externalId, options } = row;
  return {
    id,
    webhookSecret: opened.webhookSecret,
    credentials: opened.credentials,
    channel: { id, accountId, epoch, connector, externalId, options },
  };
}
