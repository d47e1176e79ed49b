import { goodClaims, signToken } from '../support/bad-tokens.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install('demo');
});

afterAll(() => server.close());

beforeEach(async () => {
  await tablesOf(server.database.db).deleteFrom('user_rights').execute();
  server.emulator.clearFaults();
});

/** A write that an administrator would be told "not found" about. */
const write = (userId: number, isAdmin: unknown) =>
  server.api('DELETE', '/messenger/channels/7b0c3d3e-1111-4000-8000-000000000000', {
    token: signToken({ ...goodClaims(), user_id: userId, is_admin: isAdmin }),
  });

const userCalls = () => server.emulator.requests({ path: '/api/v4/users*' }).length;

test('a token that says so is enough, without asking Kommo', async () => {
  const before = userCalls();
  expect((await write(DEMO.admin, true)).status).toBe(404);
  expect(userCalls()).toBe(before);
});

test.each([false, undefined, null, 'true', 'Y', 1, [true], {}])(
  'a token that says %j is settled by Kommo',
  async (claim) => {
    expect((await write(DEMO.admin, claim)).status).toBe(404);
    const refused = await write(DEMO.manager, claim);
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'admin_required' } } });
  },
);

test.each([
  ['free', DEMO.free],
  ['inactive', DEMO.inactive],
  ['unknown', 999_999],
])('a user who is %s is no administrator', async (_name, userId) => {
  expect(await write(userId, undefined)).toMatchObject({
    status: 403,
    body: { error: { code: 'admin_required' } },
  });
});

test('Kommo’s answer is kept for five minutes and no longer', async () => {
  await write(DEMO.manager, undefined);
  const calls = userCalls();
  await write(DEMO.manager, undefined);
  expect(userCalls()).toBe(calls);
  const checkedAt = new Date(Date.now() - 301_000);
  await tablesOf(server.database.db)
    .updateTable('user_rights')
    .set({ checked_at: checkedAt })
    .execute();
  await write(DEMO.manager, undefined);
  expect(userCalls()).toBe(calls + 1);
});

test.each([
  ['500', { status: 500 }],
  ['429', { rateLimited: 1 }],
  ['403 as a page', 'html403'],
  ['402', { status: 402 }],
  ['a cut connection', 'reset'],
] as const)(
  'while Kommo answers %s and nothing is known, nobody may write',
  async (_name, action) => {
    server.emulator.fault({ match: { path: '/api/v4/users*' }, action, times: 0 });
    const answer = await write(DEMO.admin, undefined);
    expect(answer).toMatchObject({
      status: 503,
      body: { error: { code: 'temporarily_unavailable' } },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    server.emulator.clearFaults();
    await tablesOf(server.database.db).deleteFrom('rate_buckets').execute();
  },
);

test('an answer that is still good is used while Kommo is in trouble', async () => {
  expect((await write(DEMO.admin, undefined)).status).toBe(404);
  expect((await write(DEMO.manager, undefined)).status).toBe(403);
  server.emulator.fault({ match: { path: '/api/v4/users*' }, action: { status: 500 }, times: 0 });
  expect((await write(DEMO.admin, undefined)).status).toBe(404);
  expect((await write(DEMO.manager, undefined)).status).toBe(403);
});

test('the settings say whether the reader may change them', async () => {
  for (const [userId, isAdmin] of [
    [DEMO.admin, true],
    [DEMO.manager, false],
  ] as const) {
    const token = signToken({ ...goodClaims(), user_id: userId, is_admin: undefined });
    const { body } = await server.api('GET', '/messenger/settings', { token });
    expect(body.user).toEqual({ id: userId, is_admin: isAdmin });
  }
});

test('without a grant nobody can be asked: the answer is where to authorize', async () => {
  server.emulator.revoke('demo');
  const answer = await server.waitFor(async () => {
    await tablesOf(server.database.db).deleteFrom('user_rights').execute();
    const refused = await write(DEMO.manager, undefined);
    return refused.status === 403 && refused;
  });
  expect(answer.body).toMatchObject({
    error: { code: 'kommo_reauthorize' },
    error_code: 1015,
    refresh_token_url: expect.stringContaining('/oauth?'),
  });
});
