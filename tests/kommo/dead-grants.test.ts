import { isKommoError, type KommoError } from '../../src/server/kommo/errors.ts';
import { DEMO } from '../support/config.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import { tablesOf } from '../support/tables.ts';

const TOKEN_PATH = { path: '/oauth2/access_token' };
const REST = { host: 'demo.kommo.com', path: '/api/v4/*' };
const HOUR = 3_600_000;
/** A refusal of the refresh token in words that are not final. */
const UNCLEAR = { status: 401, body: { hint: 'Something is wrong with this grant' } };

let bench: KommoBench;
let now = new Date();

beforeAll(async () => {
  bench = await openKommoBench({ now: () => now });
});

afterAll(() => bench.close());

beforeEach(async () => {
  now = new Date();
  await bench.reset();
  await bench.install('demo');
});

function refreshes() {
  return bench.emulator.requests({ ...TOKEN_PATH, bodyContains: 'refresh_token' });
}

function restCalls() {
  return bench.emulator.requests(REST);
}

async function errorOf(promise: Promise<unknown>): Promise<KommoError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isKommoError(error)) return error;
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

/** Lets what rests until some time be due now. */
async function letRestEnd(): Promise<void> {
  await tablesOf(bench.db)
    .updateTable('grants')
    .set({ next_refresh_at: new Date(0) })
    .where('next_refresh_at', 'is not', null)
    .execute();
}

describe('a 401 of the API', () => {
  test('costs one refresh and one retry', async () => {
    const before = restCalls().length;
    bench.emulator.fault({ match: REST, action: { status: 401 } });
    expect((await bench.kommo.account(DEMO.id)).name).toBe('Demo Company');
    expect(refreshes()).toHaveLength(1);
    expect(restCalls().length - before).toBe(2);
  });

  test('met by many callers at once costs one refresh', async () => {
    bench.emulator.state.grants.forEach((one) => {
      one.is_access_revoked = true;
    });
    const all = await Promise.all([1, 2, 3, 4].map(() => bench.kommo.account(DEMO.id)));
    expect(all.map(({ id }) => id)).toEqual(Array(4).fill(DEMO.id));
    expect(refreshes()).toHaveLength(1);
  });

  test('for a token just made is no verdict: it is asked again after a moment', async () => {
    bench.emulator.fault({ match: REST, times: 2, action: { status: 401 } });
    expect((await bench.kommo.account(DEMO.id)).name).toBe('Demo Company');
    expect(refreshes()).toHaveLength(1);
    expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
  });

  test('that does not end stops everything after three refreshes, and no sooner', async () => {
    const replicas = [bench.kommo, bench.replica().kommo, bench.replica().kommo];
    bench.emulator.fault({ match: REST, times: 0, action: { status: 401 } });
    const errors = [];
    for (const kommo of replicas) errors.push(await errorOf(kommo.account(DEMO.id)));
    expect(errors.map((error) => error?.kind)).toEqual([
      'unavailable',
      'unavailable',
      'reauthorize',
    ]);
    expect(errors[0]?.retryAfterSeconds).toBe(5);
    expect(await grant()).toMatchObject({ state: 'dead', install_state: 'authorization_required' });
    const sent = bench.emulator.requests().length;
    for (let round = 0; round < 5; round += 1) {
      expect((await errorOf(bench.kommo.pipelines(DEMO.id)))?.kind).toBe('reauthorize');
      await bench.kommo.background().probeDeadGrants();
    }
    expect(bench.emulator.requests()).toHaveLength(sent);
    expect(refreshes()).toHaveLength(3);
  });

  test('costs no fourth refresh within the hour, and is counted anew after it', async () => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const refuseOnce = () => bench.emulator.fault({ match: REST, action: { status: 401 } });
    const seen = { forced_refreshes: 3, forced_since: minutesAgo(50) };
    await tablesOf(bench.db).updateTable('grants').set(seen).execute();
    refuseOnce();
    expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
    expect(refreshes()).toHaveLength(0);
    await tablesOf(bench.db)
      .updateTable('grants')
      .set({ forced_since: minutesAgo(61) })
      .execute();
    refuseOnce();
    expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
    expect(refreshes()).toHaveLength(1);
    expect((await grant()).forced_refreshes).toBe(1);
  });
});

