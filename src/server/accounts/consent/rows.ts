import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';

/** Who began a consent in the widget; the callback may finish it for nobody else. */
export interface ConsentState {
  accountId: number;
  userId: number;
  host: string;
}

export async function insertConsentState(
  db: Db,
  state: ConsentState & { stateHash: string; lifeSeconds: number },
): Promise<void> {
  await db
    .insertInto('consent_states')
    .values({
      state_hash: state.stateHash,
      account_id: state.accountId,
      user_id: state.userId,
      host: state.host,
      expires_at: sql<Date>`now() + make_interval(secs => ${state.lifeSeconds})`,
      used_at: null,
    })
    .execute();
}

/** Uses a state up. Of two callbacks with the same state only one gets it. */
export async function consumeConsentState(
  trx: Trx,
  stateHash: string,
): Promise<ConsentState | undefined> {
  const row = await trx
    .updateTable('consent_states')
    .set({ used_at: sql<Date>`now()` })
    .where('state_hash', '=', stateHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['account_id', 'user_id', 'host'])
    .executeTakeFirst();
  return row && { accountId: row.account_id, userId: row.user_id, host: row.host };
}

export async function forgetConsentStates(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('consent_states').where('account_id', '=', accountId).execute();
}

export async function purgeConsentStates(db: Db): Promise<number> {
  return deleteInBatches(db, 'consent_states', sql`expires_at < now()`);
}
