import { randomUUID } from 'node:crypto';
import {
  connectBot,
  disconnectAll,
  readSettings,
  save,
  tokenOf,
  unchanged,
} from '../support/channels.ts';
import { OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;
/** Each test has bots of its own: what ended another one's session may still be on its way. */
let bots = 0;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install('other');
});
afterEach(() => disconnectAll(server));
afterAll(() => server.close());

function connectNext(token?: string) {
  bots += 1;
  return connectBot(server, bots, token);
}

async function connectSeveral(count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await connectNext()).id);
  return ids;
}

function remove(ids: string[], key: string = randomUUID()) {
  return server.api('POST', '/messenger/channels/delete', { key, body: { ids } });
}

const names = async () => (await readSettings(server)).channels.map(({ id }) => id);

test('several channels go at once, with their sources, and the default goes to one that is left', async () => {
  const ids = await connectSeveral(4);
  await save(server, unchanged(await readSettings(server)));
  expect((await readSettings(server)).default_channel_id).toBe(ids[0]);
  expect((await remove(ids.slice(0, 3))).status).toBe(204);
  const settings = await readSettings(server);
  expect(settings.channels.map(({ id }) => id)).toEqual([ids[3]]);
  expect(settings.default_channel_id).toBe(ids[3]);
  const ended = () => server.emulator.requests({ path: '*/deleteWebhook' });
  await server.waitFor(() => ended().length >= 3);
  await server.waitFor(async () => {
    const sources = await tablesOf(server.context.db)
      .selectFrom('sources')
      .select('channel_id')
      .execute();
    return sources.every(({ channel_id: id }) => id === ids[3]);
  });
});

test('what is gone already, unknown or another account’s is no fault, and the latter stays', async () => {
  const own = (await connectNext()).id;
  const other = tokenOf(server, 'other', OTHER.admin);
  const foreign = (await connectNext(other)).id;
  const asked = [own, foreign, randomUUID(), "1'--", own];
  expect((await remove(asked)).status).toBe(204);
  expect((await remove(asked)).status).toBe(204);
  expect(await names()).toEqual([]);
  expect((await readSettings(server, other)).channels.map(({ id }) => id)).toEqual([foreign]);
});

test('when one of them cannot be deleted, none is', async () => {
  const ids = await connectSeveral(2);
  const { db } = server.context;
  await tablesOf(db).schema.alterTable('session_endings').renameTo('elsewhere').execute();
  const failed = await remove(ids);
  await tablesOf(db).schema.alterTable('elsewhere').renameTo('session_endings').execute();
  expect(failed.status).toBe(500);
  expect(await names()).toEqual(ids);
});

test.each([
  ['no id', []],
  ['more ids than an account has channels', Array.from({ length: 51 }, () => randomUUID())],
])('%s is refused', async (_what, ids) => {
  expect((await remove(ids)).status).toBe(422);
});

test('two administrators who delete the same channels at the same time both succeed', async () => {
  const ids = await connectSeveral(3);
  const answers = await Promise.all([remove(ids), remove(ids.toReversed())]);
  expect(answers.map(({ status, body }) => (status === 204 ? status : body))).toEqual([204, 204]);
  expect(await names()).toEqual([]);
});
