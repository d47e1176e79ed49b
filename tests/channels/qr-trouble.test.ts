import type { Attempt } from '../../src/contract/api.ts';
import { allowChecksNow } from '../../src/server/channels/attempts/rows.ts';
import { begin, disconnectAll, pollAttempt } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let aheadMs = 0;

beforeAll(async () => {
  server = await startTestServer({ now: () => new Date(Date.now() + aheadMs) });
  await server.install();
});
afterAll(() => server.close());
afterEach(async () => {
  aheadMs = 0;
  await disconnectAll(server);
});

type Started = Awaited<ReturnType<typeof begin>>;

const waha = (status: string, more: object = {}) => ({
  path: '/__services/waha/api/sessions/*',
  body: { name: 'x', status, ...more },
});

describe('a session that ends before it showed a code', () => {
  test.each([
    ['waha', 'FAILED', 200, waha('FAILED')],
    ['waha', 'STOPPED', 200, waha('STOPPED')],
    ['waha', 'gone', 404, { path: '/__services/waha/api/sessions/*', body: { message: 'no' } }],
    [
      'evolution',
      'gone',
      404,
      { path: '/__services/evolution/instance/connectionState/*', body: { status: 404 } },
    ],
    [
      'evolution',
      'refused',
      200,
      {
        path: '/__services/evolution/instance/connectionState/*',
        body: { instance: { state: 'refused' } },
      },
    ],
  ])(
    '%s %s: failed, not run out, and the log says so once',
    async (connector, _what, status, at) => {
      server.emulator.fault({
        match: { method: 'GET', path: at.path },
        action: { status, body: at.body },
        times: 0,
      });
      const started = await begin(server, { connector });
      const over = await until(started, ({ state }) => state !== 'starting');
      expect(over).toMatchObject({ state: 'failed', reason: 'service_error' });
      expect(warnings(started)).toMatchObject([
        { level: 'warn', connector, reason: 'service_error' },
      ]);
    },
  );
});

test.each([
  ['misconfigured', { status: 401 }],
  ['service_unreachable', { status: 502 }],
  ['rate_limited', { rateLimited: 1 }],
] as const)(
  '%s shows while it lasts, and is logged once, not at each check',
  async (reason, action) => {
    const started = await begin(server, { connector: 'waha' });
    const path = '/__services/waha/api/sessions/*';
    server.emulator.fault({ match: { method: 'GET', path }, action, times: 0 });
    await until(started, (attempt) => attempt.reason === reason);
    const asked = () => server.emulator.requests({ method: 'GET', path }).length;
    const enough = asked() + 3;
    await until(started, () => asked() > enough);
    expect(warnings(started)).toMatchObject([{ connector: 'waha', reason }]);
    server.emulator.clearFaults();
    await until(started, (attempt) => attempt.qr !== undefined && attempt.reason === undefined);
    await cancel(started);
  },
);

test.each([
  ['no owner', { me: null }],
  ['an owner that is no number', { me: { id: '123456789012345@lid', pushName: 'Ana' } }],
])('a session that works with %s says after a minute what is missing', async (_what, owner) => {
  const started = await begin(server, { connector: 'waha' });
  const { path, body } = waha('WORKING', owner);
  server.emulator.fault({
    match: { method: 'GET', path },
    action: { status: 200, body },
    times: 0,
  });
  await until(started, ({ reason }) => reason === 'linking');
  aheadMs = 61_000;
  const stuck = await until(started, ({ reason }) => reason !== 'linking');
  expect(stuck).toMatchObject({ state: 'waiting', reason: 'account_unknown' });
  expect(warnings(started)).toMatchObject([{ reason: 'account_unknown' }]);
  await cancel(started);
});

/** Looks until it is so, without the pauses between two questions. */
function until(started: Started, isReached: (attempt: Attempt) => boolean): Promise<Attempt> {
  return server.waitFor(async () => {
    await allowChecksNow(server.context.db, started.attempt.id);
    const attempt = await pollAttempt(server, started);
    return isReached(attempt) ? attempt : undefined;
  });
}

function warnings({ attempt }: Started): object[] {
  return server.logs
    .filter((line) => line.includes(attempt.id) && line.includes('does not get on'))
    .map((line) => JSON.parse(line));
}

function cancel({ attempt }: Started) {
  return server.api('DELETE', `/messenger/attempts/${attempt.id}`);
}
