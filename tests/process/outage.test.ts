import { createHmac } from 'node:crypto';
import { jest } from '@jest/globals';
import pg from 'pg';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { postToSlackUrl } from '../messages/slack-chats.ts';
import { type BackendProcess, spawnBackend } from '../support/backend-process.ts';
import { CLIENT_ID, CLIENT_SECRET, DEMO, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { createScratchDatabase, testDatabaseKind } from '../support/database.ts';
import { startTestServer } from '../support/start-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(90_000);

// The embedded database lives in the process; only a server can be out of reach.
if (testDatabaseKind() === 'postgres') {
  describe('while the database cannot be reached', unreachable);
  test('a backend that was started before its database waits for it', startedTooEarly);
  test(
    'connections that went silent are replaced while requests keep coming, few or many',
    silenced,
  );
  test('a save behind a lock that somebody holds is answered within ten seconds', lockedOut);
} else {
  test('a database that was closed is answered as one that cannot be reached', closed);
}

async function closed() {
  const server = await startTestServer();
  await server.database.db.destroy();
  const answer = await server.api('GET', '/messenger/settings', {
    headers: { origin: DEMO.origin },
  });
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'storage_unavailable' } } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  await server.close();
}

function unreachable() {
  let emulator: Emulator;
  let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
  let proxy: TcpProxy;
  let backend: BackendProcess;
  let url: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    scratch = await createScratchDatabase();
    const address = new URL(scratch.url);
    proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port || 5432) });
    address.hostname = '127.0.0.1';
    address.port = String(proxy.port);
    backend = spawnBackend({ ...testEnvironment(emulator.port), DATABASE_URL: address.href });
    url = await backend.ready();
    emulator.useBackend(PUBLIC_URL, url);
    await emulator.install('demo');
    await waitFor(async () => (await call('/messenger/channels')).status === 200);
  });

  afterAll(async () => {
    backend.kill('SIGKILL');
    await backend.exited;
    await proxy.close();
    await scratch.drop();
    await emulator.close();
  });

  function call(path: string, method = 'GET') {
    return fetch(`${url}${path}`, {
      method,
      headers: {
        'x-auth-token': emulator.disposableToken('demo', DEMO.admin),
        origin: DEMO.origin,
      },
    });
  }

  const signature = createHmac('sha256', CLIENT_SECRET)
    .update(`${CLIENT_ID}|${DEMO.id}`)
    .digest('hex');

  const PATHS = [
    '/messenger/settings',
    '/messenger/channels',
    '/kommo/oauth/callback?code=def502aa&referer=demo.kommo.com&from_widget=1',
    `/kommo/disabled?account_id=${DEMO.id}&client_uuid=${CLIENT_ID}&signature=${signature}`,
    '/health/ready',
  ];

  async function expectUnavailable(path: string) {
    const before = performance.now();
    const answer = await call(path);
    const tookMs = performance.now() - before;
    const body = (await answer.json()) as { error?: { code: string } };
    expect([path, answer.status, body.error?.code]).toEqual([path, 503, 'storage_unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
    expect(tookMs).toBeLessThan(10_000);
  }

  test('every route says so at once when it refuses connections, hooks included', async () => {
    await proxy.cut();
    for (const path of PATHS) await expectUnavailable(path);
    expect((await call('/health/live')).status).toBe(200);
    expect((await call('/nothing')).status).toBe(404);
    const event = { type: 'event_callback', team_id: 'T0EMULATED1', event: { type: 'message' } };
    const posted = await postToSlackUrl({ url, emulator }, event);
    expect([posted.status, JSON.parse(posted.body).error.code]).toEqual([
      503,
      'storage_unavailable',
    ]);
    const forged = await postToSlackUrl({ url, emulator }, event, { secret: 'another' });
    expect(forged.status).toBe(403);
    await proxy.restore();
    await waitFor(async () => (await call('/health/ready')).status === 200, 10_000);
    expect((await call('/messenger/channels')).status).toBe(200);
  });

  test('every route says so within ten seconds when it swallows what is sent', async () => {
    proxy.swallow();
    await Promise.all(PATHS.map(expectUnavailable));
    await proxy.restore();
    await waitFor(async () => (await call('/health/ready')).status === 200, 30_000);
    await waitFor(async () => (await call('/messenger/channels')).status === 200, 30_000);
  });

  test('no token is accepted in between, good or bad', async () => {
    await proxy.cut();
    const bad = await fetch(`${url}/messenger/channels`, { headers: { 'x-auth-token': 'x' } });
    expect(bad.status).toBe(401);
    expect((await call('/messenger/channels')).status).toBe(503);
    await proxy.restore();
  });
}

async function startedTooEarly() {
  const emulator = await createEmulator();
  const scratch = await createScratchDatabase();
  const address = new URL(scratch.url);
  const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port || 5432) });
  await proxy.cut();
  address.hostname = '127.0.0.1';
  address.port = String(proxy.port);
  const backend = spawnBackend({ ...testEnvironment(emulator.port), DATABASE_URL: address.href });
  await waitFor(() => backend.log.some(({ msg }) => msg === 'the database does not answer yet'));
  await proxy.restore();
  const url = await backend.ready();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  backend.kill('SIGTERM');
  expect(await backend.exited).toMatchObject({ code: 0 });
  await proxy.close();
  await scratch.drop();
  await emulator.close();
}

