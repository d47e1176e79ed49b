import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import { prepared } from '../../platform/database/prepared.ts';
import { FIGURES } from '../rows.ts';

/** Keys of one person at the same time. More tabs than that end the oldest. */
const MOST_KEYS = 20;

/** The install that a key opens. */
export interface WatchedInstall {
  accountId: number;
  epoch: number;
}

interface NewWatchKey extends WatchedInstall {
  keyHash: string;
  userId: number;
  createdAt: Date;
  expiresAt: Date;
}

/** Stores a key; the person's oldest ones end where they have too many. */
export async function insertWatchKey(db: Db, key: NewWatchKey): Promise<void> {
  await sql`
    with ended as (
      delete from watch_keys where key_hash in (
        select key_hash from watch_keys
        where account_id = ${key.accountId} and user_id = ${key.userId}
        order by created_at desc offset ${MOST_KEYS - 1})
    )
    insert into watch_keys (key_hash, account_id, epoch, user_id, created_at, expires_at)
    values (${key.keyHash}, ${key.accountId}, ${key.epoch}, ${key.userId}, ${key.createdAt}, ${key.expiresAt})`.execute(
    db,
  );
}

/** What a key opens; undefined for one that is unknown or has ended. */
export async function findWatched(
  db: Db,
  keyHash: string,
  now: Date,
): Promise<WatchedInstall | undefined> {
  return db
    .selectFrom('watchKeys')
    .innerJoin('accounts', 'accounts.id', 'watchKeys.accountId')
    .select(['watchKeys.accountId', 'watchKeys.epoch'])
    .where('watchKeys.keyHash', '=', keyHash)
    .where('watchKeys.expiresAt', '>', now)
    .whereRef('watchKeys.epoch', '=', 'accounts.epoch')
    .where('accounts.installState', '!=', 'disabled')
    .executeTakeFirst();
}

/**
 * A mark for each key that has not ended, in one statement. It differs when anything differs that the key shows: the
 * status of a channel, the figures of its messages, the sync. All keys of an account have the same one.
 */
export async function readMarks(
  db: Db,
  keyHashes: readonly string[],
  now: Date,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ keyHash: string; mark: string }>`${prepared('watch-marks')}
    with live as materialized (
      select watch_keys.key_hash, watch_keys.account_id, watch_keys.epoch
      from watch_keys join accounts
        on accounts.id = watch_keys.account_id and accounts.epoch = watch_keys.epoch
      where watch_keys.key_hash = any(${keyHashes}::text[]) and watch_keys.expires_at > ${now}::timestamptz
        and accounts.install_state <> 'disabled'
    ), marked as materialized (
      select install.account_id, md5(concat_ws('|',
        (select string_agg(concat_ws(',', channels.id, channels.status, channels.status_reason,
            coalesce(channels.status_at, channels.checked_at), figures::text), ';' order by channels.id)
          from channels cross join lateral (select ${FIGURES}) as figures
          where channels.account_id = install.account_id and channels.epoch = install.epoch),
        (select concat_ws(',', syncs.state, syncs.error_code, syncs.finished_at)
          from syncs where syncs.account_id = install.account_id))) as mark
      from (select distinct account_id, epoch from live) as install
    )
    select live.key_hash, marked.mark from live join marked on marked.account_id = live.account_id`.execute(
    db,
  );
  return new Map(rows.map(({ keyHash, mark }) => [keyHash, mark]));
}

/** The keys of an account are worth nothing from now on. */
export async function forgetWatchKeys(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('watchKeys').where('accountId', '=', accountId).execute();
}

export async function purgeWatchKeys(db: Db): Promise<void> {
  await deleteInBatches(db, 'watchKeys', sql`expires_at < now()`);
}
