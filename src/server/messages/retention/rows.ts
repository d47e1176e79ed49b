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

/** A column that is emptied when a message is old enough, and the mark up to which that is done. */
const EMPTIED = {
  content: 'content-emptied',
  media: 'media-emptied',
} as const;
type Emptied = keyof typeof EMPTIED;

/**
 * Forgets what delivered messages say, later what opens their files, and at last the messages themselves. Ids grow with
 * time, so that age is a range of the primary key.
 */
export async function purgeMessages(db: Db, kept: Retention, now: Date): Promise<void> {
  const before = (hours: number) => firstRowIdOf(new Date(now.getTime() - hours * HOUR_MS));
  const mediaHours = Math.max(kept.linkDays * 24, kept.retentionHours);
  await empty(db, 'content', before(kept.retentionHours));
  await empty(db, 'media', before(mediaHours));
  await forgetFailures(db, before(FAILED_DAYS * 24));
  await removeRows(db, before(Math.max(kept.mapDays * 24, mediaHours)));
  await removeChats(db, kept.mapDays);
}

/** Goes on where the last run ended: at the oldest message that was still on its way, or at the end. */
async function empty(db: Db, column: Emptied, end: string): Promise<void> {
  let at = await markOf(db, column);
  let oldestOpen: string | undefined;
  for (;;) {
    const { rows } = await sql<{ id: string; isOpen: boolean }>`
      with page as (
        select id, due_at is not null as is_open from messages
        where id >= ${at}::uuid and id < ${end}::uuid order by id limit ${BATCH}::integer
      ), emptied as (
        update messages set ${sql.ref(column)} = null from page
        where messages.id = page.id and messages.${sql.ref(column)} is not null
          and due_at is null and state <> 'failed'
      )
      select id, is_open from page order by id`.execute(db);
    oldestOpen ??= rows.find(({ isOpen }) => isOpen)?.id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) break;
    at = last.id;
  }
  const reached = end > at ? end : at;
  await keepMark(db, column, oldestOpen ?? reached);
}

async function markOf(db: Db, column: Emptied): Promise<string> {
  const row = await db
    .selectFrom('marks')
    .select('value')
    .where('name', '=', EMPTIED[column])
    .executeTakeFirst();
  return row?.value ?? firstRowIdOf(new Date(0));
}

async function keepMark(db: Db, column: Emptied, value: string): Promise<void> {
  const mark = { at: sql<Date>`now()`, value };
  await db
    .insertInto('marks')
    .values({ name: EMPTIED[column], ...mark })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(mark))
    .execute();
}

async function forgetFailures(db: Db, end: string): Promise<void> {
  await sql`update messages set state = 'forgotten', content = null, media = null
    where state = 'failed' and id < ${end}::uuid and due_at is null`.execute(db);
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
