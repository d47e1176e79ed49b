import { request as httpRequest } from 'node:http';
import { badTokens, goodClaims, signToken } from '../support/bad-tokens.ts';
import { CLIENT_SECRET } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install('demo');
  await server.install('other');
});

afterAll(() => server.close());

/** Every route behind the token, with something in place of its parameters. */
function guardedRoutes() {
  return server.app.routeTable
    .filter(({ url }) => url.startsWith('/messenger/'))
    .map(({ method, url }) => ({
      method,
      path: url.replace(/:\w+/g, '7b0c3d3e-1111-4000-8000-000000000000'),
    }));
}

interface RawAnswer {
  status: number;
  body: string;
}

/** By hand, since fetch would not send some of these headers. The body is no JSON: it must not be looked at. */
function call(
  { method, path }: { method: string; path: string },
  headers: [name: string, value: string][],
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const body = method === 'GET' ? '' : '{ no json';
  const outgoing = httpRequest(`${server.url}${path}`, {
    method,
    headers: [
      ...headers,
      ['Host', 'connector.test'],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
    ].flat(),
  });
  outgoing.on('error', reject);
  outgoing.on('response', (incoming) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
  });
  outgoing.end(body);
  return promise;
}

const withoutRequestId = (body: string) =>
  body.replace(/"request_id":"[0-9a-f-]{36}"/, '"request_id":""');

const REFUSED = '{"error":{"code":"unauthorized","request_id":""}}';

test('at least 80 bad tokens are refused on one route, and every fourth on each other, in the same words', async () => {
  const tokens = badTokens();
  expect(tokens.length).toBeGreaterThanOrEqual(80);
  const routes = guardedRoutes();
  expect(routes.length).toBeGreaterThanOrEqual(8);
  const accepted: string[] = [];
  for (const [place, route] of routes.entries()) {
    // One hook stands before all of them. Each has other tokens than the one before it.
    const some = place === 0 ? tokens : tokens.filter((_token, index) => index % 4 === place % 4);
    for (const [name, token] of some) {
      const answer = await call(route, [['X-Auth-Token', Buffer.from(token).toString('latin1')]]);
      if (answer.status !== 401 || withoutRequestId(answer.body) !== REFUSED) {
        accepted.push(
          `${route.method} ${route.path} with ${name}: ${answer.status} ${answer.body}`,
        );
      }
    }
  }
  expect(accepted).toEqual([]);
}, 120_000);

test('no token, two tokens, and a token in another place are refused on every route', async () => {
  const good = signToken(goodClaims());
  for (const route of guardedRoutes()) {
    const answers = await Promise.all([
      call(route, []),
      call(route, [
        ['X-Auth-Token', good],
        ['X-Auth-Token', good],
      ]),
      call(route, [
        ['X-Auth-Token', good],
        ['x-auth-token', 'x'],
      ]),
      call(route, [['Authorization', `Bearer ${good}`]]),
      call(route, [['Cookie', `X-Auth-Token=${good}`]]),
      call({ ...route, path: `${route.path}?X-Auth-Token=${good}` }, []),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(withoutRequestId(answer.body)).toBe(REFUSED);
    }
  }
});

// What the answer depends on is a pure function: 10,000 more are in kommo/disposable-token.unit.test.ts.
test('250 random changes of a good token are all refused', async () => {
  const good = signToken(goodClaims());
  const route = { method: 'GET', path: '/messenger/settings' };
  expect((await call(route, [['X-Auth-Token', good]])).status).toBe(200);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  const seed = Date.now();
  let state = seed;
  // A small generator of our own, so that a failure can be repeated from the printed seed.
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const mutate = (): string => {
    const letters = [...good];
    for (let changes = 1 + random(3); changes > 0; changes -= 1) {
      const at = random(letters.length);
      const letter = alphabet[random(alphabet.length)] ?? 'A';
      const kind = random(10);
      if (kind === 0) letters.splice(at, 1);
      else if (kind === 1) letters.splice(at, 0, letter);
      else letters[at] = letter;
    }
    return letters.join('');
  };
  const accepted: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    const tokens = Array.from({ length: 25 }, mutate).filter((token) => token !== good);
    const answers = await Promise.all(
      tokens.map(async (token) => ({ token, ...(await call(route, [['X-Auth-Token', token]])) })),
    );
    accepted.push(...answers.filter(({ status }) => status !== 401).map(({ token }) => token));
  }
  expect({ seed, accepted }).toEqual({ seed, accepted: [] });
}, 120_000);

test('nothing of a token reaches the log', () => {
  const log = server.logs.join('');
  expect(log).not.toContain(CLIENT_SECRET);
  expect(log).not.toMatch(/eyJ[A-Za-z0-9_-]{20,}/);
});
