import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { storeGrant } from './grants.ts';

/** Seals what `useStoredAccounts` stores. */
export const SECRETS = new Secrets([{ id: 'test', key: Buffer.alloc(32, 1) }]);

/** Gives every test of the file a database with just these accounts, each with a grant of its own. */
export function useStoredAccounts(...ids: number[]): { readonly db: TestDatabase['db'] } {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.db.deleteFrom('accounts').execute();
    for (const id of ids) await storeGrant(database.db, SECRETS, id);
  });
  return {
    get db() {
      return database.db;
    },
  };
}
