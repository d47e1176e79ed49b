import { setImmediate as nextTurn } from 'node:timers/promises';
import { begin, botToken, connectBot, readSettings, submit } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const MAX = 8;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_CHANNELS: String(MAX) } });
  await server.install();
});
afterAll(() => server.close());

test('creates at the same moment, from two processes where the database serves two, stop at the limit', async () => {
  for (let number = 0; number < MAX - 3; number += 1) await connectBot(server, number);
  const replica =
    testDatabaseKind() === 'postgres'
      ? await startTestServer({
          env: { MAX_CHANNELS: String(MAX) },
          emulator: server.emulator,
          database: server.database,
        })
      : undefined;
  const attempts = await openAttempts(20);
  let most = 0;
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      const rows = await tablesOf(server.context.db).selectFrom('channels').select('id').execute();
      most = Math.max(most, rows.length);
      await nextTurn();
    }
  })();
  const answers = await Promise.all(
    attempts.map((id, index) =>
      submit(index % 2 === 0 ? server : (replica ?? server), id, {
        values: { token: botToken(50 + index) },
        confirm: true,
      }),
    ),
  );
  watching.abort();
  await watch;
  await replica?.close();
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
  const refusals = answers.filter(({ status }) => status !== 200);
  expect(new Set(refusals.map(({ body }) => body.error.code))).toEqual(
    new Set(['channel_limit_reached']),
  );
  expect(most).toBe(MAX);
  expect((await readSettings(server)).limits.channels).toEqual({ max: MAX, used: MAX });
});

test('the operator may allow fewer channels of one service', async () => {
  const strict = await startTestServer({ env: { MAX_CHANNELS_PER_SERVICE: '1' } });
  await strict.install();
  await connectBot(strict, 1);
  const second = await strict.api('POST', '/messenger/channels', {
    body: { connector: 'telegram' },
    key: 'second',
  });
  expect([second.status, second.body.error.code]).toEqual([409, 'channel_limit_reached']);
  expect((await begin(strict, { connector: 'waha' })).attempt.auth).toBe('qr');
  await strict.close();
});

test('a place that becomes free can be taken again', async () => {
  const [channel] = (await readSettings(server)).channels;
  await server.api('DELETE', `/messenger/channels/${channel?.id}`);
  expect((await connectBot(server, 90)).status).toBe('connected');
});

/** Attempts of different people: those of one person would supersede each other. */
async function openAttempts(count: number): Promise<string[]> {
  const account = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  const admin = account?.users.find(({ id }) => id === DEMO.admin);
  if (!account || !admin) throw new Error('The seed has an administrator.');
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const userId = 8100 + index;
    account.users.push({ ...admin, id: userId });
    const token = server.emulator.disposableToken('demo', userId);
    ids.push((await begin(server, { connector: 'telegram' }, token)).attempt.id);
  }
  return ids;
}
