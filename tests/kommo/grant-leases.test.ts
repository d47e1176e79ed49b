import {
  completeGrantRefresh,
  countRefreshAttempt,
  findGrant,
  forgetGrant,
  grantsDueForProbe,
  idleGrants,
  markGrantAlive,
  markGrantDead,
  releaseGrantLease,
  renewGrantLease,
  takeGrantLease,
  unsettledGrants,
} from '../../src/server/kommo/grants/rows.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { REFRESHED, storeGrant, tokensOf } from '../support/grants.ts';
import { tablesOf } from '../support/tables.ts';

const secrets = new Secrets([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const ID = 31_263_018;

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

function lease(owner: string, version = 1, epoch = 1) {
  return { accountId: ID, epoch, version, owner };
}

const KEY = { accountId: ID, epoch: 1, version: 1 };

/** As if the holder had shown no sign of life for longer than a lease. */
async function letLeaseEnd(): Promise<void> {
  await tablesOf(database.db)
    .updateTable('grants')
    .set({ lease_until: new Date(0) })
    .execute();
}

async function installState(): Promise<string | undefined> {
  const row = await tablesOf(database.db)
    .selectFrom('accounts')
    .select('install_state')
    .where('id', '=', ID)
    .executeTakeFirst();
  return row?.install_state;
}

describe('the lease of a refresh', () => {
  test('is one caller’s out of many', async () => {
    const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
    const taken = await Promise.all(
      owners.map((owner) => takeGrantLease(database.db, lease(owner), false)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('is for the pair that was seen, in the install that was seen', async () => {
    expect(await takeGrantLease(database.db, lease('a', 2), false)).toBe(false);
    expect(await takeGrantLease(database.db, lease('a', 1, 2), false)).toBe(false);
    expect(await takeGrantLease(database.db, lease('a'), true)).toBe(false);
    await tablesOf(database.db).updateTable('accounts').set({ epoch: 2 }).execute();
    expect(await takeGrantLease(database.db, lease('a'), false)).toBe(false);
  });

  test('can be taken over only when it has ended', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    expect(await takeGrantLease(database.db, lease('b'), false)).toBe(false);
    await letLeaseEnd();
    expect(await takeGrantLease(database.db, lease('b'), false)).toBe(true);
    expect(await renewGrantLease(database.db, lease('a'))).toBe(false);
    expect(await renewGrantLease(database.db, lease('b'))).toBe(true);
  });

  test('lets its holder store the next pair, once', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    const store = () =>
      completeGrantRefresh(database.db, secrets, lease('a'), tokensOf('second'), REFRESHED);
    expect(await store()).toBe(true);
    expect(await store()).toBe(false);
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({
      accessToken: 'access-second',
      version: 2,
    });
  });

  test('lets a late holder write nothing over the pair of its successor', async () => {
    await takeGrantLease(database.db, lease('late'), false);
    await letLeaseEnd();
    await takeGrantLease(database.db, lease('next'), false);
    const late = [
      completeGrantRefresh(database.db, secrets, lease('late'), tokensOf('late'), REFRESHED),
      countRefreshAttempt(database.db, lease('late')),
      markGrantDead(database.db, lease('late'), null),
    ] as const;
    expect(await Promise.all(late)).toEqual([false, undefined, false]);
    await completeGrantRefresh(database.db, secrets, lease('next'), tokensOf('next'), REFRESHED);
    expect(
      await completeGrantRefresh(database.db, secrets, lease('late'), tokensOf('late'), REFRESHED),
    ).toBe(false);
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({ accessToken: 'access-next' });
  });

  test('given up too early does not lose the pair its holder brings after all', async () => {
    await takeGrantLease(database.db, lease('late'), false);
    await letLeaseEnd();
    await takeGrantLease(database.db, lease('next'), false);
    await markGrantDead(database.db, lease('next'), null);
    expect(
      await completeGrantRefresh(database.db, secrets, lease('late'), tokensOf('late'), REFRESHED),
    ).toBe(true);
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({
      accessToken: 'access-late',
      state: 'dead',
    });
    expect(await grantsDueForProbe(database.db, 10)).toEqual([ID]);
  });

  test('is worth nothing after an uninstall, a reinstall or a new consent', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    await tablesOf(database.db).updateTable('accounts').set({ epoch: 2 }).execute();
    const store = (mark: string) =>
      completeGrantRefresh(database.db, secrets, lease('a'), tokensOf(mark), REFRESHED);
    expect(await store('after uninstall')).toBe(false);
    await database.db.transaction().execute((trx) => forgetGrant(trx, ID));
    await install(ID, 'reinstalled');
    expect(await store('after reinstall')).toBe(false);
    await tablesOf(database.db).updateTable('accounts').set({ epoch: 1 }).execute();
    await install(ID, 'consented');
    expect(await store('after consent')).toBe(false);
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({
      accessToken: 'access-consented',
    });
  });

  test('counts token calls, and leaves what is unsettled to be found', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    expect(await unsettledGrants(database.db, 10)).toEqual([]);
    expect(await countRefreshAttempt(database.db, lease('a'))).toBe(1);
    expect(await countRefreshAttempt(database.db, lease('a'))).toBe(2);
    expect(await unsettledGrants(database.db, 10)).toEqual([]);
    await letLeaseEnd();
    expect(await unsettledGrants(database.db, 10)).toEqual([ID]);
  });

  test('makes the grant rest after a failure', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    await releaseGrantLease(database.db, lease('a'), { attempts: 1, delayMs: 60_000 });
    expect(await takeGrantLease(database.db, lease('b'), false)).toBe(false);
    expect(await unsettledGrants(database.db, 10)).toEqual([]);
    const grant = await findGrant(database.db, secrets, ID);
    expect(grant?.failures).toBe(1);
    expect(grant?.retryInMs).toBeGreaterThan(50_000);
    expect(grant?.retryInMs).toBeLessThanOrEqual(60_000);
  });
});

describe('a dead grant', () => {
  test('shows in the account, and so does its return', async () => {
    expect(await markGrantDead(database.db, KEY, 1_000)).toBe(true);
    expect(await installState()).toBe('authorization_required');
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({ state: 'dead', failures: 1 });
    await markGrantAlive(database.db, KEY);
    expect(await installState()).toBe('active');
    expect(await findGrant(database.db, secrets, ID)).toMatchObject({ state: 'alive' });
  });

  test('is not declared over the head of a refresh in flight, or for another pair', async () => {
    await takeGrantLease(database.db, lease('a'), false);
    expect(await markGrantDead(database.db, KEY, null)).toBe(false);
    expect(await markGrantDead(database.db, { ...KEY, version: 2 }, null)).toBe(false);
    expect(await installState()).toBe('active');
  });
});

test('idle grants are found after a week, spread over the eighth day', async () => {
  const day = 86_400_000;
  const before = new Date(REFRESHED.getTime());
  await tablesOf(database.db).deleteFrom('accounts').execute();
  const early = 1440 * 3;
  const late = early + 1439;
  await install(early, 'x', new Date(before.getTime() - 1_000));
  await install(late, 'x', new Date(before.getTime() - 1_000));
  expect(await idleGrants(database.db, before, 10)).toEqual([early]);
  expect(await idleGrants(database.db, new Date(before.getTime() + day), 10)).toHaveLength(2);
  expect(await idleGrants(database.db, new Date(before.getTime() - day), 10)).toEqual([]);
});
