import { sql } from 'kysely';
import { SYNC_SOURCES } from '../../src/server/queues.ts';
import {
  connectBot,
  readSettings,
  save,
  sourcesOf,
  storedInput,
  syncEnd,
} from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await connectBot(server, 1);
  await connectBot(server, 2);
});
afterAll(() => server.close());
beforeEach(async () => {
  server.emulator.clearFaults();
  await inSync();
});

test('nothing to do costs one request to Kommo', async () => {
  const before = sourceCalls().length;
  await inSync();
  expect(
    sourceCalls()
      .slice(before)
      .map(({ method }) => method),
  ).toEqual(['GET']);
});

test('a source deleted in Kommo’s own screens comes back under its external id', async () => {
  const before = sourcesOf(server, DEMO.id);
  server.emulator.deleteSource(before[0]?.external_id ?? '');
  expect(sourcesOf(server, DEMO.id)).toHaveLength(before.length - 1);
  await inSync();
  expect(byId(sourcesOf(server, DEMO.id))).toEqual(byId(before));
});

test('a source renamed or moved in Kommo’s own screens is put right', async () => {
  const before = sourcesOf(server, DEMO.id);
  for (const source of server.emulator.state.sources) {
    source.name = 'changed by hand';
    source.pipeline_id = 7004;
  }
  await inSync();
  expect(byId(sourcesOf(server, DEMO.id))).toEqual(byId(before));
});

test('sources that are not ours are never touched, and our left-overs are removed', async () => {
  const [ours] = server.emulator.state.sources;
  if (!ours) throw new Error('There is a source.');
  const foreign = {
    ...ours,
    id: 990,
    external_id: 'chat_connector',
    name: 'automatic',
    default: false,
  };
  const leftOver = {
    ...ours,
    id: 991,
    external_id: `c${'0'.repeat(25)}-1`,
    name: 'old',
    default: false,
  };
  server.emulator.state.sources.push(foreign, leftOver);
  await inSync();
  const names = sourcesOf(server, DEMO.id).map(({ name }) => name);
  expect(names).toContain('automatic');
  expect(names).not.toContain('old');
  server.emulator.state.sources = server.emulator.state.sources.filter(({ id }) => id !== 990);
});