describe('a refresh that Kommo refuses', () => {
  test('in final words is never tried again', async () => {
    bench.emulator.revoke('demo');
    await bench.expire(DEMO.id);
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('reauthorize');
    expect(await grant()).toMatchObject({ state: 'dead', next_refresh_at: null });
    await bench.kommo.background().probeDeadGrants();
    expect(refreshes()).toHaveLength(1);
  });

  test('for a reason that may pass is looked at again, after an hour at the earliest', async () => {
    bench.emulator.fault({ match: TOKEN_PATH, times: 0, action: UNCLEAR });
    await bench.expire(DEMO.id);
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('reauthorize');
    const { next_refresh_at, install_state } = await grant();
    expect(install_state).toBe('authorization_required');
    expect(next_refresh_at?.getTime()).toBeGreaterThan(Date.now() + 0.9 * HOUR);
    expect(await bench.kommo.background().probeDeadGrants()).toBe(0);

    await letRestEnd();
    await bench.kommo.background().probeDeadGrants();
    expect(await grant()).toMatchObject({ state: 'dead', refresh_failures: 2 });
    expect(refreshes()).toHaveLength(2);
  });

  test('works again by itself when the reason has passed', async () => {
    bench.emulator.fault({ match: TOKEN_PATH, action: UNCLEAR });
    await bench.expire(DEMO.id);
    await errorOf(bench.kommo.account(DEMO.id));
    await letRestEnd();
    await bench.kommo.background().probeDeadGrants();
    expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
    expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
  });

  test('stays dead when new tokens come but are refused as well', async () => {
    bench.emulator.fault({ match: REST, times: 0, action: { status: 401 } });
    for (let round = 0; round < 3; round += 1) await errorOf(bench.kommo.account(DEMO.id));
    await letRestEnd();
    await bench.kommo.background().probeDeadGrants();
    const { state, install_state, next_refresh_at } = await grant();
    expect({ state, install_state }).toEqual({
      state: 'dead',
      install_state: 'authorization_required',
    });
    expect(next_refresh_at?.getTime()).toBeGreaterThan(Date.now() + 1.9 * HOUR);
  });
});

