import { sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';
import { newRowId } from '../../platform/database/row-id.ts';

/** Messages among which the chat is looked for; where all of these came from groups, there is none. */
const MOST_LOOKED_AT = 500;

/** Longer than a service takes to answer. A test whose process died is forgotten then. */
const LEFT_SECONDS = 90;

/** The chat of one person, no group, that wrote last. */
export async function findLastChat(db: Db, channelId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    with received as (
      select conversation_id, stored_at from messages
      where channel_id = ${channelId}::uuid and direction = 'in' and event = 'message'
      order by stored_at desc limit ${MOST_LOOKED_AT}::integer
    )
    select conversations.id from received
    join conversations on conversations.id = received.conversation_id
    where not conversations.is_group order by received.stored_at desc limit 1`.execute(db);
  return rows[0]?.id;
}

/** The right to test a channel, which nobody has again for so long. @returns how long to wait; 0: it may be tested */
export async function claimTest(
  db: Db,
  channelId: string,
  of: { now: Date; everySeconds: number },
): Promise<number> {
  const everyMs = of.everySeconds * 1000;
  const claimed = await db
    .updateTable('channels')
    .set({ testedAt: of.now })
    .where('id', '=', channelId)
    .where((where) =>
      where.or([
        where('testedAt', 'is', null),
        where('testedAt', '<=', new Date(of.now.getTime() - everyMs)),
      ]),
    )
    .executeTakeFirst();
  if (claimed.numUpdatedRows > 0n) return 0;
  const row = await db
    .selectFrom('channels')
    .select('testedAt')
    .where('id', '=', channelId)
    .executeTakeFirst();
  const sinceMs = of.now.getTime() - (row?.testedAt?.getTime() ?? 0);
  return Math.max(1, Math.ceil((everyMs - sinceMs) / 1000));
}

/**
 * Writes down that a test is being sent, before the service is asked: what the service tells of it, as if it had been
 * written by hand, waits until its id is known. A lane of its own, so that it holds up nobody. @returns its id
 */
export async function beginTest(
  db: Db,
  of: { accountId: number; channelId: string; conversationId: string; at: Date },
): Promise<string> {
  const id = newRowId();
  await sql`
    insert into messages (id, account_id, channel_id, conversation_id, direction, event, kind, key, lane,
      state, due_at, at)
    values (${id}::uuid, ${of.accountId}::bigint, ${of.channelId}::uuid, ${of.conversationId}::uuid,
      'out', 'test', 'text', ${`test ${id}`}::text, ${`${id}:test`}::text, 'sending',
      clock_timestamp() + make_interval(secs => ${LEFT_SECONDS}::float8), ${of.at}::timestamptz)`.execute(
    db,
  );
  return id;
}

/** The service took it, and calls it so. */
export async function finishTest(db: Db, id: string, serviceId: string): Promise<void> {
  await db
    .updateTable('messages')
    .set({ state: 'delivered', serviceId, dueAt: null })
    .where('id', '=', id)
    .execute();
}
