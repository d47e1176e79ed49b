import { isKommoError } from '../../src/server/kommo/errors.ts';
import { forgetGrant, markGrantDead } from '../../src/server/kommo/grants/rows.ts';
import { DEMO } from '../support/config.ts';
import { askToken } from '../support/emulator-client.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import { tablesOf } from '../support/tables.ts';
import { waitFor } from '../support/wait-for.ts';

const MODES = ['strict', 'until-new-used', 'grace-30s'] as const;
const TOKEN_PATH = { path: '/oauth2/access_token' };
const AMOJO_ID = '52e591f7-c98f-4255-8495-827210138c81';

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench();
});

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.install('demo');
});

/** Requests to the token endpoint that asked for a refresh. */
function refreshes() {
  return bench.emulator.requests({ ...TOKEN_PATH, bodyContains: 'refresh_token' });
}

/** A call that needs a token and does not touch the REST budget. */
function useGrant(kommo = bench.kommo): Promise<string> {
  return kommo.connectChannel(DEMO.id, AMOJO_ID);
}

async function kindOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'fine';
  } catch (error) {
    if (isKommoError(error)) return error.kind;
    throw error;
  }
}

async function grant() {
  return await tablesOf(bench.db)
    .selectFrom('grants')
    .innerJoin('accounts', 'accounts.id', 'grants.account_id')
    .selectAll('grants')
    .select('accounts.install_state')
    .where('grants.account_id', '=', DEMO.id)
    .executeTakeFirstOrThrow();
}

/** What a process leaves that was killed after it had sent the token call. */
async function leaveUnfinished(): Promise<void> {
  await bench.expire(DEMO.id);
  await tablesOf(bench.db)
    .updateTable('grants')
    .set({ lease_owner: 'killed', lease_until: new Date(0), refresh_attempts: 1 })
    .execute();
}

async function storedRefreshToken(): Promise<string> {
  const { refresh_token } = await grant();
  return bench.secrets.unseal(refresh_token, `grants:${DEMO.id}:refresh_token`);
}

describe.each(MODES)('in the mode %s', (refreshMode) => {
  beforeEach(() => bench.emulator.setSwitches({ refreshMode, accessAfterRefresh: 'revoked' }));

  test('sixty callers on two replicas cost one refresh, and all succeed', async () => {
    const other = bench.replica();
    await bench.expire(DEMO.id);
    const callers = Array.from({ length: 60 }, (_, index) =>
      kindOf(useGrant(index % 2 === 0 ? bench.kommo : other.kommo)),
    );
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['fine']));
    expect(refreshes()).toHaveLength(1);
    expect(await grant()).toMatchObject({ version: 2, lease_owner: null, refresh_attempts: 0 });
  });

  test('an answer lost after Kommo acted ends in a working account, or in one that says so', async () => {
    await bench.expire(DEMO.id);
    bench.emulator.fault({ match: TOKEN_PATH, action: 'loseAnswer' });
    const kind = await kindOf(useGrant());
    expect(refreshes()).toHaveLength(2);
    if (refreshMode === 'strict') {
      expect(kind).toBe('reauthorize');
      expect(await grant()).toMatchObject({
        state: 'dead',
        install_state: 'authorization_required',
      });
    } else {
      expect(kind).toBe('fine');
      expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
      expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
    }
  });

  test('a crash between Kommo’s answer and the database is made good by the next sweep', async () => {
    await askToken(bench.emulator, {
      grant_type: 'refresh_token',
      refresh_token: await storedRefreshToken(),
    });
    await leaveUnfinished();
    expect(await bench.kommo.background().recoverLostRefreshes()).toBe(1);
    const isLost = refreshMode === 'strict';
    expect(await kindOf(useGrant())).toBe(isLost ? 'reauthorize' : 'fine');
    expect((await grant()).install_state).toBe(isLost ? 'authorization_required' : 'active');
    expect(refreshes()).toHaveLength(2);
  });

  test('a crash before Kommo was asked is made good by the next caller', async () => {
    await leaveUnfinished();
    expect(await kindOf(useGrant())).toBe('fine');
    expect(refreshes()).toHaveLength(1);
    expect((await grant()).refresh_attempts).toBe(0);
  });
});

test('answers that are lost again and again cost five calls, and the account says so', async () => {
  bench.emulator.setSwitches({ refreshMode: 'until-new-used' });
  await bench.expire(DEMO.id);
  bench.emulator.fault({ match: TOKEN_PATH, times: 0, action: 'loseAnswer' });
  expect(['busy', 'reauthorize']).toContain(await kindOf(useGrant()));
  await waitFor(async () => (await grant()).state === 'dead');
  expect(refreshes()).toHaveLength(5);
  expect((await grant()).install_state).toBe('authorization_required');
  expect(await kindOf(useGrant())).toBe('reauthorize');
  expect(refreshes()).toHaveLength(5);
}, 60_000);

