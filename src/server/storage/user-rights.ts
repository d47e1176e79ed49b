import { sql } from 'kysely';
import { currentInstall } from './current-install.ts';
import type { Db, Trx } from './database.ts';

/** What Kommo's users API said within the last `maxAgeSeconds`; undefined when it must be asked. */
export async function findUserRights(
  db: Db,
  user: { accountId: number; userId: number; maxAgeSeconds: number },
): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('user_rights')
    .select('is_admin')
    .where('account_id', '=', user.accountId)
    .where('user_id', '=', user.userId)
    .where('checked_at', '>', sql<Date>`now() - make_interval(secs => ${user.maxAgeSeconds})`)
    .executeTakeFirst();
  return row?.is_admin;
}

/** Keeps what the API said in this install epoch, unless the epoch has ended meanwhile. */
export async function saveUserRights(
  db: Db,
  user: { accountId: number; epoch: number; userId: number; isAdmin: boolean },
): Promise<void> {
  const { accountId, epoch, userId, isAdmin } = user;
  const answer = { is_admin: isAdmin, checked_at: sql<Date>`now()` };
  await db
    .insertInto('user_rights')
    .columns(['account_id', 'user_id', 'is_admin', 'checked_at'])
    .expression(
      currentInstall(db, accountId, epoch).select([
        'accounts.id',
        sql<number>`${userId}::bigint`.as('user_id'),
        sql<boolean>`${isAdmin}::boolean`.as('is_admin'),
        sql<Date>`now()`.as('checked_at'),
      ]),
    )
    .onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doUpdateSet(answer))
    .execute();
}

export async function forgetUserRights(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('user_rights').where('account_id', '=', accountId).execute();
}
