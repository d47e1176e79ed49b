import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { StreamSlots } from '../../src/server/platform/http/stream-slots.ts';
import { createApi } from '../support/api.ts';
import { type BackendProcess, createStore, spawnBackend } from '../support/backend-process.ts';
import { begin } from '../support/channels.ts';
import { PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

const MEGABYTE = 1024 * 1024;

let emulator: Emulator;
let store: Awaited<ReturnType<typeof createStore>>;
let backend: BackendProcess;
let url: string;
let started: Awaited<ReturnType<typeof begin>>;
const leaving = new AbortController();
/** Streams that stay: one that nobody refers to is closed by the collector of garbage. */
const held: Response[] = [];

beforeAll(async () => {
  emulator = await createEmulator();
  store = await createStore();
  backend = spawnBackend({ ...testEnvironment(emulator.port), ...store.env });
  url = await backend.ready();
  emulator.useBackend(PUBLIC_URL, url);
  await emulator.install('demo');
  const api = createApi(emulator, url);
  await waitFor(async () => (await api('GET', '/messenger/templates')).status === 200);
  started = await begin({ emulator, api, waitFor }, { connector: 'telegram' });
});

afterAll(async () => {
  leaving.abort();
  backend.kill('SIGKILL');
  await backend.exited;
  await store.remove();
  await emulator.close();
});

test('a key opens five streams; the next is told to come back, and gets the place of one that left', async () => {
  const first = new AbortController();
  const open = [await openStream(first.signal)];
  for (let more = 1; more < 5; more += 1) open.push(await openStream());
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const sixth = await openStream();
  expect(sixth.status).toBe(429);
  expect(sixth.headers.get('retry-after')).toBe('5');
  expect(await sixth.json()).toMatchObject({ error: { code: 'rate_limited' } });
  first.abort();
  await waitFor(async () => {
    const again = await openStream();
    if (again.status !== 200) await again.text();
    return again.status === 200;
  });
});

test('strangers take no place from those who have the key', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => openStream(leaving.signal, 'not-the-key')),
  );
  for (const answer of answers) await answer.text();
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].filter((status) => status !== 401 && status !== 429)).toEqual([]);
});

test('three thousand requests for streams are refused, and memory stays as it was', async () => {
  // The heap grows to its working size first.
  await refuse(3_000);
  const before = memoryOf(backend.pid);
  await refuse(3_000);
  expect(memoryOf(backend.pid) - before).toBeLessThan(40 * MEGABYTE);
});

test('a process holds no more streams than it can bear, no matter who opens them', () => {
  const slots = new StreamSlots({ perKey: 5, total: 7 });
  const given = [1, 2, 3, 4, 5, 6, 7].map((key) => slots.take(String(key)));
  expect(() => slots.take('8')).toThrow(
    expect.objectContaining({ code: 'temporarily_unavailable', retryAfterSeconds: 5 }),
  );
  given[0]?.();
  slots.take('8');
});

async function openStream(signal = leaving.signal, key = started.attempt_key): Promise<Response> {
  const answer = await fetch(`${url}/connect/attempts/${started.attempt.id}/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal,
  });
  if (answer.ok) held.push(answer);
  return answer;
}

/** Asks for streams while the key has all of its own. */
async function refuse(times: number): Promise<void> {
  for (let asked = 0; asked < times; asked += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => openStream()));
    for (const answer of answers) {
      expect(answer.status).toBe(429);
      await answer.text();
    }
  }
}

/** Resident memory in bytes as Linux counts it; zero elsewhere. */
function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
