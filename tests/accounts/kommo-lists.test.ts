import { outdateLists, readSettings } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
});

afterAll(() => server.close());

beforeEach(async () => {
  await outdateLists(server);
  server.emulator.clearFaults();
});

const calls = (path = '/api/v4/*') => server.emulator.requests({ path }).length;

function account() {
  const found = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  if (!found) throw new Error('The seed has the account.');
  return found;
}

test('opening the settings again does not ask Kommo again', async () => {
  await readSettings(server);
  const before = calls();
  await readSettings(server);
  await server.api('GET', '/messenger/templates');
  expect(calls()).toBe(before);
});

test('after half a minute it does, and what changed is shown', async () => {
  await readSettings(server);
  const [first] = account().pipelines;
  if (!first) throw new Error('The seed has a pipeline.');
  first.name = 'Renamed';
  await outdateLists(server);
  expect((await readSettings(server)).pipelines.map(({ name }) => name)).toContain('Renamed');
});

test('twenty openings at once ask for each list once', async () => {
  const before = calls('/api/v4/leads/pipelines');
  await Promise.all(Array.from({ length: 20 }, () => readSettings(server)));
  expect(calls('/api/v4/leads/pipelines')).toBe(before + 1);
});

test('however many templates there are, one opening asks for four pages of them', async () => {
  const { templates } = server.emulator.state;
  await server.api('POST', '/messenger/templates', {
    key: crypto.randomUUID(),
    body: { name: 'One of many', content: 'Hello' },
  });
  const one =
    templates.find(({ name }) => name === 'One of many') ?? server.emulator.state.templates.at(-1);
  if (!one) throw new Error('It was just made.');
  for (let number = 0; number < 2_000; number += 1) {
    server.emulator.state.templates.push({
      ...one,
      id: one.id + 1 + number,
      external_id: `many-${number}`,
    });
  }
  await outdateLists(server);
  const before = calls('/api/v4/chats/templates');
  const settings = await readSettings(server);
  expect(calls('/api/v4/chats/templates') - before).toBe(4);
  expect(settings.templates).toHaveLength(200);
});

test('an answer that comes after an uninstall is not kept', async () => {
  const { db } = server.context;
  await tablesOf(db).deleteFrom('kommo_cache').execute();
  server.emulator.fault({ match: { path: '/api/v4/leads/pipelines' }, action: { delayMs: 300 } });
  const reading = server.api('GET', '/messenger/settings');
  await server.waitFor(
    () => server.emulator.requests({ path: '/api/v4/leads/pipelines' }).length > 0,
  );
  await tablesOf(db)
    .updateTable('accounts')
    .set((set) => ({ epoch: set('epoch', '+', 1) }))
    .execute();
  await reading;
  const kept = await tablesOf(db).selectFrom('kommo_cache').select('kind').execute();
  expect(kept.map(({ kind }) => kind)).not.toContain('pipelines');
});
