import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Api, createApi } from '../support/api.ts';
import {
  type BackendProcess,
  createStore,
  type Launched,
  launchBackend,
  spawnBackend,
} from '../support/backend-process.ts';
import { PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(90_000);

const MAIN = fileURLToPath(new URL('../../src/server/main.js', import.meta.url));

/** Kommo's answer to it is what a first save waits for. */
const CONNECT = { path: '/v2/origin/custom/*/connect' };

const SAVE = { version: 0, default_channel_id: null, channels: [] };

let emulator: Emulator;
let store: Awaited<ReturnType<typeof createStore>>;
const running: BackendProcess[] = [];
const launched: Launched[] = [];

beforeAll(async () => {
  emulator = await createEmulator();
});

beforeEach(async () => {
  emulator.reset();
  emulator.clearFaults();
  store = await createStore();
});

afterEach(async () => {
  emulator.clearFaults();
  for (const backend of running.splice(0)) {
    backend.kill('SIGKILL');
    await backend.exited;
  }
  for (const { clear, exited } of launched.splice(0)) {
    clear();
    await exited;
  }
  await store.remove();
});

afterAll(() => emulator.close());

const environment = () => ({ ...testEnvironment(emulator.port), ...store.env });

async function start(): Promise<{ backend: BackendProcess; url: string; api: Api }> {
  const backend = spawnBackend(environment());
  running.push(backend);
  const url = await backend.ready();
  emulator.useBackend(PUBLIC_URL, url);
  return { backend, url, api: createApi(emulator, url) };
}

async function startInstalled() {
  const started = await start();
  await emulator.install('demo');
  await waitFor(
    async () => (await started.api('GET', '/messenger/settings')).body.install?.state === 'active',
    55_000,
  );
  return started;
}

/** Saves, and waits until the backend waits for Kommo. @returns what comes back; undefined when it is cut */
async function saveSlowly(api: Api) {
  const before = emulator.requests(CONNECT).length;
  const answer = api('PUT', '/messenger/settings', { key: 'the-save', body: SAVE }).catch(
    () => undefined,
  );
  await waitFor(() => emulator.requests(CONNECT).length > before);
  return { answer };
}

test('a save under way is finished and answered', async () => {
  const { backend, api } = await startInstalled();
  emulator.fault({ match: CONNECT, action: { delayMs: 3_000 }, times: 1 });
  const { answer } = await saveSlowly(api);
  backend.kill('SIGTERM');
  expect((await answer)?.status).toBe(200);
  expect(await backend.exited).toEqual({ code: 0, signal: null });
});

test('a save that takes too long is cut, and its key is free for the next process', async () => {
  const { backend, api } = await startInstalled();
  emulator.fault({ match: CONNECT, action: 'hang', times: 1 });
  const { answer } = await saveSlowly(api);
  backend.kill('SIGTERM');
  expect(await answer).toBeUndefined();
  expect(await backend.exited).toEqual({ code: 0, signal: null });
  expect(JSON.stringify(backend.log)).not.toContain('could not be given back');

  emulator.clearFaults();
  const next = await start();
  const again = await next.api('PUT', '/messenger/settings', { key: 'the-save', body: SAVE });
  expect(again.status).toBe(200);
});

test('an event stream ends and does not hold up the end', async () => {
  const { backend, url, api } = await startInstalled();
  const { body } = await api('POST', '/messenger/channels', {
    key: 'k',
    body: { connector: 'telegram' },
  });
  const events = await fetch(`${url}/connect/attempts/${body.attempt.id}/events`, {
    headers: { authorization: `Bearer ${body.attempt_key}` },
  });
  const began = performance.now();
  backend.kill('SIGTERM');
  expect(await events.text()).toContain('data: ');
  expect(await backend.exited).toEqual({ code: 0, signal: null });
  // Far less than what open requests are given.
  expect(performance.now() - began).toBeLessThan(7_500);
});

test('a connection that never finishes its request does not keep the process', async () => {
  const { backend, url } = await start();
  const upload = fetch(`${url}/connect/webhooks/telegram/x`, {
    method: 'POST',
    body: new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) }),
    duplex: 'half',
  } as RequestInit).catch(() => undefined);
  await waitFor(async () => (await fetch(`${url}/health/live`)).status === 200);
  backend.kill('SIGTERM');
  await upload;
  expect(await backend.exited).toEqual({ code: 0, signal: null });
});