test.each(['', '{}', '<html></html>', '{"access_token":"a b","refresh_token":"c"}'])(
  'the answer %j counts as lost, and the next one is used',
  async (body) => {
    await bench.expire(DEMO.id);
    bench.emulator.fault({ match: TOKEN_PATH, action: { status: 200, body } });
    expect(await kindOf(useGrant())).toBe('fine');
    expect(refreshes()).toHaveLength(2);
  },
);

test('a new pair is not lost to another replica that took the lease over and was refused', async () => {
  await bench.expire(DEMO.id);
  const { epoch, version } = await grant();
  bench.emulator.fault({ match: TOKEN_PATH, action: { delayMs: 500 } });
  const caller = kindOf(useGrant());
  await waitFor(() => refreshes().length === 1);
  // As if this replica had lost the database for longer than a lease lives.
  await tablesOf(bench.db)
    .updateTable('grants')
    .set({ lease_owner: 'other', lease_until: new Date(Date.now() + 60_000) })
    .execute();
  await waitFor(() => refreshes()[0]?.status === 200);
  const key = { accountId: DEMO.id, epoch, version, owner: 'other' };
  // The old refresh token is used up; in Kommo's words for good.
  expect(await markGrantDead(bench.db, key, null)).toBe(true);
  await waitFor(async () => (await grant()).version > version);
  await caller;
  await bench.kommo.probeDeadGrants();
  expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
  expect(await kindOf(useGrant())).toBe('fine');
});

test('a pair is kept although the length of its life makes no sense', async () => {
  await bench.expire(DEMO.id);
  bench.emulator.fault({ match: TOKEN_PATH, action: { extra: { expires_in: -1 } } });
  expect(await kindOf(useGrant())).toBe('fine');
  const life = (await grant()).expires_at.getTime() - Date.now();
  expect(life).toBeGreaterThan(3_500_000);
  expect(life).toBeLessThanOrEqual(3_600_000);
});

test('an answer slower than any caller’s patience is one refresh, and is used when it comes', async () => {
  bench.emulator.setSwitches({ refreshMode: 'strict' });
  const other = bench.replica();
  await bench.expire(DEMO.id);
  const barrier = bench.emulator.barrier(TOKEN_PATH, 1, 'manual');
  const kinds = [useGrant(), useGrant(), useGrant(other.kommo)].map(kindOf);
  await barrier.arrived;
  const { lease_until: first } = await grant();
  expect(await Promise.all(kinds)).toEqual(['busy', 'busy', 'busy']);
  const { lease_until: later } = await grant();
  expect(later?.getTime()).toBeGreaterThan(first?.getTime() ?? Number.POSITIVE_INFINITY);
  expect(await bench.kommo.background().recoverLostRefreshes()).toBe(0);
  barrier.release();
  await waitFor(async () => (await grant()).version === 2);
  expect(await kindOf(useGrant(other.kommo))).toBe('fine');
  expect(refreshes()).toHaveLength(1);
});

describe('while a refresh is in flight', () => {
  async function held(change: () => Promise<void>): Promise<string> {
    await bench.expire(DEMO.id);
    const refresh = { ...TOKEN_PATH, bodyContains: 'refresh_token' };
    const barrier = bench.emulator.barrier(refresh, 1, 'manual');
    const kind = kindOf(useGrant());
    await barrier.arrived;
    await change();
    barrier.release();
    return await kind;
  }

  test('an uninstall ends it: nothing of the new pair is stored', async () => {
    const kind = await held(() =>
      bench.db.transaction().execute(async (trx) => {
        await tablesOf(trx)
          .updateTable('accounts')
          .set({ install_state: 'disabled', epoch: 2 })
          .execute();
        await forgetGrant(trx, DEMO.id);
      }),
    );
    expect(kind).toBe('reauthorize');
    expect(await tablesOf(bench.db).selectFrom('grants').selectAll().execute()).toEqual([]);
  });

  test('a reinstall’s pair stays, and is the one that is used', async () => {
    let installed = '';
    const kind = await held(async () => {
      await tablesOf(bench.db).updateTable('accounts').set({ epoch: 2 }).execute();
      await bench.install('demo');
      installed = (await grant()).refresh_token;
    });
    expect(kind).toBe('fine');
    expect(await grant()).toMatchObject({ epoch: 2, refresh_token: installed });
  });
});
