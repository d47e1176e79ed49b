import { sql } from 'kysely';
import { lockAccount } from './account-lock.ts';
import type { Db } from './database.ts';
import { type GrantKey, inMilliseconds, leaseIsFree, SETTLED } from './grants.ts';
import { transaction } from './transaction.ts';

/**
 * Marks the pair dead and its account as needing authorization. `probeInMs`: when to see whether it came
 * back; null when Kommo's word was final. `lacksRights`: the grant works, but its user may not do what is
 * needed; left as it was where nobody says. `owner`: who says so under a lease; without one, a refresh in flight has the last word.
 *
 * @returns false when the pair was replaced, or is somebody else's to judge
 */
export async function buryGrant(
  db: Db,
  key: GrantKey & { owner?: string; lacksRights?: boolean },
  probeInMs: number | null,
): Promise<boolean> {
  return await transaction(db, async (trx) => {
    await lockAccount(trx, key.accountId);
    const { numUpdatedRows } = await trx
      .updateTable('grants')
      .set({
        ...SETTLED,
        state: 'dead',
        lacks_rights: key.lacksRights ?? sql<boolean>`lacks_rights`,
        given_up_at: probeInMs === null ? sql<Date>`clock_timestamp()` : null,
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
      .set({ ...SETTLED, state: 'alive', lacks_rights: false })
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

/** Why an account's grant does not work, and what comes of it. */
export interface GrantFault {
  /** It works, but its user may not do what is needed. */
  lacksRights: boolean;
  /** When the install ends by itself, unless somebody authorizes before; null while something is still tried. */
  endsAt: Date | null;
}

/** How long an install outlives the end of its grant, for want of a word of Kommo's about it, in days. */
const GIVEN_UP_DAYS = 30;

const endsAt = sql<Date | null>`given_up_at + make_interval(days => ${sql.lit(GIVEN_UP_DAYS)})`;

/** `undefined` while the grant works, and where there is none. */
export async function findGrantFault(db: Db, accountId: number): Promise<GrantFault | undefined> {
  const row = await db
    .selectFrom('grants')
    .select(['lacks_rights', endsAt.as('ends_at')])
    .where('account_id', '=', accountId)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return row && { lacksRights: row.lacks_rights, endsAt: row.ends_at };
}

/** Grants that ended so long ago that their installs end too: Kommo never said so, or was not heard. */
export async function grantsLongGivenUp(db: Db, limit: number): Promise<GrantKey[]> {
  const rows = await db
    .selectFrom('grants')
    .select(['account_id', 'epoch', 'version'])
    .where(
      'given_up_at',
      '<=',
      sql<Date>`clock_timestamp() - make_interval(days => ${sql.lit(GIVEN_UP_DAYS)})`,
    )
    .where('state', '=', 'dead')
    .orderBy('given_up_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ accountId: row.account_id, epoch: row.epoch, version: row.version }));
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
