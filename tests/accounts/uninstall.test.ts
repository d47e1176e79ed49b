import { connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { CLIENT_ID, DEMO } from '../support/config.ts';
import { callHook, hookSignature as signature } from '../support/disable-hook.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  server.emulator.reset();
  server.emulator.useBackend('https://connector.test', server.url);
  const { db } = server.database;
  await tablesOf(db).deleteFrom('install_codes').execute();
  await tablesOf(db).deleteFrom('accounts').execute();
  await server.install('demo');
});

const hook = (changes: Record<string, string | undefined> = {}) => callHook(server, changes);

const account = () =>
  tablesOf(server.database.db)
    .selectFrom('accounts')
    .select(['install_state', 'epoch', 'recheck_at', 'rechecks'])
    .where('id', '=', DEMO.id)
    .executeTakeFirstOrThrow();

const confirmingCalls = () =>
  server.emulator
    .requests({ path: '/api/v4/account' })
    .filter(({ host }) => host === 'demo.kommo.com');

const isDisabled = () => server.waitFor(async () => (await account()).install_state === 'disabled');

/** Until Kommo has said something about a hook that came. */
const isAnswered = () =>
  server.waitFor(async () => {
    const { rechecks, recheck_at: next } = await account();
    return rechecks === 0 && next !== null;
  });

/** Calls of Kommo with the account's tokens, from now on. */
function callsSince(): () => number {
  const before = confirmingCalls().length;
  return () => confirmingCalls().length - before;
}

const count = async (
  table: 'grants' | 'settings' | 'syncs' | 'channels' | 'scopes' | 'user_rights',
) =>
  (
    await tablesOf(server.database.db)
      .selectFrom(table)
      .select('account_id')
      .where('account_id', '=', DEMO.id)
      .execute()
  ).length;

test('a genuine hook ends the install: tokens, settings and secrets are gone, the epoch rises', async () => {
  await connectBot(server, 1);
  const saved = await save(server, unchanged(await readSettings(server)));
  expect(saved.status).toBe(200);
  expect(await count('grants')).toBe(1);
  const calls = callsSince();

  expect(await server.emulator.disable('demo')).toEqual([200]);
  await isDisabled();
  expect(calls()).toBe(1);
  expect(await account()).toMatchObject({ install_state: 'disabled', epoch: 2 });
  for (const table of ['grants', 'settings', 'syncs', 'scopes', 'user_rights'] as const) {
    expect([table, await count(table)]).toEqual([table, 0]);
  }
  await server.waitFor(async () => (await count('channels')) === 0);
  await server.waitFor(async () => {
    const endings = await tablesOf(server.database.db)
      .selectFrom('session_endings')
      .selectAll()
      .execute();
    return endings.length === 0;
  });
  expect(server.emulator.requests({ path: '/__services/telegram/*/deleteWebhook' })).toHaveLength(
    1,
  );
  const settings = await readSettings(server);
  expect(settings).toMatchObject({ status: 'new', channels: [], sync: { state: 'never' } });
  expect(settings.install.state).toBe('authorization_required');
});

test('nothing of an ended install is called any more, but for the clean-up', async () => {
  await connectBot(server, 2);
  await server.emulator.disable('demo');
  await server.waitFor(async () => (await count('channels')) === 0);
  const before = server.emulator.requests({ host: 'demo.kommo.com' }).length;
  await server.api('GET', '/messenger/settings');
  await server.api('GET', '/messenger/channels');
  await save(server, { version: 0, default_channel_id: null, channels: [] });
  expect(server.emulator.requests({ host: 'demo.kommo.com' })).toHaveLength(before);
});

test('the same hook twice, and for an account that never was, changes nothing', async () => {
  await server.emulator.disable('demo');
  await isDisabled();
  const calls = callsSince();
  expect((await hook()).status).toBe(200);
  expect(await account()).toMatchObject({ install_state: 'disabled', epoch: 2 });
  const stranger = await hook({ account_id: '77', signature: signature(`${CLIENT_ID}|77`) });
  expect(stranger.status).toBe(200);
  expect(calls()).toBe(0);
});

test('a reinstall begins a new epoch, and the old hook does nothing to it', async () => {
  await connectBot(server, 3);
  await server.emulator.disable('demo');
  await isDisabled();
  await server.install('demo');
  expect(await account()).toMatchObject({ install_state: 'active', epoch: 2 });
  expect((await readSettings(server)).channels).toEqual([]);
  const calls = callsSince();
  expect((await hook()).status).toBe(200);
  await server.waitFor(() => calls() === 1);
  await isAnswered();
  expect(await account()).toMatchObject({ install_state: 'active', epoch: 2 });
  expect(await count('grants')).toBe(1);
});

test.each([
  ['404', { status: 404 }],
  ['402', { status: 402 }],
  ['403', { status: 403 }],
  ['403 as a page', 'html403'],
  ['429', { rateLimited: 1 }],
  ['500', { status: 500 }],
  ['503', { status: 503 }],
  ['nothing: a cut connection', 'reset'],
  ['half an answer', 'cutMidBody'],
] as const)(
  'when Kommo answers the question with %s nothing is destroyed',
  async (_name, action) => {
    server.emulator.fault({
      match: { host: 'demo.kommo.com', path: '/api/v4/*' },
      action,
      times: 0,
    });
    const calls = callsSince();
    expect((await hook()).status).toBe(200);
    await isAnswered();
    expect(calls()).toBeLessThanOrEqual(1);
    const state = await account();
    expect(state).toMatchObject({ install_state: 'active', epoch: 1 });
    expect(state.recheck_at).not.toBeNull();
    expect(await count('grants')).toBe(1);
    server.emulator.clearFaults();
    await tablesOf(server.database.db).deleteFrom('rate_buckets').execute();
  },
);

