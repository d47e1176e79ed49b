import type { Db } from '../../platform/database/database.ts';

/** Accounts on which a channel or an attempt of an ended epoch is left. Reads whole tables. */
export async function listUncleanAccounts(db: Db): Promise<{ accountId: number; epoch: number }[]> {
  const rows = await db
    .selectFrom('accounts')
    .select(['id', 'epoch'])
    .where('epoch', '>', 1)
    .where((where) =>
      where.or(
        (['channels', 'attempts'] as const).map((table) =>
          where(
            'id',
            'in',
            where
              .selectFrom(table)
              .select(`${table}.account_id`)
              .whereRef(`${table}.epoch`, '<', 'accounts.epoch'),
          ),
        ),
      ),
    )
    .execute();
  return rows.map((row) => ({ accountId: row.id, epoch: row.epoch - 1 }));
}