describe.each([
  ['429', { rateLimited: 1 }, 'rate_limited'],
  ['500', { status: 500 }, 'kommo_unavailable'],
  ['a cut connection', 'reset', 'kommo_unavailable'],
  ['402', { status: 402 }, 'kommo_payment_required'],
  ['403 as a web page', 'html403', 'kommo_blocked'],
] as const)('when Kommo answers %s', (_what, action, code) => {
  test('the sync fails with its code, the settings stay, and "try again" works', async () => {
    const input = await storedInput(server);
    server.emulator.fault({ match: { path: '/api/v4/sources' }, action, times: 0 });
    const channels = input.channels.map((channel) => ({
      ...channel,
      name: `${channel.name}!`,
    }));
    const answer = await save(server, { ...input, channels });
    expect(answer.status).toBe(200);
    await server.waitFor(async () => (await storedSync()).state === 'failed');
    expect((await readSettings(server)).sync).toMatchObject({ state: 'failed', error_code: code });
    server.emulator.clearFaults();
    await forgetPauses();
    await inSync();
    expect(
      sourcesOf(server, DEMO.id)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(channels.map(({ name }) => name).sort());
  });
});

test('while Kommo hangs, the settings show what it said last', async () => {
  const known = await readSettings(server);
  server.emulator.fault({ match: { path: '/api/v4/*' }, action: 'hang', times: 0 });
  const shown = await readSettings(server);
  expect(shown).toEqual(known);
  server.emulator.clearFaults();
  await forgetPauses();
});

test('one source that Kommo refuses does not keep the others back', async () => {
  const third = await connectBot(server, 3);
  const input = await storedInput(server);
  server.emulator.fault({
    match: { path: '/api/v4/sources', bodyContains: 'refused by Kommo' },
    action: { status: 400, body: { title: 'Bad Request', status: 400 } },
    times: 0,
  });
  const channels = input.channels.map((channel) => ({
    ...channel,
    name: channel.id === third.id ? 'accepted' : 'refused by Kommo',
  }));
  await save(server, { ...input, channels });
  expect(await syncEnd(server)).toMatchObject({ state: 'failed', error_code: 'validation_failed' });
  expect(sourcesOf(server, DEMO.id).map(({ name }) => name)).toContain('accepted');
});

test('sources that were made although the answer was lost are made equal, not refused', async () => {
  const input = await storedInput(server);
  // Kommo shows what it has just made a moment later.
  server.emulator.fault({
    match: { method: 'GET', path: '/api/v4/sources' },
    action: { status: 204 },
  });
  const channels = input.channels.map((channel) => ({ ...channel, name: 'made before' }));
  const before = sourcesOf(server, DEMO.id).length;
  await save(server, { ...input, channels });
  expect(await syncEnd(server)).toEqual({ state: 'done', error_code: null });
  const names = sourcesOf(server, DEMO.id).map(({ name }) => name);
  expect(names).toEqual(Array(before).fill('made before'));
});

test('a change saved while a sync runs is synced, too', async () => {
  const input = await storedInput(server);
  const held = server.emulator.barrier({ method: 'GET', path: '/api/v4/sources' }, 1, 'manual');
  const named = (name: string) => input.channels.map((channel) => ({ ...channel, name }));
  await save(server, { ...input, channels: named('first') });
  await held.arrived;
  const second = await save(server, {
    ...input,
    version: input.version + 1,
    channels: named('second'),
  });
  expect(second.status).toBe(200);
  held.release();
  expect(await syncEnd(server)).toMatchObject({ state: 'done' });
  expect(new Set(sourcesOf(server, DEMO.id).map(({ name }) => name))).toEqual(new Set(['second']));
});

test('a sync that a killed process was running is taken over', async () => {
  const before = byId(sourcesOf(server, DEMO.id));
  server.emulator.state.sources = [];
  await server.context.db.transaction().execute(async (trx) => {
    await tablesOf(trx)
      .updateTable('syncs')
      .set((row) => ({ requested: row('requested', '+', 1), state: 'running' as const }))
      .execute();
    await server.context.jobs.request(trx, SYNC_SOURCES, { accountId: DEMO.id });
    await sql`update pgboss.job set state = 'active', started_on = now(), heartbeat_on = 'epoch'
      where name = ${SYNC_SOURCES.name} and state = 'created'`.execute(trx);
  });
  expect(await syncEnd(server)).toMatchObject({ state: 'done' });
  expect(byId(sourcesOf(server, DEMO.id))).toEqual(before);
});

test('a process that was paused writes nothing once its sync was taken over', async () => {
  server.emulator.state.sources = [];
  const calls = sourceCalls().length;
  const held = server.emulator.barrier({ method: 'GET', path: '/api/v4/sources' }, 1, 'manual');
  await save(server, await storedInput(server));
  await held.arrived;
  // As if its heartbeat had stopped long ago.
  await sql`update pgboss.job set state = 'retry'
    where name = ${SYNC_SOURCES.name} and state = 'active'`.execute(server.context.db);
  await server.waitFor(() => sourceCalls().length === calls + 2);
  held.release();
  expect(await syncEnd(server)).toMatchObject({ state: 'done' });
  await server.waitFor(() => server.logs.some((line) => line.includes('was handed over')));
  const methods = sourceCalls()
    .slice(calls)
    .map(({ method }) => method);
  expect(methods).toEqual(['GET', 'GET', 'POST']);
});

test('a lost scope is connected again', async () => {
  await tablesOf(server.context.db).deleteFrom('scopes').execute();
  await inSync();
  const scopes = await tablesOf(server.context.db)
    .selectFrom('scopes')
    .select('scope_id')
    .execute();
  expect(scopes).toEqual([{ scope_id: server.emulator.state.scopes[0]?.scope_id }]);
});

test('every active account is checked once a day', async () => {
  const before = byId(sourcesOf(server, DEMO.id));
  server.emulator.state.sources = [];
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  await tablesOf(server.context.db).updateTable('syncs').set({ finished_at: yesterday }).execute();
  await server.waitFor(() => sourcesOf(server, DEMO.id).length === before.length);
});

test('a dead grant stops the sync, and a new grant starts it again', async () => {
  server.emulator.revoke('demo');
  const input = await storedInput(server);
  await server.context.db.transaction().execute(async (trx) => {
    await tablesOf(trx)
      .updateTable('syncs')
      .set((row) => ({
        requested: row('requested', '+', 1),
        state: 'queued' as const,
        next_attempt_at: new Date(0),
      }))
      .execute();
    await server.context.jobs.request(trx, SYNC_SOURCES, { accountId: DEMO.id });
  });
  await server.waitFor(async () => (await storedSync()).error_code === 'kommo_reauthorize');
  const refused = await save(server, input);
  expect([refused.status, refused.body.error_code]).toEqual([403, 1015]);
  expect((await readSettings(server)).install.state).toBe('authorization_required');
  await server.install();
  await server.waitFor(async () => (await storedSync()).state === 'done');
});

/** Presses "try again" and waits until Kommo has what is saved. */
async function inSync(): Promise<void> {
  const answer = await save(server, await storedInput(server));
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  const sync = await syncEnd(server);
  if (sync.state !== 'done') throw new Error(JSON.stringify(sync));
}

function sourceCalls() {
  return server.emulator.requests({ path: '/api/v4/sources*' });
}

/** Kommo's pause for the whole account is over at once. */
async function forgetPauses(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('rate_buckets')
    .set({ paused_until: null })
    .execute();
}

function storedSync() {
  return tablesOf(server.context.db)
    .selectFrom('syncs')
    .select(['state', 'error_code'])
    .where('account_id', '=', DEMO.id)
    .executeTakeFirstOrThrow();
}

function byId(sources: ReturnType<typeof sourcesOf>) {
  return sources.toSorted((left, right) => left.external_id.localeCompare(right.external_id));
}
