import type { Selectable } from 'kysely';
import type { Db } from '../../platform/database/database.ts';
import type { InstallCodesTable } from '../../platform/database/schema.ts';

/** An install code that has not led to an install; never the code itself. */
export type ListedCode = Pick<
  Selectable<InstallCodesTable>,
  'host' | 'state' | 'expectedAccountId' | 'calls' | 'failure' | 'receivedAt' | 'expiresAt'
>;

/** Newest first. Reads the whole table, which holds a day and a few thousand of strangers' codes at most. */
export async function listCodes(db: Db, limit: number): Promise<ListedCode[]> {
  return db
    .selectFrom('installCodes')
    .select(['host', 'state', 'expectedAccountId', 'calls', 'failure', 'receivedAt', 'expiresAt'])
    .where('state', '!=', 'done')
    .orderBy('receivedAt', 'desc')
    .limit(limit)
    .execute();
}
