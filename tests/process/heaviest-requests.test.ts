import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { LIMITS } from '../../src/contract/api.ts';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type BackendProcess, createStore, spawnBackend } from '../support/backend-process.ts';
import { DEMO, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { PATIENCE } from '../support/patience.ts';

jest.setTimeout(240_000);

const MAIN = fileURLToPath(new URL('../support/measured-backend.ts', import.meta.url));

/** What one request may cost everybody else, in milliseconds. */
const LONGEST_BLOCK_MS = 50;

/** The least of them counts: each holds the cost of the request itself, but not of what else the machine does. */
const TRIES = 3;

const WEBHOOK_BODY_BYTES = 1024 * 1024;

let emulator: Emulator;
let store: Awaited<ReturnType<typeof createStore>>;
let backend: BackendProcess;
let url: string;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  emulator = await createEmulator();
  store = await createStore();
  [backend, url] = await start();
  emulator.useBackend(PUBLIC_URL, url);
});

afterAll(async () => {
  agent.destroy();
  backend.kill('SIGKILL');
  await backend.exited;
  await store.remove();
  await emulator.close();
});

async function start(env: Record<string, string> = {}): Promise<[BackendProcess, string]> {
  const process = spawnBackend(
    { ...testEnvironment(emulator.port), ...store.env, LOG_LEVEL: 'info', ...env },
    { main: MAIN },
  );
  return [process, await process.ready()];
}

/** As often as it fits into a body of so many bytes, with something before and after. */
function fill(bytes: number, before: string, part: (index: number) => string, after: string) {
  let text = before;
  for (let index = 0; ; index += 1) {
    const next = `${index === 0 ? '' : ','}${part(index)}`;
    if (text.length + next.length + after.length > bytes) return text + after;
    text += next;
  }
}

function nest(bytes: number, before: string, open: string, close: string, after: string) {
  const depth = Math.floor((bytes - before.length - after.length - 1) / (open + close).length);
  return `${before}${open.repeat(depth)}1${close.repeat(depth)}${after}`;
}

const repeat = (bytes: number, before: string, text: string, after: string) =>
  `${before}${text.repeat(Math.floor((bytes - before.length - after.length) / text.length))}${after}`;

/** The worst that fits into so many bytes, and the worst that is still looked at by the schemas. */
function bodies(bytes: number): [name: string, body: string][] {
  const settings = '{"version":0,"default_channel_id":null,"channels":[';
  const channel = '{"id":"a","name":"x","pipeline_ids":[';
  const few = (count: number, part: string) => Array(count).fill(part).join(',');
  return [
    ['lists in one another', nest(bytes, '', '[', ']', '')],
    ['objects in one another', nest(bytes, '', '{"a":', '}', '')],
    ['lists in one another in the settings', nest(bytes, settings, '[', ']', ']}')],
    ['a wide list', fill(bytes, '[', () => '0', ']')],
    ['a wide object', fill(bytes, '{', (index) => `"${index}":0`, '}')],
    ['a wide list of channels', fill(bytes, settings, () => '{}', ']}')],
    ['the widest list of channels that is looked at', `${settings}${few(4_990, '{}')}]}`],
    ['wide pipelines', fill(bytes, `${settings}${channel}`, () => '""', ']}]}')],
    ['the widest pipelines looked at', `${settings}${channel}${few(4_980, '""')}]}]}`],
    ['wide values', fill(bytes, '{"values":{', (index) => `"${index}":0`, '}}')],
    [
      'the widest values looked at',
      `{"values":{${Array.from({ length: 4_990 }, (_, index) => `"${index}":0`).join(',')}}}`,
    ],
    ['one member many times', fill(bytes, '{', () => '"version":0', '}')],
    ['prototypes', fill(bytes, '[', () => '{"a":{"__proto_":{}}}', ']')],
    ['a long name', repeat(bytes, '{"name":"', ' ', 'x","content":"x"}')],
    ['a long key', repeat(bytes, '{"', 'k', '":0}')],
    ['a long text of escapes', repeat(bytes, '{"connector":"', '\\u0041', '"}')],
    ['half characters', repeat(bytes, '{"connector":"', '\\ud83d\\ude00', '\\ud83d"}')],
    ['a long number', repeat(bytes, '{"version":', '9', '}')],
    ['blanks', repeat(bytes, '', ' ', '{}')],
    ['no JSON', repeat(bytes, '', '{"', '')],
  ];
}

const AS_IT_IS: [string, Record<string, string>, string][] = [
  ['a long query', {}, `?${'a&'.repeat(3_000)}${'%41=%zz&'.repeat(700)}`],
  ['a long address', {}, '/'.repeat(12_000)],
  ['a long token', { 'x-auth-token': `${'A'.repeat(6_000)}.${'A'.repeat(6_000)}.x` }, ''],
  ['a long bearer', { authorization: `Bearer ${'A'.repeat(12_000)} ` }, ''],
  ['a long origin', { origin: `https://${'a-'.repeat(6_000)}.kommo.com` }, ''],
  ['many languages', { 'accept-language': 'aa,'.repeat(4_000) }, ''],
  ['a long type', { 'content-type': `application/json;${' a=a;'.repeat(2_500)}` }, ''],
];

