import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import type { Config } from '../../src/server/config.ts';
import { checkSecretKeys } from '../../src/server/platform/database/key-checks.ts';
import { type SecretKey, Secrets } from '../../src/server/platform/database/secrets.ts';
import { admin, adminJson } from '../support/admin.ts';
import { begin, connectBot } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const NEW_KEY: SecretKey = { id: 'new', key: Buffer.alloc(32, 2) };

let server: TestServer;
let oldKey: SecretKey;
let channelId: string;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  [oldKey = NEW_KEY] = server.context.config.secretKeys;
  ({ id: channelId } = await connectBot(server, 1));
  await begin(server, { connector: 'slack' });
  // From here on nothing but the commands seals anything.
  await server.stop();
});
afterAll(() => server.close());

/** The environment of a backend with these keys. */
function withKeys(...secretKeys: SecretKey[]): { config: Config; secrets: Secrets } {
  const { config } = server.context;
  return { config: { ...config, secretKeys }, secrets: new Secrets(secretKeys) };
}

const run = (keys: SecretKey[], ...args: string[]) => admin(server, args, withKeys(...keys));
const json = (keys: SecretKey[], ...args: string[]) => adminJson(server, args, withKeys(...keys));

interface PlaceCount {
  place: string;
  key_id: string;
  values: number;
  opened: number;
  unopened_rows: string[];
}

test('check opens everything, by the key it is sealed with', async () => {
  const { exitCode, stdout } = await run([oldKey], 'keys', 'check');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Every stored secret opens.');
  const { ok, problems, places } = await json([NEW_KEY, oldKey], 'keys', 'check');
  expect([ok, problems]).toEqual([true, []]);
  const named = (places as PlaceCount[]).map(({ place, key_id: key }) => `${place} ${key}`);
  expect(named).toEqual(
    expect.arrayContaining([
      ...['grants.access_token test', 'grants.refresh_token test'],
      ...['channels.credentials test', 'channels.webhook_secret test'],
      ...['idempotency_keys.body test', 'attempts.webhook_secret test'],
    ]),
  );
  for (const { values, opened, unopened_rows: rows } of places as PlaceCount[]) {
    expect([opened, rows]).toEqual([values, []]);
  }
});

test('check names the place and the row of what does not open, and the key that is missing', async () => {
  const wrong = await run([{ ...oldKey, key: Buffer.alloc(32, 9) }], 'keys', 'check');
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stdout).toContain('the key test is not the one');
  expect(wrong.stdout).toContain(`Rows: ${channelId}`);
  const missing = await json([NEW_KEY], 'keys', 'check');
  expect(missing.ok).toBe(false);
  expect(missing.problems).toEqual([expect.stringContaining('the key test is missing')]);
  expect(missing.places).toContainEqual({
    ...{ place: 'grants.access_token', key_id: 'test', values: 1, opened: 0 },
    unopened_rows: [`${DEMO.id}`],
  });
});

test('rotate waits until a backend has run with the new key, and refuses keys that do not fit', async () => {
  const early = await run([NEW_KEY, oldKey], 'keys', 'rotate');
  expect([early.exitCode, early.stdout]).toEqual([1, '']);
  expect(early.stderr).toContain('Restart the backends');
  const wrong = await run([NEW_KEY], 'keys', 'rotate');
  expect(wrong.exitCode).toBe(78);
  expect(wrong.stderr).toContain('the key test is missing');
});

test('rotate seals what is kept anew, progress counts it, and the old key goes when nothing needs it', async () => {
  const { db } = server.context;
  const rotated = [NEW_KEY, oldKey];
  await checkSecretKeys(db, new Secrets(rotated), ['new', 'test']);
  const before = await json(rotated, 'keys', 'progress');
  expect(before.keys).toEqual([
    { id: 'new', values: 0, is_first: true, in_secret_keys: true },
    { id: 'test', values: expect.any(Number), is_first: false, in_secret_keys: true },
  ]);

  const first = await json(rotated, 'keys', 'rotate');
  // The grant and the channel; the sign-in and the stored answers keep their key.
  expect(first).toEqual({
    ...{ key_id: 'new', sealed: 2, unopened_rows: [], retired: [], waiting: ['test'] },
  });
  expect(await findChannelSecrets(db, new Secrets([NEW_KEY]), channelId)).toMatchObject({
    webhookSecret: expect.any(String),
  });
  const { stdout } = await run(rotated, 'keys', 'progress');
  expect(stdout).toMatch(/^grants\.access_token +new +1$/m);
  expect(stdout).toMatch(/^attempts\.webhook_secret +test +1$/m);
  expect(stdout).toContain('Under another key than the first');

  for (const table of ['attempts', 'idempotency_keys', 'install_codes'] as const) {
    await tablesOf(db).deleteFrom(table).execute();
  }
  const second = await run(rotated, 'keys', 'rotate');
  expect(second.exitCode).toBe(0);
  expect(second.stdout).toContain('remove it from SECRET_KEYS');
  expect((await run([NEW_KEY], 'keys', 'check')).exitCode).toBe(0);
  expect((await run([NEW_KEY], 'keys', 'progress')).stdout).toContain(
    'Everything is sealed by the first key.',
  );
});

test('rotate passes over what no key opens, names it, and ends with 1', async () => {
  const { db } = server.context;
  await tablesOf(db)
    .updateTable('channels')
    .set({ credentials: 'v1.lost.AAAA.AAAA' })
    .where('id', '=', channelId)
    .execute();
  const { exitCode, stdout } = await run([NEW_KEY], 'keys', 'rotate');
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining(channelId)]);
});