test('a second signal a moment later means the same, a later one ends the process at once', async () => {
  const { backend, api } = await startInstalled();
  emulator.fault({ match: CONNECT, action: 'hang', times: 1 });
  await saveSlowly(api);
  backend.kill('SIGINT');
  await waitFor(() => backend.log.some(({ msg }) => msg === 'stopping'));
  const insist = setInterval(() => backend.kill('SIGTERM'), 300);
  expect(await backend.exited).toEqual({ code: 1, signal: null });
  clearInterval(insist);
  expect(backend.log.filter(({ msg }) => msg === 'stopping')).toHaveLength(1);
});

if (process.platform !== 'win32') {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s to npm ends the backend in good order, and npm only after it',
    async (signal) => {
      const npm = launch('npm', ['run', 'server']);
      const url = await npm.ready;
      process.kill(npm.pid, signal);
      await npm.exited;
      await npm.endsWith('stopped');
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
      expect(() => process.kill(-npm.pid, 0)).toThrow();
    },
  );

  test('Ctrl-C, which reaches npm and the backend alike, ends it in good order', async () => {
    const npm = launch('npm', ['run', 'server']);
    await npm.ready;
    process.kill(-npm.pid, 'SIGINT');
    await npm.exited;
    await npm.endsWith('stopped');
    expect(() => process.kill(-npm.pid, 0)).toThrow();
  });
}

const CONTAINER = ['--pid', '--fork', '--kill-child'];

if (spawnSync('unshare', [...CONTAINER, 'true']).status === 0) {
  test('SIGTERM ends the first process of a container in good order', async () => {
    const container = launch('unshare', [...CONTAINER, process.execPath, MAIN]);
    await container.ready;
    process.kill(childOf(container.pid), 'SIGTERM');
    expect(await container.exited).toEqual({ code: 0, signal: null });
    await container.endsWith('stopped');
  });

  test('SIGTERM while the first process of a container still starts ends it at once', async () => {
    const container = launch('unshare', [...CONTAINER, process.execPath, MAIN], {
      DATABASE_URL: 'postgres://postgres@127.0.0.1:9/nothing',
    });
    await waitFor(() => container.log.length > 0);
    process.kill(childOf(container.pid), 'SIGTERM');
    expect(await container.exited).toEqual({ code: 0, signal: null });
    await container.endsWith('stopped before it was ready');
  });
}

function launch(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const backend = launchBackend(command, args, { ...environment(), ...env });
  launched.push(backend);
  return backend;
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

if (testDatabaseKind() === 'postgres') {
  test('balancers are told of the stop while everything is still served', async () => {
    const { backend, url } = await start();
    backend.kill('SIGTERM');
    await waitFor(async () => (await fetch(`${url}/health/ready`)).status === 503);
    expect((await fetch(`${url}/help`)).status).toBe(200);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await backend.exited).toEqual({ code: 0, signal: null });
  });

  test('while open requests are given time, no further background work begins', async () => {
    const { backend, api } = await startInstalled();
    emulator.fault({ match: CONNECT, action: { delayMs: 5_000 }, times: 1 });
    const { answer } = await saveSlowly(api);
    backend.kill('SIGTERM');
    expect((await answer)?.status).toBe(200);
    await backend.exited;
    // The save asked for a sync; the next process does it.
    expect(emulator.requests({ path: '/api/v4/sources' })).toEqual([]);
    const next = await start();
    await waitFor(
      async () => (await next.api('GET', '/messenger/settings')).body.sync?.state === 'done',
      30_000,
    );
  });
}
