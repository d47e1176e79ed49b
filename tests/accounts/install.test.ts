import { exchangeInstallCode } from '../../src/server/accounts/install/exchange-install-code.ts';
import { insertInstallCode } from '../../src/server/accounts/install/rows.ts';
import { CLIENT_ID, DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  server.emulator.reset();
  server.emulator.useBackend('https://connector.test', server.url);
  const { db } = server.database;
  await tablesOf(db).deleteFrom('install_codes').execute();
  await tablesOf(db).deleteFrom('accounts').execute();
});

/** Exchanges of codes issued in this test; one of the test before may still be under way. */
const tokenCalls = () =>
  server.emulator
    .requests({ path: '/oauth2/access_token' })
    .filter(({ body }) => server.emulator.state.codes.some(({ code }) => body.includes(code)));

const codes = () => tablesOf(server.database.db).selectFrom('install_codes').selectAll().execute();

const account = (id: number) =>
  tablesOf(server.database.db)
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();

const grant = (id: number) =>
  tablesOf(server.database.db)
    .selectFrom('grants')
    .selectAll()
    .where('account_id', '=', id)
    .executeTakeFirst();

function callback(parameters: Record<string, string>): string {
  return `/kommo/oauth/callback?${new URLSearchParams(parameters)}`;
}

test('an install call leads to an active account with a sealed grant, by one exchange', async () => {
  await server.install('demo');
  expect(await account(DEMO.id)).toMatchObject({
    host: 'demo.kommo.com',
    subdomain: 'demo',
    tld: 'kommo.com',
    name: 'Demo Company',
    epoch: 1,
    install_state: 'active',
  });
  const stored = await grant(DEMO.id);
  expect(stored?.access_token).toMatch(/^v1\.test\./);
  expect(stored?.refresh_token).toMatch(/^v1\.test\./);
  expect(tokenCalls()).toHaveLength(1);
  expect(await codes()).toMatchObject([{ state: 'done', code: null, tokens: null }]);
});

test('the same install call twice is one exchange', async () => {
  await server.emulator.install('demo', undefined, { duplicate: true });
  await server.waitFor(() => grant(DEMO.id));
  expect(tokenCalls()).toHaveLength(1);
  expect(await codes()).toHaveLength(1);
});

test('the answer does not wait for a token endpoint that hangs', async () => {
  server.emulator.fault({ match: { path: '/oauth2/access_token' }, action: 'hang' });
  // It hangs until the faults are cleared.
  expect(await server.emulator.install('other')).toBe(200);
  const [stored] = await codes();
  expect(stored?.code).toMatch(/^v1\.test\./);
  server.emulator.clearFaults();
});

test('trouble at the token endpoint is waited out', async () => {
  server.emulator.fault({
    match: { path: '/oauth2/access_token', host: 'demo.kommo.com' },
    action: { status: 503 },
    times: 1,
  });
  await server.emulator.install('demo');
  await server.waitFor(() => grant(DEMO.id));
  expect(tokenCalls()).toHaveLength(2);
});

test('an exchange whose owner cannot be asked yet is not made twice', async () => {
  server.emulator.fault({
    match: { path: '/api/v4/account', host: 'demo.kommo.com' },
    action: { status: 502 },
    times: 1,
  });
  await server.emulator.install('demo');
  await server.waitFor(() => grant(DEMO.id));
  expect(tokenCalls()).toHaveLength(1);
});

test('an exchange whose answer was lost ends in a visible request to authorize again', async () => {
  server.emulator.fault({
    match: { path: '/oauth2/access_token', host: 'demo.kommo.com' },
    action: 'loseAnswer',
    times: 1,
  });
  await server.emulator.install('demo');
  await server.waitFor(async () => (await codes()).every(({ state }) => state === 'failed'));
  expect(tokenCalls()).toHaveLength(2);
  expect(await account(DEMO.id)).toBeUndefined();
});

test('a code that a process of the version before left behind is worked on', async () => {
  server.emulator.fault({
    match: { path: '/oauth2/access_token', host: 'demo.kommo.com' },
    action: { status: 503 },
    times: 1,
  });
  await server.emulator.install('demo');
  await server.waitFor(async () =>
    (await codes()).some(({ state, calls }) => state === 'pending' && calls),
  );
  // It was killed while it asked Kommo, and its lease has lapsed.
  await tablesOf(server.database.db)
    .updateTable('install_codes')
    .set({ state: 'exchanging', lease_until: new Date(Date.now() - 1_000) })
    .execute();
  await server.waitFor(() => grant(DEMO.id));
});

test('a worker that was taken over from does not send the code', async () => {
  const { db, secrets } = server.context;
  // Stored as a consent's is, and without its job.
  const codeId = await insertInstallCode(db, secrets, {
    host: 'demo.kommo.com',
    code: 'def502taken-over',
    expected: { accountId: DEMO.id, userId: DEMO.admin },
  });
  const takenOver = new Error('Somebody else works on this.');
  const run = {
    confirm: () => Promise.reject(takenOver),
    signal: new AbortController().signal,
    tries: 0,
    isAwaited: false,
  };
  const work = exchangeInstallCode(server.context, { codeId: codeId ?? '' }, run);
  await expect(work).rejects.toBe(takenOver);
  const sent = server.emulator.requests({ path: '/oauth2/access_token' });
  expect(sent.filter(({ body }) => body.includes('taken-over'))).toEqual([]);
  expect(await codes()).toMatchObject([{ state: 'exchanging' }]);
});

