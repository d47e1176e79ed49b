import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { ConsentStatesTable } from '../../platform/database/schema.ts';

/** Who began a consent in the widget; the callback may finish it for nobody else. */
export type ConsentState = Pick<Selectable<ConsentStatesTable>, 'accountId' | 'userId' | 'host'>;

export async function insertConsentState(
  db: Db,
  { lifeSeconds, ...state }: ConsentState & { stateHash: string; lifeSeconds: number },
): Promise<void> {
  await db
    .insertInto('consentStates')
    .values({
      ...state,
      expiresAt: sql<Date>`now() + make_interval(secs => ${lifeSeconds})`,
      usedAt: null,
    })
    .execute();
}

/** Uses a state up. Of two callbacks with the same state only one gets it. */
export async function consumeConsentState(
  trx: Trx,
  stateHash: string,
): Promise<ConsentState | undefined> {
  return trx
    .updateTable('consentStates')
    .set({ usedAt: sql<Date>`now()` })
    .where('stateHash', '=', stateHash)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .returning(['accountId', 'userId', 'host'])
    .executeTakeFirst();
}

export async function forgetConsentStates(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('consentStates').where('accountId', '=', accountId).execute();
}

export async function purgeConsentStates(db: Db): Promise<number> {
  return deleteInBatches(db, 'consentStates', sql`expires_at < now()`);
}
