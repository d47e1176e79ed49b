import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';
import { newPass, type ResealPass, reseal } from '../platform/database/reseal.ts';
import type { Secrets } from '../platform/database/secrets.ts';

/** PostgreSQL's channel on which workers hear of new messages. */
export const WAKE_CHANNEL = 'kommo_chat_connector_messages';

/** @see https://www.postgresql.org/docs/current/sql-notify.html */
export async function notifyWorkers(db: Db, payload: string): Promise<void> {
  await sql`select pg_notify(${WAKE_CHANNEL}::text, ${payload}::text)`.execute(db);
}

/** Seals people again that were sealed under an older key; see reseal.ts. Messages are gone before a key is. @returns how many */
export function resealConversations(
  db: Db,
  secrets: Secrets,
  limit: number,
  pass: ResealPass = newPass(),
): Promise<number> {
  return reseal(
    db,
    secrets,
    { table: 'conversations', id: 'id', columns: ['person'] },
    limit,
    pass,
  );
}

/** More than this need not be looked at to see that messages wait: those due longest come first. */
const MOST_WAITING = 20_000;

/**
 * How long the oldest message of each direction has waited, in seconds; 0: none waits. What waits for an administrator
 * is left out: clients' messages of a channel that is paused, or was never saved.
 */
export async function readOldestWaiting(db: Db): Promise<Record<'in' | 'out', number>> {
  const { rows } = await sql<{ direction: 'in' | 'out'; seconds: number }>`
    select direction, extract(epoch from clock_timestamp() - min(stored_at))::float8 as seconds
    from (
      select channel_id, direction, state, stored_at from messages
      where due_at is not null order by due_at limit ${MOST_WAITING}::integer
    ) as next left join channels on channels.id = next.channel_id
    where next.state in ('waiting', 'sending')
      and (direction = 'out' or channels.is_saved and channels.status <> 'paused')
    group by direction`.execute(db);
  const waited = new Map(rows.map(({ direction, seconds }) => [direction, seconds]));
  return { in: waited.get('in') ?? 0, out: waited.get('out') ?? 0 };
}