test('a made-up code changes nothing in an account that works', async () => {
  await server.install('demo');
  const before = await grant(DEMO.id);
  const answer = await server.api(
    'GET',
    callback({ code: 'def502made-up', referer: 'demo.kommo.com' }),
  );
  expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
  await server.waitFor(async () => (await codes()).some(({ state }) => state === 'failed'));
  expect(await grant(DEMO.id)).toEqual(before);
  expect(await account(DEMO.id)).toMatchObject({ install_state: 'active', epoch: 1 });
});

test('a grant whose owner is not the account of the host is not kept', async () => {
  await server.install('demo');
  const before = await grant(DEMO.id);
  server.emulator.fault({
    match: { path: '/api/v4/account', host: 'other.kommo.com' },
    action: { extra: { id: DEMO.id } },
    times: 0,
  });
  await server.emulator.install('other');
  await server.waitFor(async () =>
    (await codes()).some(({ failure }) => failure === 'other_account'),
  );
  expect(await grant(DEMO.id)).toEqual(before);
  expect(await grant(OTHER.id)).toBeUndefined();
  server.emulator.clearFaults();
});

test('a host that changed hands leaves the old account without it', async () => {
  await server.install('demo');
  await tablesOf(server.database.db)
    .updateTable('accounts')
    .set({ host: 'other.kommo.com' })
    .where('id', '=', DEMO.id)
    .execute();
  await server.install('other');
  expect(await account(DEMO.id)).toMatchObject({ host: null });
  expect(await account(OTHER.id)).toMatchObject({ host: 'other.kommo.com' });
});

test.each([
  ['no referer', { code: 'def502aa' }, 'referer'],
  ['a foreign referer', { code: 'def502aa', referer: 'demo.kommo.com.evil.io' }, 'referer'],
  [
    'another integration',
    { code: 'def502aa', referer: 'demo.kommo.com', client_id: 'x' },
    'client_id',
  ],
  ['another platform', { code: 'def502aa', referer: 'demo.kommo.com', platform: '1' }, 'platform'],
  ['no code', { referer: 'demo.kommo.com', client_id: CLIENT_ID }, 'code'],
  ['a code with a space in it', { referer: 'demo.kommo.com', code: 'def502 aa' }, 'code'],
  ['a code of markup', { referer: 'demo.kommo.com', code: 'def<script>' }, 'code'],
  ['a code of quotes', { referer: 'demo.kommo.com', code: "def'--" }, 'code'],
  ['a code that climbs', { referer: 'demo.kommo.com', code: '../../etc/passwd' }, 'code'],
  ['a code of 5,000 characters', { referer: 'demo.kommo.com', code: 'a'.repeat(5_000) }, 'code'],
  [
    'the old key exchange',
    { referer: 'demo.kommo.com', code: 'a', from_exchange: '1' },
    'from_exchange',
  ],
])('an install call with %s is refused and stores nothing', async (_name, parameters, path) => {
  const answer = await server.api('GET', callback(parameters));
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_request', fields: [{ path }] } },
  });
  expect(await codes()).toHaveLength(0);
});

test.each(['code', 'referer', 'client_id', 'platform', 'from_widget', 'state'])(
  'an install call that repeats %s is refused',
  async (name) => {
    const query = new URLSearchParams({
      code: 'def502aa',
      referer: 'demo.kommo.com',
      client_id: CLIENT_ID,
      platform: '2',
      from_widget: '1',
      state: 'x',
    });
    query.append(name, query.get(name) ?? '');
    const answer = await server.api('GET', `/kommo/oauth/callback?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { fields: [{ path: name }] } } });
    expect(await codes()).toHaveLength(0);
  },
);

test('a flood of made-up calls for one host refuses nobody, keeps little and costs few calls to Kommo', async () => {
  for (let index = 0; index < 40; index += 1) {
    const { status } = await server.api(
      'GET',
      callback({ code: `def502${index}`, referer: 'demo.kommo.com', from_widget: '1' }),
    );
    expect(status).toBe(200);
  }
  const kept = await server.waitFor(async () => {
    const rows = await codes();
    return rows.length <= 15 && rows;
  });
  expect(kept.map(({ state }) => state)).not.toContain('done');
  const exchanges = server.emulator.requests({ path: '/oauth2/access_token' });
  expect(exchanges.length).toBeLessThanOrEqual(5);
});

test('made-up calls for many hosts use up little of what all accounts share', async () => {
  const calls = 60;
  for (let index = 0; index < calls; index += 1) {
    const referer = `made-up-${index}.kommo.com`;
    const answer = await server.api('GET', callback({ code: 'def502made-up', referer }));
    expect(answer.status).toBe(200);
  }
  const settled = await server.waitFor(async () => {
    const rows = await codes();
    const isOver = rows.every(
      ({ state, lease_until: until }) => state === 'failed' || (state === 'pending' && until),
    );
    return isOver && rows;
  }, 30_000);
  expect(settled).toHaveLength(calls);
  const exchanges = server.emulator.requests({ path: '/oauth2/access_token', host: 'made-up*' });
  // As many as may fail in a minute, and those that were under way at that moment.
  expect(exchanges.length).toBeGreaterThanOrEqual(30);
  expect(exchanges.length).toBeLessThanOrEqual(36);
});

test('HEAD and POST do not run the callback', async () => {
  for (const method of ['HEAD', 'POST']) {
    const answer = await server.api(
      method,
      callback({ code: 'def502aa', referer: 'demo.kommo.com' }),
    );
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET');
  }
  expect(await codes()).toHaveLength(0);
});