/** A route that is lost: what is open stays open and never answers, and new connections work. */
async function silenced() {
  const emulator = await createEmulator();
  const scratch = await createScratchDatabase();
  const stages = await Promise.all(
    [2, 20].map(async (perSecond) => {
      const address = new URL(scratch.url);
      const port = Number(address.port || 5432);
      const proxy = await startTcpProxy({ host: address.hostname, port });
      address.hostname = '127.0.0.1';
      address.port = String(proxy.port);
      const env = { ...testEnvironment(emulator.port), DATABASE_URL: address.href };
      const backend = spawnBackend(env);
      return { perSecond, proxy, backend, url: await backend.ready() };
    }),
  );
  emulator.useBackend(PUBLIC_URL, stages[0]?.url ?? '');
  await emulator.install('demo');
  await Promise.all(
    stages.map(async ({ perSecond, proxy, backend, url }) => {
      const traffic = startTraffic(emulator, url, perSecond);
      try {
        await outlastSilence(traffic.answers, perSecond, proxy);
      } finally {
        await traffic.stop();
        backend.kill('SIGKILL');
        await backend.exited;
        await proxy.close();
      }
    }),
  );
  await scratch.drop();
  await emulator.close();
}

interface Answered {
  askedAt: number;
  status: number;
}

async function outlastSilence(answers: Answered[], perSecond: number, proxy: TcpProxy) {
  const since = (moment: number) => answers.filter(({ askedAt }) => askedAt > moment);
  const isFine = ({ status }: Answered) => status === 200;
  await waitFor(() => answers.filter(isFine).length > perSecond);
  proxy.swallow();
  await proxy.restore();
  const silentAt = performance.now();
  await waitFor(() => since(silentAt).some(isFine), 10_000);
  const wellAgainAt = silentAt + 20_000;
  await waitFor(() => since(wellAgainAt).length > perSecond * 5, 30_000);
  expect(since(wellAgainAt).filter((answer) => !isFine(answer))).toEqual([]);
}

function startTraffic(emulator: Emulator, url: string, perSecond: number) {
  const answers: Answered[] = [];
  const open = new Set<Promise<void>>();
  const ask = async () => {
    const askedAt = performance.now();
    const token = emulator.disposableToken('demo', DEMO.admin);
    const answer = await fetch(`${url}/messenger/channels`, { headers: { 'x-auth-token': token } });
    answers.push({ askedAt, status: answer.status });
  };
  const timer = setInterval(() => {
    const asking = ask().finally(() => open.delete(asking));
    open.add(asking);
  }, 1000 / perSecond);
  return {
    answers,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

async function lockedOut() {
  const server = await startTestServer();
  await server.install('demo');
  const { body: settings } = await server.api('GET', '/messenger/settings');
  const operator = new pg.Client({ connectionString: server.database.url });
  await operator.connect();
  await operator.query('begin');
  await operator.query('select 1 from accounts for update');
  const save = () =>
    server.api('PUT', '/messenger/settings', {
      key: 'behind-a-lock',
      body: {
        version: settings.version,
        default_channel_id: null,
        channels: [],
        preferences: settings.preferences,
      },
    });
  const before = performance.now();
  const refused = await save();
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'storage_unavailable' } } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await operator.query('rollback');
  await operator.end();
  expect((await save()).status).toBe(200);
  await server.close();
}
