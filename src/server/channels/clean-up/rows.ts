import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';

/**
 * Takes accounts on which something of an ended epoch is left, for `seconds`: those that cannot be cleaned
 * up do not stand in the way of the others.
 */
export async function claimUncleanAccounts(
  db: Db,
  limit: number,
  seconds: number,
): Promise<{ accountId: number; epoch: number }[]> {
  const rows = await db
    .updateTable('accounts')
    .set({ cleanup_due_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('id', 'in', (due) =>
      due
        .selectFrom('accounts')
        .select('id')
        .where('cleanup_due_at', '<=', sql<Date>`now()`)
        .orderBy('cleanup_due_at')
        .limit(limit)
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .returning(['id', 'epoch'])
    .execute();
  return rows.map((row) => ({ accountId: row.id, epoch: row.epoch - 1 }));
}

/** Takes the account off the list, once no channel and no attempt of an ended epoch is left. */
export async function settleCleanUp(trx: Trx, id: number): Promise<void> {
  await trx
    .updateTable('accounts')
    .set({ cleanup_due_at: null })
    .where('id', '=', id)
    .where('cleanup_due_at', 'is not', null)
    .where((where) =>
      where.and(
        (['channels', 'attempts'] as const).map((table) =>
          where.not(
            where.exists(
              where
                .selectFrom(table)
                .select(sql`1`.as('one'))
                .whereRef(`${table}.account_id`, '=', 'accounts.id')
                .whereRef(`${table}.epoch`, '<', 'accounts.epoch'),
            ),
          ),
        ),
      ),
    )
    .execute();
}

/** Notes that a clean-up failed. @returns how often it has since the last epoch ended */
export async function countCleanUpFailure(db: Db, id: number): Promise<number> {
  const { cleanup_failures } = await db
    .updateTable('accounts')
    .set((set) => ({ cleanup_failures: set('cleanup_failures', '+', 1) }))
    .where('id', '=', id)
    .returning('cleanup_failures')
    .executeTakeFirstOrThrow();
  return cleanup_failures;
}
