import type { Db } from './database.ts';

export type CacheKind = 'pipelines' | 'templates';

/** The last good answer of Kommo. The caller checks its shape: an older version may have written it. */
export async function findCached(db: Db, accountId: number, kind: CacheKind): Promise<unknown> {
  const row = await db
    .selectFrom('kommo_cache')
    .select('body')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return row?.body;
}

export async function storeCached(
  db: Db,
  entry: { accountId: number; kind: CacheKind; body: unknown; fetchedAt: Date },
): Promise<void> {
  const values = { body: JSON.stringify(entry.body), fetched_at: entry.fetchedAt };
  await db
    .insertInto('kommo_cache')
    .values({ account_id: entry.accountId, kind: entry.kind, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'kind'])
        .doUpdateSet(values)
        // Most answers bring nothing new; reading must not cost a write each time.
        .whereRef('kommo_cache.body', 'is distinct from', 'excluded.body'),
    )
    .execute();
}
