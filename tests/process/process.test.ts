import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type BackendProcess, createStore, spawnBackend } from '../support/backend-process.ts';
import { CLIENT_SECRET, DEMO, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

let emulator: Emulator;
let store: Awaited<ReturnType<typeof createStore>>;
const running: BackendProcess[] = [];

beforeAll(async () => {
  emulator = await createEmulator();
});

beforeEach(async () => {
  emulator.reset();
  store = await createStore();
});

afterEach(async () => {
  for (const backend of running.splice(0)) {
    backend.kill('SIGKILL');
    await backend.exited;
  }
  await store.remove();
});

afterAll(() => emulator.close());

function start(env: Record<string, string | undefined> = {}): BackendProcess {
  const backend = spawnBackend({ ...testEnvironment(emulator.port), ...store.env, ...env });
  running.push(backend);
  return backend;
}

async function startReady(env: Record<string, string | undefined> = {}) {
  const backend = start(env);
  const url = await backend.ready();
  emulator.useBackend(PUBLIC_URL, url);
  return { backend, url };
}

async function readSettings(url: string) {
  const answer = await fetch(`${url}/messenger/settings`, {
    headers: { 'x-auth-token': emulator.disposableToken('demo', DEMO.admin) },
  });
  return (await answer.json()) as { install?: { state: string } };
}

test('the former name of the program still starts it', async () => {
  const main = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url));
  expect(await spawnBackend({}, { main }).exited).toEqual({ code: 78, signal: null });
});

test('an environment with faults ends with 78 and names all of them, without a stack', async () => {
  const backend = start({ KOMMO_CLIENT_ID: undefined, MAX_CHANNELS: '51', SECRET_KEYS: 'x' });
  expect(await backend.exited).toEqual({ code: 78, signal: null });
  const text = backend.stderr();
  for (const name of ['KOMMO_CLIENT_ID', 'MAX_CHANNELS', 'SECRET_KEYS']) {
    expect(text).toContain(`- ${name} `);
  }
  expect(text).not.toMatch(/\bat .*\.ts:\d+/);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends an idle process in good order',
  async (signal) => {
    const { backend, url } = await startReady();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    backend.kill(signal);
    expect(await backend.exited).toEqual({ code: 0, signal: null });
    expect(backend.log.at(-1)).toMatchObject({ msg: 'stopped' });
    expect(backend.stderr()).toBe('');
  },
);

test('every line on stdout is JSON and none holds a secret', async () => {
  const { backend, url } = await startReady({ LOG_LEVEL: 'trace' });
  await emulator.install('demo');
  await waitFor(async () => (await readSettings(url)).install?.state === 'active');
  const text = JSON.stringify(backend.log);
  expect(text).not.toContain(CLIENT_SECRET);
  expect(text).not.toMatch(/def502|eyJ[A-Za-z0-9_-]{20}/);
  expect(backend.log).toContainEqual(expect.objectContaining({ msg: 'ready', role: 'all' }));
});

test('an install call survives a kill right after its answer', async () => {
  emulator.fault({ match: { path: '/oauth2/access_token' }, action: 'hang', times: 1 });
  const { backend } = await startReady();
  expect(await emulator.install('demo')).toBe(200);
  backend.kill('SIGKILL');
  await backend.exited;
  emulator.clearFaults();
  const { url } = await startReady();
  await waitFor(async () => (await readSettings(url)).install?.state === 'active', 55_000);
});

test('a kill after the exchange ends in a working account or in a visible request to authorize', async () => {
  const { backend } = await startReady();
  const barrier = emulator.barrier({ path: '/api/v4/account' }, 1, 'manual');
  expect(await emulator.install('demo')).toBe(200);
  await barrier.arrived;
  backend.kill('SIGKILL');
  await backend.exited;
  barrier.release();
  const { url } = await startReady();
  await waitFor(async () => (await readSettings(url)).install?.state === 'active', 55_000);
  const exchanges = emulator.requests({ path: '/oauth2/access_token', method: 'POST' });
  expect(exchanges).toHaveLength(1);
});

test('other keys than the stored values were sealed with are refused before anything changes', async () => {
  const { backend, url } = await startReady();
  await emulator.install('demo');
  await waitFor(async () => (await readSettings(url)).install?.state === 'active');
  backend.kill('SIGTERM');
  await backend.exited;

  const other = Buffer.alloc(32, 9).toString('base64');
  const wrong = start({ SECRET_KEYS: `test:${other}` });
  expect(await wrong.exited).toEqual({ code: 78, signal: null });
  expect(wrong.stderr()).toContain('the key test is not the one');
  const missing = start({ SECRET_KEYS: `other:${other}` });
  expect(await missing.exited).toEqual({ code: 78, signal: null });
  expect(missing.stderr()).toContain('the key test is missing');

  const rotated = `other:${other},${testEnvironment(emulator.port).SECRET_KEYS}`;
  const { url: again } = await startReady({ SECRET_KEYS: rotated });
  expect((await readSettings(again)).install).toEqual({ state: 'active' });
});

test('a port that is taken is one line', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '::', resolve));
  const address = holder.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const backend = start({ PORT: port });
  expect(await backend.exited).toEqual({ code: 1, signal: null });
  holder.close();
  expect(backend.stderr()).toBe(`PORT ${port} is already in use by another process.\n`);
});

if (testDatabaseKind() === 'embedded') {
  test('a second process on the same directory is refused by the name of the holder', async () => {
    const { backend } = await startReady();
    const second = start();
    expect((await second.exited).code).toBe(1);
    expect(second.stderr()).toContain(`in use by process ${backend.pid}`);
  });
} else {
  test('a web process and a worker share the work, and the worker answers for its health only', async () => {
    const { url } = await startReady({ ROLE: 'web' });
    const worker = start({ ROLE: 'worker' });
    const workerUrl = await worker.ready();
    expect((await fetch(`${workerUrl}/health/ready`)).status).toBe(200);
    expect((await fetch(`${workerUrl}/messenger/settings`)).status).toBe(404);
    await emulator.install('demo');
    await waitFor(async () => (await readSettings(url)).install?.state === 'active');
  });

  test('several processes may start on an empty database at once', async () => {
    const empty = await createStore({ isEmpty: true });
    const backends = Array.from({ length: 4 }, () => start(empty.env));
    await Promise.all(backends.map((backend) => backend.ready()));
    await Promise.all(
      running.splice(0).map((backend) => backend.kill('SIGKILL') ?? backend.exited),
    );
    await empty.remove();
  });
}
