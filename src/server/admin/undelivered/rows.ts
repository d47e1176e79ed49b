import { sql } from 'kysely';
import type { Undelivered } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';

/** A message that could not be carried: neither what it says nor whose it is. */
export interface ListedUndelivered
  extends Pick<Undelivered, 'id' | 'direction' | 'kind' | 'reason'> {
  accountId: number;
  channelId: string;
  /** When it was written, as its side says. */
  at: Date;
  canRetry: boolean;
}

/** Newest first. Reads the index of open messages, which holds no others, and of it a channel's part where it can. */
export async function listUndelivered(
  db: Db,
  wanted: { accountId: number | undefined; channelId: string | undefined; limit: number },
): Promise<ListedUndelivered[]> {
  const { accountId, channelId, limit } = wanted;
  const { rows } = await sql<ListedUndelivered>`
    select id, account_id, channel_id, direction, kind, reason, at, content is not null as can_retry
    from messages
    where state = 'failed'
      and ${accountId === undefined ? sql`true` : sql`account_id = ${accountId}::bigint`}
      and ${channelId === undefined ? sql`true` : sql`channel_id = ${channelId}::uuid`}
    order by id desc limit ${limit}::integer`.execute(db);
  return rows;
}

/** Whether there is a channel of this id, of any install; by the primary key. */
export async function isChannel(db: Db, id: string): Promise<boolean> {
  const row = await db.selectFrom('channels').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
}
