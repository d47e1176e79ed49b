import { sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';

/** The scope of one install epoch; undefined while the chat channel is not connected. */
export async function findScope(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('scopes')
    .select('scopeId')
    .where('accountId', '=', accountId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  return row?.scopeId ?? undefined;
}

/**
 * Claims the right to connect the chat channel, for `seconds`. False while another caller has it, or when the
 * scope is already known. Goes by the database's clock, the only one all replicas share.
 */
export async function claimScope(
  db: Db,
  claim: { accountId: number; epoch: number; owner: string; seconds: number },
): Promise<boolean> {
  const lease = {
    leaseOwner: claim.owner,
    leaseUntil: sql<Date>`now() + make_interval(secs => ${claim.seconds})`,
  };
  const row = await db
    .insertInto('scopes')
    .values({ accountId: claim.accountId, epoch: claim.epoch, ...lease })
    .onConflict((conflict) =>
      conflict
        .columns(['accountId', 'epoch'])
        .doUpdateSet(lease)
        .where('scopes.scopeId', 'is', null)
        .where((where) =>
          where.or([
            where('scopes.leaseUntil', 'is', null),
            where('scopes.leaseUntil', '<', sql<Date>`now()`),
          ]),
        ),
    )
    .returning('accountId')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Stores what Kommo answered, unless the account has been disabled since: a late answer must not bring an ended
 * epoch back.
 */
export async function storeScope(
  db: Db,
  scope: { accountId: number; epoch: number; scopeId: string },
): Promise<boolean> {
  const row = await db
    .updateTable('scopes')
    .set({
      scopeId: scope.scopeId,
      leaseOwner: null,
      leaseUntil: null,
      connectedAt: sql<Date>`now()`,
    })
    .where('accountId', '=', scope.accountId)
    .where('epoch', '=', scope.epoch)
    .where((where) =>
      where.exists(
        where
          .selectFrom('accounts')
          .select('accounts.id')
          .where('accounts.id', '=', scope.accountId)
          .where('accounts.epoch', '=', scope.epoch)
          .where('accounts.installState', '!=', 'disabled'),
      ),
    )
    .returning('accountId')
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives the right to connect back after a failure, so that the next caller need not wait. */
export async function releaseScope(
  db: Db,
  claim: { accountId: number; epoch: number; owner: string },
): Promise<void> {
  await db
    .updateTable('scopes')
    .set({ leaseOwner: null, leaseUntil: null })
    .where('accountId', '=', claim.accountId)
    .where('epoch', '=', claim.epoch)
    .where('leaseOwner', '=', claim.owner)
    .execute();
}

/** Forgets the scopes of all epochs up to this one. */
export async function forgetScopes(db: Db, accountId: number, upToEpoch: number): Promise<void> {
  await db
    .deleteFrom('scopes')
    .where('accountId', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .execute();
}

/** Extends the right to connect; false when it is no longer ours. */
export async function renewScopeClaim(
  db: Db,
  claim: { accountId: number; epoch: number; owner: string; seconds: number },
): Promise<boolean> {
  const row = await db
    .updateTable('scopes')
    .set({ leaseUntil: sql<Date>`now() + make_interval(secs => ${claim.seconds})` })
    .where('accountId', '=', claim.accountId)
    .where('epoch', '=', claim.epoch)
    .where('leaseOwner', '=', claim.owner)
    .returning('accountId')
    .executeTakeFirst();
  return row !== undefined;
}
