import { countTokenUse, purgeSeenTokens } from '../../src/server/access/rows.ts';
import {
  disableAccount,
  findCached,
  findUserRights,
  saveUserRights,
  storeCached,
} from '../../src/server/accounts/rows.ts';
import {
  beginSync,
  failSync,
  requestSync,
  wakeReauthorizedSyncs,
} from '../../src/server/channels/sources/rows.ts';
import { idleGrants, markGrantDead, unsettledGrants } from '../../src/server/kommo/grants/rows.ts';
import { REFRESHED, storeGrant } from '../support/grants.ts';
import { SECRETS, useStoredAccounts } from '../support/stored-accounts.ts';
import { tablesOf } from '../support/tables.ts';

const ID = 31_263_018;
const DAY_MS = 86_400_000;

const database = useStoredAccounts(ID);

describe('an answer of Kommo', () => {
  const answer = (epoch: number, body: unknown) =>
    storeCached(database.db, {
      accountId: ID,
      epoch,
      kind: 'pipelines',
      body,
    });
  const rights = (epoch: number, isAdmin: boolean) =>
    saveUserRights(database.db, { accountId: ID, epoch, userId: 5, isAdmin });
  const known = () =>
    Promise.all([
      findCached(database.db, { accountId: ID, kind: 'pipelines' }, 60).then(
        (answer) => answer?.body,
      ),
      findUserRights(database.db, { accountId: ID, userId: 5, maxAgeSeconds: 60 }),
    ]);

  beforeEach(() => tablesOf(database.db).deleteFrom('user_rights').execute());

  test('is kept in the install it was asked for in, the newest one', async () => {
    await answer(1, ['one']);
    await answer(1, ['two']);
    await rights(1, true);
    await rights(1, false);
    expect(await known()).toEqual([['two'], false]);
  });

  test('that comes after an uninstall, or after a reinstall, is not kept', async () => {
    await database.db.transaction().execute((trx) => disableAccount(trx, ID));
    for (const epoch of [1, 2]) {
      await answer(epoch, ['late']);
      await rights(epoch, true);
    }
    expect(await known()).toEqual([undefined, undefined]);
    await storeGrant(database.db, SECRETS, ID);
    await answer(1, ['late']);
    await rights(1, true);
    expect(await known()).toEqual([undefined, undefined]);
    await answer(2, ['new']);
    await rights(2, true);
    expect(await known()).toEqual([['new'], true]);
  });
});

test('a token is remembered for as long as any may live, whatever the clocks of the processes show', async () => {
  const token = { accountId: ID, jti: 'of-a-process-whose-clock-is-behind' };
  expect((await countTokenUse(database.db, token, true)).uses).toBe(1);
  await purgeSeenTokens(database.db);
  expect((await countTokenUse(database.db, token, true)).uses).toBe(2);
  await tablesOf(database.db)
    .updateTable('seen_tokens')
    .set({ expires_at: new Date(Date.now() - DAY_MS) })
    .execute();
  expect(await purgeSeenTokens(database.db)).toBe(1);
});

describe('a sync that stopped for want of a grant', () => {
  const run = { accountId: ID };
  const stateOf = async () =>
    (await tablesOf(database.db).selectFrom('syncs').select('state').executeTakeFirstOrThrow())
      .state;

  beforeEach(async () => {
    await database.db.transaction().execute((trx) => requestSync(trx, ID));
    await beginSync(database.db, ID);
    await failSync(database.db, {
      ...run,
      claimed: 1,
      errorCode: 'kommo_reauthorize',
      // Of a process whose clock is far ahead.
      at: new Date(Date.now() + DAY_MS),
      retrySeconds: undefined,
    });
  });

  test('goes on with a new grant, whatever the clocks of the processes show', async () => {
    await storeGrant(database.db, SECRETS, ID, 'second', new Date(0));
    await wakeReauthorizedSyncs(database.db);
    expect(await stateOf()).toBe('queued');
  });

  test('stays where it is with the one it had', async () => {
    await wakeReauthorizedSyncs(database.db);
    expect(await stateOf()).toBe('failed');
  });
});

test('grants that no key opens do not stand in front of those that wait for a refresh', async () => {
  const { db } = database;
  await storeGrant(db, SECRETS, ID + 1, 'x', new Date(REFRESHED.getTime() + 1));
  await tablesOf(db).updateTable('grants').set({ refresh_attempts: 1 }).execute();
  const first = async () => [
    ...(await idleGrants(db, new Date(REFRESHED.getTime() + 10 * DAY_MS), 1)),
    ...(await unsettledGrants(db, 1)),
  ];
  await markGrantDead(db, { accountId: ID, epoch: 1, version: 1 }, null);
  expect(await first()).toEqual([ID + 1, ID + 1]);
});
