import { goodClaims, signToken } from '../support/bad-tokens.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install('demo');
  await server.install('other');
});

afterAll(() => server.close());

const read = (token: string) => server.api('GET', '/messenger/channels', { token });

const claims = (changes: Record<string, unknown> = {}) =>
  signToken({ ...goodClaims(), ...changes });

test('a good token is accepted again and again, as Kommo’s page sends it', async () => {
  const token = claims();
  for (let use = 0; use < 20; use += 1) expect((await read(token)).status).toBe(200);
});

test('one token is good for 300 requests and no more', async () => {
  const jti = crypto.randomUUID();
  const token = claims({ jti });
  await read(token);
  await tablesOf(server.database.db)
    .updateTable('seen_tokens')
    .set({ uses: 298 })
    .where('jti', '=', jti)
    .execute();
  const statuses = await Promise.all(
    Array.from({ length: 6 }, async () => (await read(token)).status),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  expect(statuses.filter((status) => status === 401)).toHaveLength(4);
});

test('a token of one account with the same id as another’s counts apart', async () => {
  const jti = crypto.randomUUID();
  const poison = claims({ jti, account_id: OTHER.id, iss: OTHER.origin, user_id: OTHER.admin });
  await read(poison);
  await tablesOf(server.database.db)
    .updateTable('seen_tokens')
    .set({ uses: 1_000 })
    .where('account_id', '=', OTHER.id)
    .where('jti', '=', jti)
    .execute();
  expect((await read(poison)).status).toBe(401);
  expect((await read(claims({ jti }))).status).toBe(200);
});

test('a row of a seen token stays small, however long its id is', async () => {
  expect((await read(claims({ jti: 'j'.repeat(255) }))).status).toBe(200);
  const rows = await tablesOf(server.database.db).selectFrom('seen_tokens').select('jti').execute();
  expect(Math.max(...rows.map(({ jti }) => jti.length))).toBeLessThanOrEqual(43);
});

test('a refused token leaves no row', async () => {
  const before = await tablesOf(server.database.db).selectFrom('seen_tokens').selectAll().execute();
  await read(claims({ client_uuid: 'x' }));
  const after = await tablesOf(server.database.db).selectFrom('seen_tokens').selectAll().execute();
  expect(after).toEqual(before);
});

test.each([
  [-11, 200],
  [-1, 200],
  [0, 200],
  [9, 200],
  [12, 401],
])('a token issued %d seconds from now is answered %d', async (seconds, status) => {
  const now = Math.floor(Date.now() / 1_000);
  const token = claims({ iat: now + seconds, nbf: now + seconds, exp: now + 1_800 });
  expect((await read(token)).status).toBe(status);
});

test('a token mixing two accounts is refused, whichever way it is mixed', async () => {
  expect((await read(claims({ iss: OTHER.origin }))).status).toBe(401);
  expect((await read(claims({ account_id: OTHER.id }))).status).toBe(401);
  expect((await read(claims({ account_id: 424_242 }))).status).toBe(401);
});

test('a token of an account that never installed is told to authorize', async () => {
  const token = claims({ account_id: 424_242, iss: 'https://newcomer.kommo.com' });
  const answer = await server.api('GET', '/messenger/settings', { token });
  expect(answer.status).toBe(200);
  expect(answer.body.install).toMatchObject({
    state: 'authorization_required',
    authorize_url: expect.stringMatching(/\/oauth\?client_id=.*state=/),
  });
});

test('a renamed account is followed, and its old name is no longer accepted', async () => {
  server.emulator.rename('other', 'renamed');
  const moved = { account_id: OTHER.id, user_id: OTHER.admin };
  const answer = await read(claims({ ...moved, iss: 'https://renamed.kommo.com' }));
  expect(answer.status).toBe(200);
  const row = await tablesOf(server.database.db)
    .selectFrom('accounts')
    .select(['host', 'subdomain'])
    .where('id', '=', OTHER.id)
    .executeTakeFirst();
  expect(row).toEqual({ host: 'renamed.kommo.com', subdomain: 'renamed' });
  expect((await read(claims({ ...moved, iss: OTHER.origin }))).status).toBe(401);
  server.emulator.rename('renamed', 'other');
  expect((await read(claims({ ...moved, iss: OTHER.origin }))).status).toBe(200);
});

test('while Kommo cannot say whether an account was renamed, nobody is let in', async () => {
  server.emulator.fault({ match: { host: 'demo.kommo.com' }, action: { status: 503 }, times: 0 });
  const answer = await read(claims({ iss: 'https://elsewhere.kommo.com' }));
  server.emulator.clearFaults();
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(answer.body.error.code).toBe('kommo_unavailable');
});

test('old tokens are purged and living ones kept', async () => {
  const { db } = server.database;
  const rows = Array.from({ length: 1_200 }, (_, index) => ({
    account_id: DEMO.id,
    jti: `old-${index}`,
    uses: 1,
    expires_at: new Date(Date.now() - 120_000),
  }));
  await tablesOf(db).insertInto('seen_tokens').values(rows).execute();
  const living = crypto.randomUUID();
  await read(claims({ jti: living }));
  const { purgeSeenTokens } = await import('../../src/server/access/rows.ts');
  const kept = async () => {
    const found = await tablesOf(db).selectFrom('seen_tokens').select('jti').execute();
    return found.map(({ jti }) => jti);
  };
  await purgeSeenTokens(db);
  // The backend's own purge may have come in between, and have some of them in hand.
  await server.waitFor(async () => !(await kept()).some((jti) => jti.startsWith('old-')));
  expect(await kept()).toContain(living);
});

describe('in strict mode', () => {
  let strict: TestServer;
  let replica: TestServer;

  beforeAll(async () => {
    const { emulator, database } = server;
    const env = { DISPOSABLE_TOKENS: 'strict' };
    strict = await startTestServer({ emulator, database, env });
    replica = await startTestServer({ emulator, database, env });
  });

  afterAll(async () => {
    await strict.close();
    await replica.close();
    server.emulator.useBackend('https://connector.test', server.url);
  });

  test('of 300 copies sent to two replicas at once exactly one is accepted', async () => {
    const token = claims();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        (index % 2 === 0 ? strict : replica).api('GET', '/messenger/channels', { token }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(299);
  });

  test('a token from a foreign page is not used up', async () => {
    const token = claims();
    const call = { token, headers: { origin: OTHER.origin } };
    expect((await strict.api('GET', '/messenger/channels', call)).status).toBe(403);
    expect((await strict.api('GET', '/messenger/channels', { token })).status).toBe(200);
  });
});
