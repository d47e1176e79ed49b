import { type Selectable, sql } from 'kysely';
import type { ChannelStatus, LinkedAccount, StatusReason } from '../../contract/api.ts';
import type { ChannelsTable } from './channel-tables.ts';
import type { Db, Trx } from './database.ts';
import { isRowId } from './row-id.ts';
import type { Secrets } from './secrets.ts';

/** A channel without its secrets. */
export interface StoredChannel {
  id: string;
  accountId: number;
  epoch: number;
  connector: string;
  account: LinkedAccount;
  phone: string;
  name: string;
  pipelineIds: number[];
  status: ChannelStatus;
  statusReason: StatusReason | null;
  /** False until the first save that named this channel: it has no sources before. */
  isSaved: boolean;
  createdAt: Date;
}

/** What signs us in at the chat service, and what its events are proven with. */
export interface ChannelSecrets {
  credentials: Record<string, unknown>;
  webhookSecret: string;
}

/** Channels of the account in this install epoch, oldest first. */
export async function listChannels(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<StoredChannel[]> {
  const rows = await db
    .selectFrom('channels')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('epoch', '=', epoch)
    .orderBy('created_at')
    .orderBy('slot')
    .execute();
  return rows.map(toChannel);
}

/** Undefined for an id that is unknown, of another account or of an ended epoch alike. */
export async function findChannel(
  db: Db,
  key: { id: string; accountId: number; epoch: number },
): Promise<StoredChannel | undefined> {
  if (!isRowId(key.id)) return undefined;
  const row = await db
    .selectFrom('channels')
    .selectAll()
    .where('id', '=', key.id)
    .where('account_id', '=', key.accountId)
    .where('epoch', '=', key.epoch)
    .executeTakeFirst();
  return row && toChannel(row);
}

/** Whether this chat account is connected anywhere: ending its session would end that channel, too. */
export async function isConnectedAnywhere(
  db: Db,
  connector: string,
  externalId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('channels')
    .select('id')
    .where('connector', '=', connector)
    .where('external_id', '=', externalId)
    .executeTakeFirst();
  return row !== undefined;
}

/** @throws CannotUnseal; undefined when the channel is gone */
export async function findChannelSecrets(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<ChannelSecrets | undefined> {
  const row = await db
    .selectFrom('channels')
    .select(['credentials', 'webhook_secret'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row && openSecrets(secrets, { id, ...row });
}

/** Writes what a save says about one channel. */
export async function saveChannel(
  trx: Trx,
  id: string,
  saved: { name: string; pipelineIds: number[] },
): Promise<void> {
  await trx
    .updateTable('channels')
    .set({
      name: saved.name,
      pipeline_ids: JSON.stringify(saved.pipelineIds),
      is_saved: true,
    })
    .where('id', '=', id)
    .execute();
}

export async function deleteChannel(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('channels').where('id', '=', id).execute();
}

/** Channels that outlived their install epoch. */
export async function listEndedChannels(
  db: Db,
  accountId: number,
  upToEpoch: number,
): Promise<StoredChannel[]> {
  const rows = await db
    .selectFrom('channels')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .execute();
  return rows.map(toChannel);
}

/** @throws CannotUnseal */
export function openSecrets(
  secrets: Secrets,
  row: { id: string; credentials: string; webhook_secret: string },
): ChannelSecrets {
  return {
    credentials: JSON.parse(secrets.unseal(row.credentials, `channels:${row.id}:credentials`)),
    webhookSecret: secrets.unseal(row.webhook_secret, `channels:${row.id}:webhook_secret`),
  };
}

export function sealedColumns(secrets: Secrets, id: string, own: ChannelSecrets) {
  return {
    credentials: secrets.seal(JSON.stringify(own.credentials), `channels:${id}:credentials`),
    webhook_secret: secrets.seal(own.webhookSecret, `channels:${id}:webhook_secret`),
  };
}

export function toChannel(row: Selectable<ChannelsTable>): StoredChannel {
  return {
    id: row.id,
    accountId: row.account_id,
    epoch: row.epoch,
    connector: row.connector,
    account: {
      external_id: row.external_id,
      name: row.account_name,
      handle: row.handle,
      ...(row.avatar_url !== null && { avatar_url: row.avatar_url }),
      ...(row.key_ending !== null &&
        row.key_set_at !== null && {
          credential_hint: { last4: row.key_ending, set_at: row.key_set_at.toISOString() },
        }),
    },
    phone: row.phone,
    name: row.name,
    pipelineIds: row.pipeline_ids,
    status: row.status,
    statusReason: row.status_reason,
    isSaved: row.is_saved,
    createdAt: row.created_at,
  };
}

/**
 * Seals credentials again that were sealed under an older key, at most `limit` channels.
 *
 * @returns how many channels it did
 */
export async function resealChannels(db: Db, secrets: Secrets, limit: number): Promise<number> {
  const current = `v1.${secrets.writeKeyId}.`;
  const rows = await db
    .selectFrom('channels')
    .select(['id', 'credentials', 'webhook_secret'])
    .where(
      sql<boolean>`not starts_with(credentials, ${current}) or not starts_with(webhook_secret, ${current})`,
    )
    .limit(limit)
    .execute();
  let done = 0;
  for (const row of rows) {
    const opened = openSecrets(secrets, row);
    const result = await db
      .updateTable('channels')
      .set(sealedColumns(secrets, row.id, opened))
      .where('id', '=', row.id)
      .where('credentials', '=', row.credentials)
      .where('webhook_secret', '=', row.webhook_secret)
      .executeTakeFirst();
    done += Number(result.numUpdatedRows);
  }
  return done;
}
