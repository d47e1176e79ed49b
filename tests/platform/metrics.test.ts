import { channelStatus } from '../../src/contract/api.ts';
import { QUEUES, SYNC_SOURCES } from '../../src/server/queues.ts';
import { testDatabaseKind } from '../support/database.ts';
import { figure, METRICS_TOKEN, type Sample, scrape } from '../support/metrics.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { SUPPORT_TOKEN } from '../support/telegram.ts';
import { connectTelegram, type TelegramStage } from '../support/telegram-stage.ts';

let server: TestServer;
let telegram: TelegramStage;

beforeAll(async () => {
  server = await startTestServer({ env: { METRICS_TOKEN } });
  await server.install();
  telegram = await connectTelegram(server);
});
afterAll(() => server.close());

/** A figure of the server as it is now. */
async function read(name: string, labels?: Record<string, string>): Promise<number | undefined> {
  return figure(await scrape(server.url), name, labels);
}

/** Waits until a figure has grown past what it was. */
function grown(name: string, labels: Record<string, string>, before: number | undefined) {
  return server.waitFor(async () => ((await read(name, labels)) ?? 0) > (before ?? 0));
}

/** The service refuses every message from now on; undefined: it takes them again. */
async function refuse(error: string | undefined, more: object = {}): Promise<void> {
  if (error !== undefined) {
    const rule = { bot: SUPPORT_TOKEN, method: 'sendMessage', times: 0, error, ...more };
    await telegram.client.post('refuse', rule);
    return;
  }
  await fetch(`${server.emulator.url}/__emulator/services/telegram/refuse`, { method: 'DELETE' });
}

const IN = { direction: 'in', service: 'telegram' };
const OUT = { direction: 'out', service: 'telegram' };

describe('who may read the figures', () => {
  test.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another-token-that-is-long-enough' }],
    ['the beginning of the token', { authorization: `Bearer ${METRICS_TOKEN.slice(0, -1)}` }],
    ['the token of another scheme', { authorization: `Basic ${METRICS_TOKEN}` }],
    ['the token without a scheme', { authorization: METRICS_TOKEN }],
  ])('%s: 401, and nothing is told', async (_what, headers) => {
    const answer = await server.api('GET', '/metrics', { headers });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
  });

  test('with the token they come as Prometheus text, and no cache keeps them', async () => {
    const answer = await server.api('GET', '/metrics', {
      headers: { authorization: `Bearer ${METRICS_TOKEN}` },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toContain('chat_connector_database_up 1');
  });

  test('without METRICS_TOKEN the address does not exist', async () => {
    const plain = await startTestServer();
    const asked = await plain.api('GET', '/metrics', { headers: { authorization: 'Bearer ' } });
    const unknown = await plain.api('GET', '/no-such-address');
    const withoutId = ({ status, body: { error } }: typeof asked) => ({
      status,
      error: { ...error, request_id: '' },
    });
    expect(withoutId(asked)).toEqual(withoutId(unknown));
    expect(asked.status).toBe(404);
    await plain.close();
  });

  // The embedded database serves one process with every role.
  if (testDatabaseKind() === 'postgres') {
    test('jobs that wait for a worker are counted by a web process, too', async () => {
      const web = await startTestServer({
        env: { METRICS_TOKEN, ROLE: 'web' },
      });
      const { context } = web;
      await context.jobs.request(context.db, SYNC_SOURCES, { accountId: 1 });
      const waiting = async (queue: string) =>
        figure(await scrape(web.url), 'jobs_waiting', { queue });
      // Counted by the queue every three seconds.
      await web.waitFor(async () => (await waiting('sync')) === 1);
      expect(await waiting('clean-up')).toBe(0);
      await web.close();
    });

    test('a worker without a web role answers for itself', async () => {
      const worker = await startTestServer({ env: { METRICS_TOKEN, ROLE: 'worker' } });
      expect(figure(await scrape(worker.url), 'database_up')).toBe(1);
      await worker.waitFor(async () => {
        const samples = await scrape(worker.url);
        return figure(samples, 'job_duration_seconds_count', { queue: 'scheduled' }) !== undefined;
      });
      expect((await worker.api('GET', '/messenger/settings')).status).toBe(404);
      await worker.close();
    });
  }
});