test('a hook that comes before Kommo revokes the tokens is asked about again', async () => {
  expect((await hook()).status).toBe(200);
  await isAnswered();
  expect(await account()).toMatchObject({ install_state: 'active', epoch: 1 });
  server.emulator.revoke('demo');
  await tablesOf(server.database.db)
    .updateTable('accounts')
    .set({ recheck_at: new Date() })
    .execute();
  await server.waitFor(async () => (await account()).install_state === 'disabled');
  expect(await count('grants')).toBe(0);
});

test('a hook that Kommo denies is not asked about for ever', async () => {
  await hook();
  await isAnswered();
  for (const rechecks of [0, 1]) {
    expect((await account()).rechecks).toBe(rechecks);
    await tablesOf(server.database.db)
      .updateTable('accounts')
      .set({ recheck_at: new Date() })
      .execute();
    await server.waitFor(async () => {
      const { rechecks: now, recheck_at: at } = await account();
      return now !== rechecks || at === null;
    });
  }
  expect(await account()).toMatchObject({ install_state: 'active', recheck_at: null, rechecks: 0 });
});

test('a grant that came while Kommo was asked about the old one survives', async () => {
  server.emulator.revoke('demo');
  const barrier = server.emulator.barrier(
    { host: 'demo.kommo.com', path: '/api/v4/account' },
    1,
    'manual',
  );
  const answer = hook();
  await barrier.arrived;
  await tablesOf(server.database.db)
    .updateTable('grants')
    .set({ version: 99 })
    .where('account_id', '=', DEMO.id)
    .execute();
  barrier.release();
  expect((await answer).status).toBe(200);
  await isAnswered();
  expect(await account()).toMatchObject({ install_state: 'active', epoch: 1 });
  expect(await count('grants')).toBe(1);
});

test('a hook is stored and answered before Kommo is asked anything', async () => {
  const barrier = server.emulator.barrier(
    { host: 'demo.kommo.com', path: '/api/v4/account' },
    1,
    'manual',
  );
  server.emulator.revoke('demo');
  expect((await hook()).status).toBe(200);
  expect((await account()).recheck_at).not.toBeNull();
  barrier.release();
  await isDisabled();
});

test('a hook that is sent again and again costs one question a minute', async () => {
  const calls = callsSince();
  const answers = await Promise.all(Array.from({ length: 40 }, () => hook()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await isAnswered();
  await hook();
  expect(calls()).toBe(1);
  const { recheck_at: next } = await account();
  expect(next?.getTime()).toBeGreaterThan(Date.now() + 5_000);

  const aMinuteAgo = new Date(Date.now() - 61_000);
  await tablesOf(server.database.db)
    .updateTable('accounts')
    .set({ hook_asked_at: aMinuteAgo, recheck_at: null })
    .execute();
  await hook();
  await server.waitFor(() => calls() === 2);
});

test('a hook that comes while Kommo denies an earlier one is not forgotten with it', async () => {
  const barrier = server.emulator.barrier(
    { host: 'demo.kommo.com', path: '/api/v4/account' },
    1,
    'manual',
  );
  await tablesOf(server.database.db)
    .updateTable('accounts')
    .set({ recheck_at: new Date(0), rechecks: 1 })
    .execute();
  await barrier.arrived;
  expect((await hook()).status).toBe(200);
  const answered = () => server.logs.some((line) => line.includes('asked about a disable hook'));
  server.logs.length = 0;
  barrier.release();
  await server.waitFor(answered);
  const { recheck_at: next, rechecks } = await account();
  expect(next).not.toBeNull();
  expect(rechecks).toBe(-1);
});

describe('an install that Kommo ended without a word', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

  const giveUp = (at: Date) =>
    tablesOf(server.database.db).updateTable('grants').set({ given_up_at: at }).execute();

  beforeEach(async () => {
    await connectBot(server, 4);
    server.emulator.revoke('demo');
    await server.waitFor(async () => {
      const { install } = await readSettings(server);
      return install.state === 'authorization_required' && install.ends_at !== undefined;
    });
  });

  test('is announced with its end, thirty days after the grant', async () => {
    const { install } = await readSettings(server);
    const days = (Date.parse(install.ends_at ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
    await giveUp(daysAgo(29));
    expect((await readSettings(server)).channels).toHaveLength(1);
    expect(await account()).toMatchObject({ install_state: 'authorization_required', epoch: 1 });
  });

  test('ends then: sessions are over, credentials forgotten, and it may begin anew', async () => {
    await giveUp(daysAgo(31));
    await isDisabled();
    expect(await account()).toMatchObject({ epoch: 2 });
    expect(await count('grants')).toBe(0);
    await server.waitFor(async () => (await count('channels')) === 0);
    await server.waitFor(
      () => server.emulator.requests({ path: '/__services/telegram/*/deleteWebhook' }).length === 1,
    );
    await server.install('demo');
    expect((await readSettings(server)).install).toEqual({ state: 'active', is_reinstall: true });
  });

  test('goes on when access is given in time', async () => {
    await giveUp(daysAgo(29));
    await server.install('demo');
    expect((await readSettings(server)).install).toEqual({ state: 'active' });
    expect((await readSettings(server)).channels).toHaveLength(1);
  });
});
