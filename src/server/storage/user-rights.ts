import { sql } from 'kysely';
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

export async function saveUserRights(
  db: Db,
  user: { accountId: number; userId: number; isAdmin: boolean },
): Promise<void> {
  const answer = { is_admin: user.isAdmin, checked_at: sql<Date>`now()` };
  await db
    .insertInto('user_rights')
    .values({ account_id: user.accountId, user_id: user.userId, ...answer })
    .onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doUpdateSet(answer))
    .execute();
}

export async function forgetUserRights(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('user_rights').where('account_id', '=', accountId).execute();
}
