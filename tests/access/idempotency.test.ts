import { botToken, pollAttempt, secondAdmin } from '../support/channels.ts';
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

const start = (
  key: string | undefined,
  body: unknown = { connector: 'telegram' },
  token?: string,
) =>
  server.api('POST', '/messenger/channels', { body, key, ...(token !== undefined && { token }) });

const attempts = () => tablesOf(server.database.db).selectFrom('attempts').select('id').execute();

test.each([
  ['PUT', '/messenger/settings', { version: 0, default_channel_id: null, channels: [] }],
  ['POST', '/messenger/channels', { connector: 'telegram' }],
  ['POST', '/messenger/templates', { name: 'Hello', content: 'Hello!' }],
])('%s %s is refused without a key', async (method, path, body) => {
  const answer = await server.api(method, path, { body });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: 'idempotency_key_required' } },
  });
});

test('the same request again gets the first answer, and is done once', async () => {
  const before = (await attempts()).length;
  const key = crypto.randomUUID();
  const first = await start(key);
  const second = await start(key);
  expect(first.status).toBe(201);
  expect(second.status).toBe(201);
  expect(second.body).toEqual(first.body);
  expect(await attempts()).toHaveLength(before + 1);
});

test('another request under the same key is refused', async () => {
  const key = crypto.randomUUID();
  await start(key);
  const other = await start(key, { connector: 'slack' });
  expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_key_reused' } } });
  const elsewhere = await server.api('POST', '/messenger/templates', {
    key,
    body: { name: 'Hello', content: 'Hello!' },
  });
  expect(elsewhere.status).toBe(422);
});

test('a key belongs to its account', async () => {
  const key = crypto.randomUUID();
  const mine = await start(key);
  const theirs = await start(
    key,
    { connector: 'telegram' },
    server.emulator.disposableToken('other', OTHER.admin),
  );
  expect(theirs.status).toBe(201);
  expect(theirs.body.attempt.id).not.toBe(mine.body.attempt.id);
});

test('a key belongs to its user: another administrator does not get the key of the attempt', async () => {
  const token = await secondAdmin(server);
  const key = crypto.randomUUID();
  expect((await start(key)).status).toBe(201);
  const theirs = await start(key, { connector: 'telegram' }, token);
  expect(theirs).toMatchObject({
    status: 422,
    body: { error: { code: 'idempotency_key_reused' } },
  });
  expect(JSON.stringify(theirs.body)).not.toContain('attempt_key');
});

test.each(['telegram', 'waha', 'slack'])(
  'the answer outlives the attempt it began with %s',
  async (connector) => {
    const key = crypto.randomUUID();
    const { body } = await start(key, { connector });
    const { expires_at } = await tablesOf(server.database.db)
      .selectFrom('idempotency_keys')
      .select('expires_at')
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    expect(expires_at.getTime()).toBeGreaterThan(Date.parse(body.attempt.expires_at));
    await server.api('DELETE', `/messenger/attempts/${body.attempt.id}`);
    // Over or not, the key never begins another one, and it still tells how that one ended.
    const again = await start(key, { connector });
    expect(again.body).toEqual(body);
    expect(await pollAttempt(server, again.body)).toMatchObject({ state: 'cancelled' });
  },
);

test('of 50 copies at once one is done; the others are told to wait or get its answer', async () => {
  const before = (await attempts()).length;
  const key = crypto.randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => start(key)));
  const made = new Set(
    answers.filter(({ status }) => status === 201).map(({ body }) => body.attempt.id),
  );
  expect(made.size).toBe(1);
  for (const { status, body } of answers) {
    if (status !== 201) expect([status, body.error.code]).toEqual([409, 'in_progress']);
  }
  expect(await attempts()).toHaveLength(before + 1);
});

test('a failure is not stored: the same request may be tried again', async () => {
  const key = crypto.randomUUID();
  const body = { name: 'Greeting', content: 'Hello!' };
  const call = () => server.api('POST', '/messenger/templates', { key, body });
  server.emulator.fault({
    match: { method: 'POST', path: '/api/v4/*' },
    action: { status: 503 },
    times: 0,
  });
  expect((await call()).status).toBeGreaterThanOrEqual(500);
  server.emulator.clearFaults();
  expect((await call()).status).toBe(201);
});

test('the stored answer is sealed: it may hold the key of an attempt', async () => {
  const { body } = await start(crypto.randomUUID());
  const rows = await tablesOf(server.database.db)
    .selectFrom('idempotency_keys')
    .selectAll()
    .execute();
  expect(JSON.stringify(rows)).not.toContain(body.attempt_key);
  for (const row of rows) if (row.status !== null) expect(row.body).toMatch(/^v1\.test\./);
});

test('what a killed process was doing may be done again when its lease is over', async () => {
  const key = crypto.randomUUID();
  await start(key);
  const { db } = server.database;
  const unfinished = { status: null, body: null };
  await tablesOf(db)
    .updateTable('idempotency_keys')
    .set(unfinished)
    .where('key', '=', key)
    .execute();
  expect(await start(key)).toMatchObject({ status: 409, body: { error: { code: 'in_progress' } } });
  const lapsed = { lease_until: new Date(Date.now() - 1_000) };
  await tablesOf(db).updateTable('idempotency_keys').set(lapsed).where('key', '=', key).execute();
  expect((await start(key)).status).toBe(201);
});

test('after a day a key is free', async () => {
  const key = crypto.randomUUID();
  const first = await start(key);
  await tablesOf(server.database.db)
    .updateTable('idempotency_keys')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('key', '=', key)
    .execute();
  const second = await start(key, { connector: 'slack' });
  expect(second.status).toBe(201);
  expect(second.body.attempt.id).not.toBe(first.body.attempt.id);
});

test.each(['x'.repeat(256), 'é', 'a b', '\t'])('the key %j is refused', async (key) => {
  const answer = await start(key);
  expect(answer.status).toBe(400);
});

test('a save that was answered is answered the same again, although its version is old by then', async () => {
  const token = server.emulator.disposableToken('demo', DEMO.admin);
  const settings = (await server.api('GET', '/messenger/settings', { token })).body;
  const body = { version: settings.version, default_channel_id: null, channels: [] };
  const key = crypto.randomUUID();
  const first = await server.api('PUT', '/messenger/settings', { key, body });
  expect(first.status).toBe(200);
  const second = await server.api('PUT', '/messenger/settings', { key, body });
  expect(second).toMatchObject({ status: 200, body: first.body });
  const stale = await server.api('PUT', '/messenger/settings', { key: crypto.randomUUID(), body });
  expect(stale).toMatchObject({ status: 409, body: { error: { code: 'version_conflict' } } });
});

test('credentials may be sent without a key, and are done once with one', async () => {
  const { body } = await start(crypto.randomUUID());
  const path = `/messenger/attempts/${body.attempt.id}/credentials`;
  const key = crypto.randomUUID();
  const call = { body: { values: { token: botToken(40) } }, key };
  const first = await server.api('POST', path, call);
  expect(first.status).toBe(200);
  expect((await server.api('POST', path, call)).body).toEqual(first.body);
  expect((await server.api('POST', path, { body: { values: {}, confirm: true } })).status).toBe(
    200,
  );
});
