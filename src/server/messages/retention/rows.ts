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

const CONTENT_MARK = 'content-purged';

/**
 * Forgets what delivered messages say, later what opens their files, and at last the messages themselves. Ids grow with
 * time, so that age is a range of the primary key.
 */
export async function purgeMessages(db: Db, kept: Retention, now: Date): Promise<void> {
  const before = (hours: number) => firstRowIdOf(new Date(now.getTime() - hours * HOUR_MS));
  const from = await contentMark(db);
  const contentEnd = before(kept.retentionHours);
  const end = await forgetContent(db, from, contentEnd);
  await keepMark(db, end);
  const mediaHours = Math.max(kept.linkDays * 24, kept.retentionHours);
  await forgetMedia(db, before(mediaHours + 24 * 2), before(mediaHours));
  await forgetFailures(db, before(FAILED_DAYS * 24));
  await removeRows(db, before(Math.max(kept.mapDays * 24, mediaHours)));
  await removeChats(db, kept.mapDays);
}

/** The next id to look at: what lies before it is done. */
async function contentMark(db: Db): Promise<string> {
  const row = await db
    .selectFrom('marks')
    .select('value')
    .where('name', '=', CONTENT_MARK)
    .executeTakeFirst();
  return row?.value ?? firstRowIdOf(new Date(0));
}

async function keepMark(db: Db, value: string): Promise<void> {
  await db
    .insertInto('marks')
    .values({ name: CONTENT_MARK, at: sql<Date>`now()`, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ at: sql<Date>`now()`, value }))
    .execute();
}

/** @returns up to where it is done: messages on their way, or late, hold the mark at their place */
async function forgetContent(db: Db, from: string, end: string): Promise<string> {
  let at = from;
  for (;;) {
    const { rows } = await sql<{ id: string; isOpen: boolean }>`
      with page as (
        select id, due_at is not null as is_open from messages
        where id >= ${at}::uuid and id < ${end}::uuid order by id limit ${BATCH}::integer
      ), forgotten as (
        update messages set content = null from page
        where messages.id = page.id and content is not null and due_at is null and state <> 'failed'
      )
      select id, is_open from page order by id`.execute(db);
    const open = rows.find(({ isOpen }) => isOpen);
    if (open) return open.id;
    const last = rows.at(-1);
    if (rows.length < BATCH || last === undefined) return end > at ? end : at;
    at = last.id;
  }
}

async function forgetMedia(db: Db, from: string, end: string): Promise<void> {
  await sql`update messages set media = null
    where id >= ${from}::uuid and id < ${end}::uuid and media is not null and due_at is null`.execute(
    db,
  );
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