describe('the figures move', () => {
  test('with a message to Kommo, the hook that brought it, and the calls that took it there', async () => {
    const before = await scrape(server.url);
    await telegram.arrived(await telegram.client.act('send', { kind: 'text', text: 'Hola' }));
    for (const [name, labels] of [
      ['messages_total', { ...IN, outcome: 'delivered' }],
      ['hooks_total', { kind: 'service', status: '2xx' }],
      ['kommo_requests_total', { api: 'amojo', status: '2xx' }],
      ['kommo_turn_wait_seconds_count', { budget: 'amojo' }],
    ] as const) {
      await grown(name, labels, figure(before, name, labels));
    }
    expect(await read('messages_total', { outcome: 'undelivered' })).toBe(0);
  });

  test('with a message to the client, and the hook that brought it', async () => {
    const before = await scrape(server.url);
    await telegram.told(await telegram.write({ text: 'Good morning' }));
    const delivered = { ...OUT, outcome: 'delivered' };
    await grown('messages_total', delivered, figure(before, 'messages_total', delivered));
    const hook = { kind: 'chat', status: '2xx' };
    await grown('hooks_total', hook, figure(before, 'hooks_total', hook));
  });

  test('with a message that the client’s service refuses', async () => {
    await refuse('blocked');
    await telegram.told(await telegram.write({ text: 'Are you there?' }));
    await refuse(undefined);
    await grown('messages_total', { ...OUT, outcome: 'undelivered' }, 0);
  });

  test('with a message that Kommo refuses', async () => {
    const match = { host: 'amojo.kommo.com', method: 'POST' };
    server.emulator.fault({ match, times: 0, action: { status: 400, body: { error: 'no' } } });
    await telegram.client.act('send', { kind: 'text', text: 'Hola again' });
    await grown('messages_total', { ...IN, outcome: 'undelivered' }, 0);
    server.emulator.clearFaults();
  });

  test('with the age of a message that waits, until it is through', async () => {
    await server.waitFor(
      async () => (await read('oldest_waiting_message_seconds', { direction: 'out' })) === 0,
    );
    await refuse('too_many_requests', { retry_after: 1 });
    const id = await telegram.write({ text: 'In a moment' });
    await grown('oldest_waiting_message_seconds', { direction: 'out' }, 0);
    await refuse(undefined);
    await telegram.told(id);
    await server.waitFor(
      async () => (await read('oldest_waiting_message_seconds', { direction: 'out' })) === 0,
    );
  });

  test('with Kommo’s hooks, genuine and forged', async () => {
    expect(await read('hooks_total', { kind: 'install', status: '2xx' })).toBeGreaterThan(0);
    await server.api('GET', '/kommo/oauth/callback?code=x&referer=evil.example.com');
    await server.api('GET', '/kommo/disabled?account_id=1&client_uuid=x&signature=x');
    await server.api('POST', '/kommo/chats/x', { body: {} });
    await server.api('POST', '/connect/webhooks/telegram/x', { body: {} });
    for (const kind of ['install', 'uninstall', 'chat', 'service']) {
      await grown('hooks_total', { kind, status: '4xx' }, 0);
    }
  });

  test('but not with a browser that comes back from the consent page', async () => {
    const before = await read('hooks_total', { kind: 'install' });
    const path = '/kommo/oauth/callback?error=access_denied&state=x';
    expect((await server.api('GET', path)).status).toBe(400);
    await grown('http_request_duration_seconds_count', { status: '4xx', method: 'GET' }, 0);
    expect(await read('hooks_total', { kind: 'install' })).toBe(before);
  });

  test('with a refused token, and with an address that does not exist', async () => {
    expect((await server.api('GET', '/messenger/channels', { token: null })).status).toBe(401);
    expect((await server.api('GET', '/.env?key=secret')).status).toBe(404);
    const name = 'http_request_duration_seconds_count';
    const refused = { method: 'GET', route: '/messenger/channels', status: '4xx' };
    await grown(name, refused, 0);
    await grown(name, { method: 'GET', route: 'unknown', status: '4xx' }, 0);
  });

  test('with a token that is refused, by the fault', async () => {
    const { emulator } = server;
    const stale = { claims: { iat: 1_000, nbf: 1_000, exp: 2_000 } };
    for (const [reason, token] of [
      ['signature', emulator.disposableToken('demo', 8001, { secret: 'x'.repeat(64) })],
      ['expired', emulator.disposableToken('demo', 8001, stale)],
      ['other', 'no token'],
    ] as const) {
      const before = await read('tokens_refused_total', { reason });
      expect((await server.api('GET', '/messenger/channels', { token })).status).toBe(401);
      await grown('tokens_refused_total', { reason }, before);
    }
  });

  test('with a sync, by the queue of the job', async () => {
    const done = await read('job_duration_seconds_count', { queue: 'sync', outcome: 'done' });
    expect(done).toBeGreaterThan(0);
    expect(await read('jobs_waiting', { queue: 'sync' })).toBeGreaterThanOrEqual(0);
  });

  test('with an answer of Kommo that tells us to stop', async () => {
    const status = { api: 'amojo', status: '429' };
    const match = { host: 'amojo.kommo.com', method: 'POST' };
    const before = await read('kommo_refusals_total', status);
    expect(before).toBe(0);
    server.emulator.fault({
      match,
      action: { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow down' } },
    });
    await telegram.client.act('send', { kind: 'text', text: 'Quick' });
    await grown('kommo_refusals_total', status, before);
    server.emulator.clearFaults();
  });

  test('with a refreshed grant, and with one that died', async () => {
    const before = await read('grant_refreshes_total', { outcome: 'renewed' });
    const grants = tablesOf(server.context.db);
    await grants
      .updateTable('grants')
      .set({ expires_at: new Date(0) })
      .execute();
    const body = { name: 'Greeting', content: 'Hello!' };
    const made = await server.api('POST', '/messenger/templates', { key: 'greeting', body });
    expect(made.status).toBe(201);
    await grown('grant_refreshes_total', { outcome: 'renewed' }, before);
    expect(await read('dead_grants')).toBe(0);
    await grants.updateTable('grants').set({ state: 'dead', lacks_rights: true }).execute();
    expect(await read('dead_grants', { reason: 'lacks_rights' })).toBe(1);
    await grants.updateTable('grants').set({ state: 'alive', lacks_rights: false }).execute();
  });
});

test('channels are counted by service and status, and not anew for each scrape', async () => {
  const connected = { service: 'telegram', status: 'connected' };
  expect(await read('channels', connected)).toBe(1);
  await tablesOf(server.context.db).updateTable('channels').set({ status: 'error' }).execute();
  expect(await read('channels', connected)).toBe(1);
  expect(await read('channels', { status: 'error' })).toBeUndefined();
});

test('a client’s message to a paused channel waits for an administrator, and counts as waiting for nobody', async () => {
  const channels = tablesOf(server.context.db);
  await channels.updateTable('channels').set({ status: 'paused' }).execute();
  await telegram.client.act('send', { kind: 'text', text: 'Anybody?' });
  await server.waitFor(async () => {
    const waiting = await channels
      .selectFrom('messages')
      .select('id')
      .where('direction', '=', 'in')
      .where('state', '=', 'waiting')
      .execute();
    return waiting.length > 0;
  });
  expect(await read('oldest_waiting_message_seconds', { direction: 'in' })).toBe(0);
  await channels.updateTable('channels').set({ status: 'connected' }).execute();
  expect(await read('oldest_waiting_message_seconds', { direction: 'in' })).toBeGreaterThan(0);
});

test('after all that, every label has one of a few values, and none of them is anybody’s', async () => {
  const samples = await scrape(server.url);
  const allowed: Record<string, readonly string[]> = {
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'],
    route: [...server.app.routeTable.map(({ url }) => url), 'unknown'],
    kind: ['install', 'uninstall', 'chat', 'service'],
    direction: ['in', 'out'],
    service: [...server.context.connectors.all().map(({ id }) => id), 'other'],
    outcome: ['delivered', 'undelivered', 'done', 'failed', 'lost', 'renewed', 'dead'],
    queue: QUEUES.map(({ name }) => name),
    api: ['rest', 'token', 'amojo', 'files'],
    budget: ['kommo', 'amojo'],
    reason: [
      ...['lacks_rights', 'refused'],
      ...['signature', 'client', 'audience', 'expired', 'not_yet_valid', 'other'],
    ],
    status: [
      ...['1xx', '2xx', '3xx', '4xx', '5xx', 'none', '403', '429', 'blocked'],
      ...channelStatus.options,
    ],
  };
  const unbounded = (own: readonly Sample[]) =>
    own.flatMap(({ name, labels }) =>
      Object.entries(labels)
        .filter(([label, value]) => label !== 'le' && !allowed[label]?.includes(value))
        .map(([label, value]) => `${name}{${label}="${value}"}`),
    );
  const own = samples.filter(({ name }) => name.startsWith('chat_connector_'));
  expect(own.length).toBeGreaterThan(100);
  expect(unbounded(own)).toEqual([]);
  // Of the process itself, with labels of the package's making.
  const others = samples.filter((sample) => !own.includes(sample));
  expect(others.map(({ name }) => name)).toContain('nodejs_eventloop_lag_p99_seconds');
  const labels = new Set(others.flatMap((sample) => Object.keys(sample.labels)));
  const known = ['kind', 'type', 'space', 'le', 'version', 'major', 'minor', 'patch'];
  expect([...labels].filter((label) => !known.includes(label))).toEqual([]);
});
