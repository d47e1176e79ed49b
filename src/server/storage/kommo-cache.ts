import { sql } from 'kysely';
import { currentInstall } from './current-install.ts';
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

/** Keeps an answer that was asked for in this install epoch, unless the epoch has ended meanwhile. */
export async function storeCached(
  db: Db,
  entry: { accountId: number; epoch: number; kind: CacheKind; body: unknown; fetchedAt: Date },
): Promise<void> {
  const { accountId, epoch, kind, fetchedAt } = entry;
  const body = JSON.stringify(entry.body);
  await db
    .insertInto('kommo_cache')
    .columns(['account_id', 'kind', 'body', 'fetched_at'])
    .expression(
      currentInstall(db, accountId, epoch).select([
        'accounts.id',
        sql<string>`${kind}::text`.as('kind'),
        sql<string>`${body}::jsonb`.as('body'),
        sql<Date>`${fetchedAt}::timestamptz`.as('fetched_at'),
      ]),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'kind'])
        .doUpdateSet({ body, fetched_at: fetchedAt })
        // Most answers bring nothing new; reading must not cost a write each time.
        .whereRef('kommo_cache.body', 'is distinct from', 'excluded.body'),
    )
    .execute();
}
