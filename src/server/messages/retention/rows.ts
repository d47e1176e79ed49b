import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { firstRowIdOf } from '../../platform/database/row-id.ts';

/** Rows changed by one statement. */
const BATCH = 2_000;

/** What failed stays with its content for this long: somebody may still want to try again. */
const FAILED_DAYS = 14;

const HOUR_MS = 3_600_000;

/** How long what is kept. */
export interface Retention {
  retentionHours: number;
  mapDays: number;
  linkDays: number;
}

/** What is forgotten when a message is old enough, and of which messages; never of those that are on their way. */
const PASSES = {
  content: sql`set content = null where content is not null and state <> 'failed'`,
  media: sql`set media = null where media is not null and state <> 'failed'`,
  // Also what failed, was passed over for that, and has arrived since.
  rest: sql`set content = null, media = null, state = case state when 'failed' then 'forgotten' else state end
    where (content is not null or media is not null or state = 'failed')`,
};
type Pass = keyof typeof PASSES;

/**
 * Forgets what delivered messages say, later what opens their files, and at last the messages themselves. Ids grow with
 * time, so that age is a range of the primary key.
 */
export async function purgeMessages(db: Db, kept: Retention, now: Date): Promise<void> {
  const before = (hours: number) => firstRowIdOf(new Date(now.getTime() - hours * HOUR_MS));
  const mediaHours = Math.max(kept.linkDays * 24, kept.retentionHours);
  await empty(db, 'content', before(kept.retentionHours));
  await empty(db, 'media', before(mediaHours));
  await empty(db, 'rest', before(Math.max(FAILED_DAYS * 24, mediaHours)));
  await removeRows(db, before(Math.max(kept.mapDays * 24, mediaHours)));
  await removeChats(db, kept.mapDays);
}

/** Goes on where the last run ended: at the oldest message that was still on its way, or at the end. */
async function empty(db: Db, pass: Pass, end: string): Promise<void> {
  let at = await markOf(db, pass);
  let oldestOpen: string | undefined;
  for (;;) {
    const { rows } = await sql<{ id: string; isOpen: boolean }>`
      with page as (
        select id, due_at is not null as is_open from messages
        where id >= ${at}::uuid and id < ${end}::uuid order by id limit ${BATCH}::integer
      ), emptied as (
        update messages ${PASSES[pass]} and due_at is null and id in (select id from page)
      )
      select id, is_open from page order by id`.execute(db);
    oldestOpen ??= rows.find(({ isOpen }) => isOpen)?.id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) break;
    at = last.id;
  }
  const reached = end > at ? end : at;
  await keepMark(db, pass, oldestOpen ?? reached);
}

/** Up to where a pass is done. */
function markName(pass: Pass): string {
  return `${pass}-emptied`;
}

async function markOf(db: Db, pass: Pass): Promise<string> {
  const row = await db
    .selectFrom('marks')
    .select('value')
    .where('name', '=', markName(pass))
    .executeTakeFirst();
  return row?.value ?? firstRowIdOf(new Date(0));
}

async function keepMark(db: Db, pass: Pass, value: string): Promise<void> {
  const mark = { at: sql<Date>`now()`, value };
  await db
    .insertInto('marks')
    .values({ name: markName(pass), ...mark })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(mark))
    .execute();
}

async function removeRows(db: Db, end: string): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from messages where id in (
        select id from messages where id < ${end}::uuid and due_at is null order by id limit ${BATCH}::integer
      )`.execute(db);
    if (Number(numAffectedRows) < BATCH) return;
  }
}

/** A chat whose client was not heard of for so long is made anew when they write again, under the same ids. */
async function removeChats(db: Db, days: number): Promise<void> {
  await sql`
    delete from conversations where id in (
      select id from conversations where seen_on < current_date - ${days}::integer
        and not exists (select from messages where due_at is not null
          and lane in (conversations.id || ':in', conversations.id || ':out'))
      limit ${BATCH}::integer)`.execute(db);
}

/** What is to be forgotten: a channel's, or all of an account whose channels are gone. */
export type Forgotten = { accountId: number; channelId?: string };

/** Removes some messages and chats. @returns false when nothing was left */
export async function forgetBatch(
  db: Db | Trx,
  { accountId, channelId }: Forgotten,
): Promise<boolean> {
  const of =
    channelId === undefined
      ? sql`account_id = ${accountId}::bigint and channel_id not in (
          select channels.id from channels join accounts on accounts.id = channels.account_id
          where channels.account_id = ${accountId}::bigint and channels.epoch = accounts.epoch
            and accounts.install_state <> 'disabled')`
      : sql`channel_id = ${channelId}::uuid`;
  const { numAffectedRows: messages = 0n } = await sql`delete from messages where id in (
    select id from messages where ${of} limit ${BATCH}::integer)`.execute(db);
  const { numAffectedRows: chats = 0n } = await sql`delete from conversations where id in (
    select id from conversations where ${of} limit ${BATCH}::integer)`.execute(db);
  return messages + chats > 0n;
}
