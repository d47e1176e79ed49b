import { sql } from 'kysely';
import type { ChannelStatus, StatusReason } from '../../../contract/api.ts';
import { FIGURES } from '../../channels/rows.ts';
import type { Db } from '../../platform/database/database.ts';

/** How many channels of a service have a status. */
export interface ChannelCount {
  connector: string;
  status: ChannelStatus;
  channels: number;
}

/** Of installs that have not ended. Reads the whole table. */
export async function countChannels(db: Db): Promise<ChannelCount[]> {
  const { rows } = await sql<ChannelCount>`
    select connector, status, count(*)::integer as channels
    from channels join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch
    group by connector, status order by connector, status`.execute(db);
  return rows;
}

/** A channel in a list: neither the name of its account at the service nor its number. */
export interface ListedChannel {
  id: string;
  accountId: number;
  subdomain: string;
  connector: string;
  status: ChannelStatus;
  statusReason: StatusReason | null;
  statusAt: Date | null;
  lastReceivedAt: Date | null;
  lastSentAt: Date | null;
  /** Both up to a thousand. */
  pending: number;
  undelivered: number;
}

/**
 * Channels of installs that have not ended, by account. Along an index, those of an account or all up to the limit;
 * with a status, others are passed over until there are enough.
 */
export async function listChannels(
  db: Db,
  wanted: { accountId: number | undefined; status: ChannelStatus | undefined; limit: number },
): Promise<ListedChannel[]> {
  const { accountId, status, limit } = wanted;
  const { rows } = await sql<ListedChannel>`
    select channels.id, channels.account_id, accounts.subdomain, channels.connector, channels.status,
      channels.status_reason, channels.status_at, ${FIGURES}
    from channels join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch
    where ${accountId === undefined ? sql`true` : sql`channels.account_id = ${accountId}::bigint`}
      and ${status === undefined ? sql`true` : sql`channels.status = ${status}`}
    order by channels.account_id, channels.slot limit ${limit}::integer`.execute(db);
  return rows;
}