describe('a refusal of our client', () => {
  const NO_HINT = {
    status: 401,
    body: { title: 'Unauthorized', detail: 'Client authentication failed' },
  };

  async function useAfterRest(): Promise<string> {
    await letRestEnd();
    return (await errorOf(bench.kommo.account(DEMO.id)))?.kind ?? 'fine';
  }

  test('is no verdict on the grant: it rests some minutes, the log says why, then it works', async () => {
    const integration = bench.emulator.world.integration();
    const { client_secret: right } = integration;
    integration.client_secret = 'another-secret-0123456789';
    await bench.expire(DEMO.id);
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('misconfigured');
    const { next_refresh_at: until, ...row } = await grant();
    expect(row).toMatchObject({ state: 'alive', install_state: 'active' });
    const restMs = (until?.getTime() ?? 0) - Date.now();
    expect(restMs).toBeGreaterThan(60_000);
    expect(restMs).toBeLessThan(5 * 60_000);
    const line = bench.logs.find((text) => text.includes('refuses our client id or secret'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', accountId: DEMO.id });

    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('misconfigured');
    expect(refreshes()).toHaveLength(1);
    integration.client_secret = right;
    expect(await useAfterRest()).toBe('fine');
    expect(await grant()).toMatchObject({ client_refusals: 0, refresh_failures: 0 });
  });

  test.each([
    ['an empty answer', { status: 401, body: {} }],
    ['a page', { status: 401, body: '<html></html>' }],
    ['a wrong redirect address', { status: 400, body: { title: 'Bad Request' } }],
    ['a hint about the client', { status: 400, body: { hint: 'Check the `client_id` parameter' } }],
    ['a refusal with a reason', { status: 403, body: { title: 'Forbidden' } }],
  ])('may be %s', async (_name, action) => {
    bench.emulator.fault({ match: TOKEN_PATH, action });
    await bench.expire(DEMO.id);
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('misconfigured');
    expect((await grant()).state).toBe('alive');
  });

  test('is never the end of a grant that Kommo still knows', async () => {
    bench.emulator.fault({ match: TOKEN_PATH, times: 0, action: NO_HINT });
    await bench.expire(DEMO.id);
    for (let round = 0; round < 6; round += 1) expect(await useAfterRest()).toBe('misconfigured');
    expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
  });

  test('is believed after several, when the domain lookup refuses the grant as well', async () => {
    bench.emulator.revoke('demo');
    bench.emulator.fault({ match: TOKEN_PATH, times: 0, action: NO_HINT });
    await bench.expire(DEMO.id);
    const kinds = [await useAfterRest(), await useAfterRest(), await useAfterRest()];
    expect(kinds).toEqual(['misconfigured', 'misconfigured', 'reauthorize']);
    expect(await grant()).toMatchObject({ state: 'dead', install_state: 'authorization_required' });
  });
});

describe('trouble at the token endpoint', () => {
  test.each([
    [503, 'unavailable', 1],
    [504, 'unavailable', 1],
    [301, 'unavailable', 1],
    [402, 'payment_required', 0],
    [403, 'blocked', 0],
  ])('(%i) kills nothing: the grant rests, then works', async (status, kind, attempts) => {
    await bench.expire(DEMO.id);
    bench.emulator.fault({
      match: TOKEN_PATH,
      action: { status, body: '<html></html>', headers: { location: 'http://127.0.0.1:1/' } },
    });
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe(kind);
    expect(await grant()).toMatchObject({
      state: 'alive',
      install_state: 'active',
      refresh_attempts: attempts,
    });
    expect(await errorOf(bench.kommo.account(DEMO.id))).toMatchObject({ kind: 'unavailable' });
    expect(refreshes()).toHaveLength(1);
    await letRestEnd();
    await tablesOf(bench.db).deleteFrom('rate_buckets').execute();
    expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
    expect((await grant()).refresh_failures).toBe(0);
  });

  test('does not matter while the old token still lives', async () => {
    await tablesOf(bench.db)
      .updateTable('grants')
      .set({ expires_at: new Date(now.getTime() + 30_000) })
      .execute();
    bench.emulator.fault({ match: TOKEN_PATH, action: { status: 503 } });
    expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
  });
});

test('without a grant an administrator must authorize', async () => {
  await tablesOf(bench.db).deleteFrom('grants').execute();
  expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('reauthorize');
});

test('a grant that no key opens is not used, and the log says so', async () => {
  await tablesOf(bench.db)
    .updateTable('grants')
    .set({ access_token: 'v1.lost.AAAA.AAAA' })
    .execute();
  expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('reauthorize');
  expect(bench.logs.join('')).toContain('cannot be opened');
});

test('a grant nobody uses is refreshed once a week, for a hundred days', async () => {
  const day = 24 * HOUR;
  for (let days = 0; days < 100; days += 1) {
    bench.emulator.advance(day);
    now = new Date(now.getTime() + day);
    await bench.kommo.background().refreshIdle();
  }
  expect(refreshes().length).toBeGreaterThanOrEqual(11);
  expect(refreshes().length).toBeLessThanOrEqual(14);
  expect((await bench.kommo.account(DEMO.id)).id).toBe(DEMO.id);
});
