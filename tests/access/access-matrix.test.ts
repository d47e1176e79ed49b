import { MATRIX, type ObjectKind, PRINCIPALS, type Principal } from '../support/access-matrix.ts';
import type { ApiAnswer } from '../support/api.ts';
import { goodClaims, signToken } from '../support/bad-tokens.ts';
import { begin, connectBot, unchanged } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { METRICS_TOKEN } from '../support/metrics.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let ids: Record<'channel' | 'attempt', { own: string; foreign: string }>;
let keys: { own: string; foreign: string };

beforeAll(async () => {
  server = await startTestServer({ env: { METRICS_TOKEN } });
  server.emulator.setSwitches({ rateLimit: 0 });
  await server.install('demo');
  await server.install('other');
  const other = server.emulator.disposableToken('other', OTHER.admin);
  const channel = {
    own: (await connectBot(server, 11)).id,
    foreign: (await connectBot(server, 12, other)).id,
  };
  const ownAttempt = await begin(server, { connector: 'slack' });
  const foreignAttempt = await begin(server, { connector: 'slack' }, other);
  ids = {
    channel,
    attempt: { own: ownAttempt.attempt.id, foreign: foreignAttempt.attempt.id },
  };
  keys = { own: ownAttempt.attempt_key, foreign: foreignAttempt.attempt_key };
});

afterAll(() => server.close());

/** A fresh token each time; null where the principal has none. */
function tokenOf(principal: Principal): string | null {
  switch (principal) {
    case 'nobody':
      return null;
    case 'forger':
      return signToken(goodClaims(), { secret: 'a-guess-at-the-secret-of-this-integration' });
    case 'stranger':
      // An administrator of an account that never installed.
      return signToken({ ...goodClaims(), account_id: 990_001, iss: 'https://stranger.kommo.com' });
    case 'manager':
      return signToken({ ...goodClaims(), user_id: DEMO.manager, is_admin: false });
    case 'otherAdmin':
      return server.emulator.disposableToken('other', OTHER.admin);
    case 'admin':
      return server.emulator.disposableToken('demo', DEMO.admin);
  }
}

const UNKNOWN_ID = '7b0c3d3e-2222-4000-8000-000000000000';

function idOf(pattern: string, object: ObjectKind): string {
  if (object === 'unknown') return UNKNOWN_ID;
  if (object === 'malformed') return "1'--";
  if (object === 'none') return '';
  if (object === 'shared') return 'events';
  return ids[pattern.includes('/attempts/') ? 'attempt' : 'channel'][object];
}

function connectorOf(object: ObjectKind): string {
  if (object === 'malformed') return 'no-service';
  return object === 'shared' ? 'slack' : 'telegram';
}

async function bodyOf(route: string, principal: Principal): Promise<unknown> {
  switch (route) {
    case 'PUT /messenger/settings': {
      const token = tokenOf(principal);
      const { status, body } = await server.api('GET', '/messenger/settings', { token });
      return status === 200 ? unchanged(body) : {};
    }
    case 'POST /messenger/channels':
      return { connector: 'telegram' };
    case 'POST /messenger/channels/delete':
      return { ids: [UNKNOWN_ID] };
    case 'POST /messenger/templates':
      return { name: `From ${principal}`, content: 'Hello!' };
    case 'POST /messenger/attempts/:id/credentials':
      return { values: {} };
    case 'POST /connect/webhooks/:connector/:id':
      return { update_id: 1 };
    case 'POST /kommo/chats/:scope_id':
      return { account_id: 'x' };
    default:
      return undefined;
  }
}

async function act(route: string, principal: Principal, object: ObjectKind): Promise<ApiAnswer> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern
    .replace(':connector', connectorOf(object))
    .replace(':topic', object === 'own' ? 'start' : encodeURIComponent(idOf('', object)))
    .replace(/:(?:scope_)?id/, encodeURIComponent(idOf(pattern, object)));
  return server.api(method, path, {
    token: tokenOf(principal),
    key: crypto.randomUUID(),
    body: await bodyOf(route, principal),
    headers: { authorization: `Bearer ${keys.own}` },
  });
}

test('every route of the router has rows, and every row has a route', () => {
  const routes = server.app.routeTable.map(({ method, url }) => `${method} ${url}`);
  expect(Object.keys(MATRIX).sort()).toEqual([...new Set(routes)].sort());
});

test('a route with an object has rows for one that is foreign, unknown and malformed', () => {
  for (const [route, rows] of Object.entries(MATRIX)) {
    if (!route.includes('/:id')) continue;
    const objects = rows.map(({ object }) => object);
    expect([route, objects]).toEqual([
      route,
      expect.arrayContaining(['foreign', 'unknown', 'malformed']),
    ]);
  }
});

describe.each(Object.keys(MATRIX))('%s', (route) => {
  test.each(
    (MATRIX[route] ?? []).flatMap(({ object, expected }) =>
      PRINCIPALS.map((principal) => [principal, object, expected[principal]] as const),
    ),
  )('by %s on an object that is %s: %d', async (principal, object, expected) => {
    const answer = await act(route, principal, object);
    // A page, or nothing at all.
    const isBare = / \/help|\/callback\//.test(route) || route.startsWith('HEAD ');
    expect([answer.status, answer.body.error]).toEqual([
      expected,
      expected < 400 || isBare ? undefined : expect.anything(),
    ]);
  });
});

test('what belongs to somebody else is answered word for word like what does not exist', async () => {
  const other = server.emulator.disposableToken('other', OTHER.admin);
  const { id: channel } = await connectBot(server, 13, other);
  const { attempt } = await begin(server, { connector: 'telegram' }, other);
  const paths: [method: string, path: (id: string) => string, foreign: string][] = [
    ['DELETE', (id) => `/messenger/channels/${id}`, channel],
    ['DELETE', (id) => `/messenger/attempts/${id}`, attempt.id],
    ['POST', (id) => `/messenger/attempts/${id}/credentials`, attempt.id],
    ['POST', (id) => `/messenger/channels/${id}/pause`, channel],
    ['POST', (id) => `/messenger/channels/${id}/resume`, channel],
    ['POST', (id) => `/messenger/channels/${id}/test`, channel],
    ['GET', (id) => `/messenger/channels/${id}/history`, channel],
  ];
  for (const [method, path, foreign] of paths) {
    const body = path('').includes('/attempts/') && method === 'POST' ? { values: {} } : undefined;
    const answers = await Promise.all(
      [foreign, UNKNOWN_ID].map((id) =>
        server.api(method, path(id), { body, key: crypto.randomUUID() }),
      ),
    );
    const words = answers.map(({ status, body: { error } }) => ({
      status,
      error: { ...error, request_id: '' },
    }));
    expect(words[0]).toEqual(words[1]);
  }
  const save = {
    version: (await server.api('GET', '/messenger/settings')).body.version,
    default_channel_id: channel,
    channels: [{ id: channel, name: 'Mine now', pipeline_ids: [7001] }],
  };
  const key = () => crypto.randomUUID();
  const stolen = await server.api('PUT', '/messenger/settings', { key: key(), body: save });
  expect(stolen.status).toBe(422);
  const reconnect = await server.api('POST', '/messenger/channels', {
    key: key(),
    body: { connector: 'telegram', channel_id: channel },
  });
  expect(reconnect.status).toBe(404);
  const theirs = await server.api('GET', '/messenger/channels', { token: other });
  expect(theirs.body._embedded.channels).toContainEqual(
    expect.objectContaining({ id: channel, name: expect.not.stringContaining('Mine') }),
  );
});
