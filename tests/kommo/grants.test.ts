import {
  findGrant,
  findGrantVersion,
  forgetGrant,
  markGrantDead,
  resealGrants,
} from '../../src/server/kommo/grants/rows.ts';
import {
  CannotUnseal,
  type SecretKey,
  Secrets,
} from '../../src/server/platform/database/secrets.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { REFRESHED, storeGrant, tokensOf } from '../support/grants.ts';
import { tablesOf } from '../support/tables.ts';

const OLD_KEY: SecretKey = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW_KEY: SecretKey = { id: 'new', key: Buffer.alloc(32, 2) };
const secrets = new Secrets([OLD_KEY]);
const ID = 31_263_018;
const OTHER_ID = 31_263_019;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(async () => {
  await tablesOf(database.db).deleteFrom('accounts').execute();
  await install(ID);
});

function install(id: number, mark?: string, refreshedAt?: Date): Promise<void> {
  return storeGrant(database.db, secrets, id, mark, refreshedAt);
}

const KEY = { accountId: ID, epoch: 1, version: 1 };

describe('a stored grant', () => {
  test('is found as it was saved, with the account’s address', async () => {
    expect(await findGrant(database.db, secrets, ID)).toEqual({
      ...tokensOf('first'),
      accountId: ID,
      epoch: 1,
      version: 1,
      host: `a${ID}.kommo.com`,
      state: 'alive',
      refreshedAt: REFRESHED,
      failures: 0,
      retryInMs: 0,
      clientRefusals: 0,
      mayForceRefresh: true,
    });
  });

  test('holds no readable token', async () => {
    const rows = JSON.stringify(
      await tablesOf(database.db).selectFrom('grants').selectAll().execute(),
    );
    expect(rows).not.toMatch(/access-first|refresh-first/);
  });

  test('gets a new version with every pair', async () => {
    await install(ID, 'second');
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({
      accessToken: 'access-second',
      version: 2,
    });
    expect(await findGrantVersion(database.db, ID)).toBe(2);
  });

  test('comes back to life with a new pair', async () => {
    await markGrantDead(database.db, KEY, null);
    await install(ID, 'second');
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({
      state: 'alive',
      failures: 0,
    });
  });

  test('is gone when it is forgotten', async () => {
    await database.db.transaction().execute((trx) => forgetGrant(trx, ID));
    expect(await findGrant(database.db, secrets, ID)).toBeUndefined();
    expect(await findGrantVersion(database.db, ID)).toBeUndefined();
  });

  test('of an older install, or of one that has ended, is not found', async () => {
    await tablesOf(database.db).updateTable('accounts').set({ epoch: 2 }).execute();
    expect(await findGrant(database.db, secrets, ID)).toBeUndefined();
    await tablesOf(database.db)
      .updateTable('accounts')
      .set({ epoch: 1, install_state: 'disabled' })
      .execute();
    expect(await findGrant(database.db, secrets, ID)).toBeUndefined();
  });

  test('does not open in another account’s row, or in another column', async () => {
    await install(OTHER_ID);
    const { access_token } = await tablesOf(database.db)
      .selectFrom('grants')
      .select('access_token')
      .where('account_id', '=', ID)
      .executeTakeFirstOrThrow();
    await tablesOf(database.db)
      .updateTable('grants')
      .set({ access_token })
      .where('account_id', '=', OTHER_ID)
      .execute();
    await expect(findGrant(database.db, secrets, OTHER_ID)).rejects.toThrow(CannotUnseal);
    await tablesOf(database.db)
      .updateTable('grants')
      .set({ refresh_token: access_token })
      .execute();
    await expect(findGrant(database.db, secrets, ID)).rejects.toThrow(CannotUnseal);
  });
});

describe('rotation of SECRET_KEYS', () => {
  const rotated = new Secrets([NEW_KEY, OLD_KEY]);

  test('seals what is stale again, a limited number at a time, and changes no version', async () => {
    for (let id = 1; id <= 5; id += 1) await install(id);
    expect(await resealGrants(database.db, rotated, 4)).toBe(4);
    expect(await resealGrants(database.db, rotated, 4)).toBe(2);
    expect(await resealGrants(database.db, rotated, 4)).toBe(0);
    const onlyNew = new Secrets([NEW_KEY]);
    expect(await findGrant(database.db, onlyNew, ID)).toMatchObject({
      ...tokensOf('first'),
      version: 1,
    });
  });

  test('passes over what no key opens', async () => {
    await install(1);
    await tablesOf(database.db)
      .updateTable('grants')
      .set({ access_token: 'v1.lost.AAAA.AAAA' })
      .where('account_id', '=', 1)
      .execute();
    expect(await resealGrants(database.db, rotated, 1)).toBe(1);
    expect(await resealGrants(database.db, rotated, 10)).toBe(0);
  });
});
