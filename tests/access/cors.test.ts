import { DEMO, OTHER } from '../support/config.ts';
import { startQuietServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  // The sweeps of the worker ask the database, too: once at the start, then not again.
  server = await startQuietServer('demo', 'other');
});

afterAll(() => server.close());

function preflight(path: string, origin: string, method = 'PUT') {
  return server.api('OPTIONS', path, {
    token: null,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'x-auth-token,content-type,idempotency-key',
    },
  });
}

test('a preflight from an account’s page is allowed and may be remembered', async () => {
  const answer = await preflight('/messenger/settings', DEMO.origin);
  expect(answer.status).toBe(204);
  const { headers } = answer;
  expect(headers.get('access-control-allow-origin')).toBe(DEMO.origin);
  expect(headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
  for (const name of [
    'X-Auth-Token',
    'Content-Type',
    'Idempotency-Key',
    'Authorization',
    'Last-Event-ID',
  ]) {
    expect(headers.get('access-control-allow-headers')).toContain(name);
  }
  expect(Number(headers.get('access-control-max-age'))).toBeGreaterThanOrEqual(600);
  expect(headers.get('vary')).toContain('Origin');
  expect(headers.has('access-control-allow-credentials')).toBe(false);
});

test('a preflight asks the database nothing', async () => {
  const queries: string[] = [];
  const { context } = server;
  const { db } = context;
  context.db = new Proxy(db, {
    get: (target, name) => {
      queries.push(String(name));
      return Reflect.get(target, name);
    },
  });
  try {
    // The worker's first round may not be over yet.
    await server.waitFor(async () => {
      queries.splice(0);
      expect((await preflight('/messenger/settings', DEMO.origin)).status).toBe(204);
      expect((await preflight('/messenger/settings', 'https://evil.example')).status).toBe(204);
      return queries.length === 0;
    });
  } finally {
    context.db = db;
  }
});

/** What an origin can look like that is not an account's page. */
const FOREIGN_ORIGINS = [
  'https://evil.example',
  'https://demo.kommo.com.evil.io',
  'https://evilkommo.com',
  'https://demo.evilkommo.com',
  'https://demo-kommo.com',
  'http://demo.kommo.com',
  'https://demo.kommo.com:8443',
  'https://demo.kommo.com:443',
  'https://demo.kommo.com/',
  'https://demo.kommo.com.',
  'https://DEMO.kommo.com',
  'https://demo.KOMMO.com',
  'https://a.demo.kommo.com',
  'https://kommo.com',
  'https://www.kommo.com',
  'https://amojo.kommo.com',
  'https://api-c.kommo.com',
  'https://.kommo.com',
  'https://-demo.kommo.com',
  'https://demo-.kommo.com',
  'https://demo_x.kommo.com',
  'https://demo.kommo.co',
  'https://demo.kommo.comm',
  'https://demo.kommo.com@evil.io',
  'https://evil.io#demo.kommo.com',
  'https://evil.io?demo.kommo.com',
  'https://demo.kommo%2ecom',
  'https://xn--demo-x.kommo.com',
  'https://demo.kommo.com https://evil.io',
  'https://demo.kommo.com,https://evil.io',
  'null',
  'file://',
  'demo.kommo.com',
  '//demo.kommo.com',
  'https:demo.kommo.com',
  'javascript:alert(1)',
  'chrome-extension://demo.kommo.com',
  'wss://demo.kommo.com',
  'http://localhost',
  'http://demo.kommo.localhost',
  'https://demo.amocrm.com.br',
  'https://demo.amocrm.ru.com',
];

test.each(FOREIGN_ORIGINS)('the page %s may read nothing', async (origin) => {
  const asked = await preflight('/messenger/settings', origin);
  expect(asked.status).toBe(204);
  expect(asked.headers.has('access-control-allow-origin')).toBe(false);
  expect(asked.headers.get('vary')).toContain('Origin');

  const withToken = await server.api('GET', '/messenger/settings', { headers: { origin } });
  expect(withToken.status).toBe(403);
  expect(withToken.body.error.code).toBe('origin_forbidden');
  expect(withToken.headers.has('access-control-allow-origin')).toBe(false);

  const withoutToken = await server.api('GET', '/messenger/settings', {
    token: null,
    headers: { origin },
  });
  expect(withoutToken.status).toBe(401);
  expect(withoutToken.headers.has('access-control-allow-origin')).toBe(false);
});

test('a page of one account may not use a token of another', async () => {
  const answer = await server.api('GET', '/messenger/settings', {
    headers: { origin: OTHER.origin },
  });
  expect(answer.status).toBe(403);
  expect(answer.body.error.code).toBe('origin_forbidden');
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  expect(answer.headers.get('vary')).toContain('Origin');
});

test('the emulator’s own pages count as the account they show', async () => {
  const origin = `http://demo.kommo.localhost:${server.emulator.port}`;
  const answer = await server.api('GET', '/messenger/settings', { headers: { origin } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
});

test('a program without a browser needs no origin', async () => {
  const answer = await server.api('GET', '/messenger/settings');
  expect(answer.status).toBe(200);
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  expect(answer.headers.get('vary')).toContain('Origin');
});

test.each([
  ['200', 'GET', '/messenger/settings', {}, 200],
  ['400', 'PUT', '/messenger/settings', { body: {}, key: 'a' }, 400],
  ['401', 'GET', '/messenger/settings', { token: 'x' }, 401],
  ['404 of an address', 'GET', '/messenger/nothing', {}, 404],
  [
    '404 of an object',
    'DELETE',
    '/messenger/channels/7b0c3d3e-0000-4000-8000-000000000000',
    {},
    404,
  ],
  ['404 of a broken address', 'GET', '/messenger/%zz', {}, 404],
  ['405', 'DELETE', '/messenger/settings', {}, 405],
  ['413', 'PUT', '/messenger/settings', { body: 'x'.repeat(70_000), key: 'a' }, 413],
] as const)(
  'a %s carries the same headers for the page',
  async (_name, method, path, call, status) => {
    const answer = await server.api(method, path, { ...call, headers: { origin: DEMO.origin } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After, X-Request-Id');
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('a 415 carries them too', async () => {
  const answer = await server.api('PUT', '/messenger/settings', {
    headers: { origin: DEMO.origin, 'content-type': 'text/plain' },
    body: 'x',
    key: 'a',
  });
  expect(answer.status).toBe(415);
  expect(answer.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
});
