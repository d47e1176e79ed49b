import { connect } from 'node:net';
import { createStore, spawnBackend } from '../support/backend-process.ts';
import { DEMO, OTHER, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { PATIENCE } from '../support/patience.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

/** Four seconds' worth of one a second: a busy machine is slow enough to stay below a higher limit. */
const AT_ONCE = 4;
const STORM = 40;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ pace: { requestsPerSecond: 1 } });
  await server.install('demo');
  await server.install('other');
});

afterAll(() => server.close());

const tokenOf = (subdomain: string, userId: number) =>
  server.emulator.disposableToken(subdomain, userId);

async function storm(url = server.url) {
  const answers = await Promise.all(
    Array.from({ length: STORM }, async () => {
      const answer = await fetch(`${url}/messenger/channels`, {
        headers: { 'x-auth-token': tokenOf('demo', DEMO.admin), origin: DEMO.origin },
      });
      return { answer, body: (await answer.json()) as { error?: { code: string } } };
    }),
  );
  return {
    refused: answers.filter(({ answer }) => answer.status === 429),
    served: answers.filter(({ answer }) => answer.status === 200),
  };
}

test('beyond the limit an account is told to wait, and the others notice nothing', async () => {
  const { refused, served } = await storm();
  expect(served.length).toBeGreaterThanOrEqual(AT_ONCE);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length + served.length).toBe(STORM);
  for (const { answer, body } of refused) {
    expect(body).toMatchObject({ error: { code: 'rate_limited' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(answer.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
  }
  const other = { token: tokenOf('other', OTHER.admin) };
  expect((await server.api('GET', '/messenger/channels', other)).status).toBe(200);
});

test('who proves nothing is told so, and counts for nobody', async () => {
  const forged = `${tokenOf('other', OTHER.admin).slice(0, -4)}AAAA`;
  const answers = await Promise.all(
    Array.from({ length: STORM }, () =>
      server.api('GET', '/messenger/channels', { token: forged }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  const other = { token: tokenOf('other', OTHER.admin) };
  expect((await server.api('GET', '/messenger/channels', other)).status).toBe(200);
});

test('the refusal comes before the body is read', async () => {
  let answer = '';
  // A busy machine may let the storm calm down before the request comes, which is then waited for in vain.
  for (let tries = 0; !answer.startsWith('HTTP/1.1 429 ') && tries < PATIENCE; tries += 1) {
    const { refused } = await storm();
    expect(refused.length).toBeGreaterThan(0);
    const storming = storm();
    answer = await beginSave();
    await storming;
  }
  expect(answer).toMatch(/^HTTP\/1\.1 429 /);
});

/** A request that is let in waits for its body; then there is no answer. */
const NO_ANSWER_MS = 5_000;

/** Sends the head of a request and not its body. @returns how the answer begins; empty when none comes */
async function beginSave(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('data', (chunk) => resolve(String(chunk)));
  socket.write(
    `PUT /messenger/settings HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${tokenOf('demo', DEMO.admin)}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
  );
  const timer = setTimeout(() => resolve(''), NO_ANSWER_MS);
  const answer = await promise;
  clearTimeout(timer);
  socket.destroy();
  return answer;
}

test('a backend as an operator starts it has the limit of its settings', async () => {
  const store = await createStore();
  const backend = spawnBackend({
    ...testEnvironment(server.emulator.port),
    ...store.env,
    REQUESTS_PER_SECOND: '1',
  });
  try {
    const url = await backend.ready();
    server.emulator.useBackend(PUBLIC_URL, url);
    const { refused, served } = await storm(url);
    expect(served.length).toBeGreaterThanOrEqual(AT_ONCE);
    expect(refused.length).toBeGreaterThan(0);
  } finally {
    backend.kill('SIGKILL');
    await backend.exited;
    await store.remove();
  }
});
