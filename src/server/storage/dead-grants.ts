import { sql } from 'kysely';
import { lockAccount } from './account-lock.ts';
import type { Db } from './database.ts';
import { type GrantKey, inMilliseconds, leaseIsFree, SETTLED } from './grants.ts';
import { transaction } from './transaction.ts';

/**
 * Marks the pair dead and its account as needing authorization. `probeInMs`: when to see whether it came
 * back. `owner`: who says so under a lease; without one, a refresh in flight has the last word.
 *
 * @returns false when the pair was replaced, or is somebody else's to judge
 */
export async function buryGrant(
  db: Db,
  key: GrantKey & { owner?: string },
  probeInMs: number | null,
): Promise<boolean> {
  return await transaction(db, async (trx) => {
    await lockAccount(trx, key.accountId);
    const { numUpdatedRows } = await trx
      .updateTable('grants')
      .set({
        ...SETTLED,
        state: 'dead',
        refresh_failures: sql`refresh_failures + 1`,
        next_refresh_at: probeInMs === null ? null : inMilliseconds(probeInMs),
      })
      .where('account_id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('version', '=', key.version)
      .where(key.owner === undefined ? leaseIsFree : sql<boolean>`lease_owner = ${key.owner}`)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await trx
      .updateTable('accounts')
      .set({ install_state: 'authorization_required' })
      .where('id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('install_state', '=', 'active')
      .execute();
    return true;
  });
}

/** Undoes `buryGrant` for a pair that Kommo accepts after all. */
export async function reviveGrant(db: Db, key: GrantKey): Promise<void> {
  await transaction(db, async (trx) => {
    await lockAccount(trx, key.accountId);
    const { numUpdatedRows } = await trx
      .updateTable('grants')
      .set({ ...SETTLED, state: 'alive' })
      .where('account_id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('version', '=', key.version)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await trx
      .updateTable('accounts')
      .set({ install_state: 'active' })
      .where('id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('install_state', '=', 'authorization_required')
      .execute();
  });
}

/** Dead grants that are due to be looked at again. */
export async function grantsDueForProbe(db: Db, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('grants')
    .select('account_id')
    .where('state', '=', 'dead')
    .where(sql<boolean>`next_refresh_at <= clock_timestamp()`)
    .where(leaseIsFree)
    .orderBy('next_refresh_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}
