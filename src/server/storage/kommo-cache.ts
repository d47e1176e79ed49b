import { sql } from 'kysely';
import type { Db } from './database.ts';

export type CacheKind = 'pipelines' | 'templates';

/** The last good answer of Kommo. The reader checks its shape: an older version may have written it. */
export interface CachedAnswer {
  body: unknown;
  /** Younger than the reader asked for, by the database's clock. */
  isFresh: boolean;
}

/** Columns of `kommo_cache`, or the lack of a row. */
export function cachedAnswer(body: unknown, isFresh: unknown): CachedAnswer | undefined {
  return body === null || body === undefined ? undefined : { body, isFresh: isFresh === true };
}

/** @param seconds how long an answer counts as fresh */
export async function findCached(
  db: Db,
  key: { accountId: number; kind: CacheKind },
  seconds: number,
): Promise<CachedAnswer | undefined> {
  const row = await db
    .selectFrom('kommo_cache')
    .select('body')
    .select(sql<boolean>`fetched_at > now() - make_interval(secs => ${seconds})`.as('is_fresh'))
    .where('account_id', '=', key.accountId)
    .where('kind', '=', key.kind)
    .executeTakeFirst();
  return row && cachedAnswer(row.body, row.is_fresh);
}

/** Keeps an answer, unless the install epoch it was asked in is over. */
export async function storeCached(
  db: Db,
  entry: { accountId: number; epoch: number; kind: CacheKind; body: unknown },
): Promise<void> {
  await sql`
    insert into kommo_cache (account_id, kind, body, fetched_at)
    select id, ${entry.kind}, ${JSON.stringify(entry.body)}::jsonb, now()
    from accounts
    where id = ${entry.accountId} and epoch = ${entry.epoch} and install_state <> 'disabled'
    on conflict (account_id, kind) do update
      set body = excluded.body, fetched_at = excluded.fetched_at`.execute(db);
}

/** Has the list read again at the next look, because we changed it ourselves. */
export async function outdateCached(
  db: Db,
  key: { accountId: number; kind: CacheKind },
): Promise<void> {
  await db
    .updateTable('kommo_cache')
    .set({ fetched_at: new Date(0) })
    .where('account_id', '=', key.accountId)
    .where('kind', '=', key.kind)
    .execute();
}