interface Heavy {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  isProven?: boolean;
}

function send(base: string, { method, path, headers, body }: Heavy): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const call = request(
    `${base}${path}`,
    { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
    (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    },
  );
  call.on('error', reject);
  call.end(body);
  return promise;
}

/** @returns the longest time nothing else ran while the request was served, in milliseconds */
async function measure(process: BackendProcess, base: string, heavy: () => Heavy) {
  let least = Number.POSITIVE_INFINITY;
  // What other processes take from this one is in the figure, too; the least of many has the least of it.
  const isEnough = (count: number) =>
    count >= TRIES * PATIENCE || least < (count < TRIES ? LONGEST_BLOCK_MS / 5 : LONGEST_BLOCK_MS);
  for (let count = 0; !isEnough(count); count += 1) {
    await process.ask('reset');
    const made = heavy();
    const status = await send(base, made);
    if (made.isProven) expect(status).not.toBe(401);
    least = Math.min(least, Number(await process.ask('read')));
  }
  return least;
}

/** Everything on one address, with a good token and without. */
async function worstOf(process: BackendProcess, base: string, method: string, path: string) {
  const bytes = path.startsWith('/connect/webhooks/') ? WEBHOOK_BODY_BYTES : LIMITS.bodyBytes;
  let worst = { ms: 0, name: '' };
  const note = (name: string, ms: number) => {
    if (ms > worst.ms) worst = { ms, name };
  };
  const json = { 'content-type': 'application/json' };
  const token = () => ({ 'x-auth-token': emulator.disposableToken('demo', DEMO.admin) });
  for (const [name, body] of bodies(bytes)) {
    if (method === 'HEAD') break;
    const headers = () => ({ ...json, 'idempotency-key': crypto.randomUUID() });
    note(name, await measure(process, base, () => ({ method, path, headers: headers(), body })));
    if (!path.startsWith('/messenger/')) continue;
    note(
      `${name}, with a token`,
      await measure(process, base, () => ({
        method,
        path,
        headers: { ...headers(), ...token() },
        body,
        isProven: true,
      })),
    );
  }
  for (const [name, headers, more] of AS_IT_IS) {
    note(
      name,
      await measure(process, base, () => ({
        method,
        path: `${path}${more}`,
        headers: { ...token(), ...headers },
        body: method === 'HEAD' || method === 'GET' ? '' : '{}',
      })),
    );
  }
  return worst;
}

function routesOf(process: BackendProcess): { method: string; url: string }[] {
  return process.log.find(({ msg }) => msg === 'ready')?.routes as {
    method: string;
    url: string;
  }[];
}

const NOWHERE = [
  { method: 'POST', url: '/nothing' },
  { method: 'PATCH', url: `/${'nothing/'.repeat(9)}` },
  { method: 'POST', url: '/health/live' },
  { method: 'PUT', url: '/kommo/disabled' },
  { method: 'DELETE', url: '/kommo/oauth/callback' },
  { method: 'POST', url: '/connect/attempts/x' },
  { method: 'PATCH', url: '/messenger/settings' },
];

async function measureAll(
  process: BackendProcess,
  base: string,
  routes: { method: string; url: string }[],
) {
  const figures: string[] = [];
  const tooLong: string[] = [];
  for (const { method, url: pattern } of routes) {
    const path = pattern.replace(/:\w+/g, 'x');
    const { ms, name } = await worstOf(process, base, method, path);
    const figure = `${ms.toFixed(1).padStart(7)} ms  ${method} ${pattern} (${name})`;
    figures.push(figure);
    if (ms >= LONGEST_BLOCK_MS) tooLong.push(figure);
  }
  globalThis.process.stdout.write(`Longest block by one request:\n${figures.join('\n')}\n`);
  return tooLong;
}

test('no request holds everybody up for 50 ms, whatever its body and wherever it goes', async () => {
  const routes = routesOf(backend);
  expect(routes.length).toBeGreaterThan(15);
  expect(await measureAll(backend, url, [...routes, ...NOWHERE])).toEqual([]);
});

if (testDatabaseKind() === 'postgres') {
  test('nor does a request to a worker, which answers for its health only', async () => {
    const [worker, workerUrl] = await start({ ROLE: 'worker' });
    try {
      expect(await measureAll(worker, workerUrl, [...routesOf(worker), ...NOWHERE])).toEqual([]);
    } finally {
      worker.kill('SIGKILL');
      await worker.exited;
    }
  });
}
