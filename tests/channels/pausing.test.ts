import { randomUUID } from 'node:crypto';
import type { Channel, StatusChange } from '../../src/contract/api.ts';
import {
  checkChannels,
  checkChannelsAskedFor,
  recordHealth,
} from '../../src/server/channels/health/channel-health.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { connectBot, disconnectAll, readSettings, secondAdmin } from '../support/channels.ts';
import { startQuietServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;
let channel: Channel;
/** Each test has a bot of its own: what ended another one's session may still be on its way. */
let bots = 0;

const GET_ME = { path: '*/getMe' };

beforeAll(async () => {
  // Sweeps that rest leave the health of the channels alone.
  server = await startQuietServer('demo');
});
beforeEach(async () => {
  bots += 1;
  channel = await connectBot(server, bots);
  await longAgo();
});
afterEach(() => disconnectAll(server));
afterAll(() => server.close());

async function act(what: string, key: string = randomUUID()): Promise<number> {
  return (await server.api('POST', `/messenger/channels/${channel.id}/${what}`, { key })).status;
}

async function shown(): Promise<Channel> {
  const found = (await readSettings(server)).channels.find(({ id }) => id === channel.id);
  if (!found) throw new Error('The channel is gone.');
  return found;
}

async function history(): Promise<StatusChange['status'][]> {
  const { body } = await server.api('GET', `/messenger/channels/${channel.id}/history`);
  return (body._embedded.history as StatusChange[]).map(({ status }) => status);
}

/** As if the last check of the channels were long ago. */
async function longAgo(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: new Date(0) })
    .execute();
}

/** Everything that keeps a channel connected. */
async function kept(): Promise<object | undefined> {
  const { db, secrets } = server.context;
  const row = await tablesOf(db)
    .selectFrom('channels')
    .select(['name', 'pipeline_ids', 'external_id', 'webhook_secret', 'credentials', 'is_saved'])
    .where('id', '=', channel.id)
    .executeTakeFirst();
  return row && { ...row, secrets: await findChannelSecrets(db, secrets, channel.id) };
}

test('pausing keeps everything, and asks the service for nothing', async () => {
  const before = await kept();
  const asked = server.emulator.requests({ path: '/__services/telegram/*' }).length;
  expect(await act('pause')).toBe(204);
  expect(await kept()).toEqual(before);
  expect(server.emulator.requests({ path: '/__services/telegram/*' })).toHaveLength(asked);
  expect(await shown()).toMatchObject({ status: 'paused', status_reason: null });
});

test('a channel that goes on is asked about at once', async () => {
  await act('pause');
  const asked = server.emulator.requests(GET_ME).length;
  expect(await act('resume')).toBe(204);
  expect(server.emulator.requests(GET_ME).length).toBeGreaterThan(asked);
  expect(await shown()).toMatchObject({ status: 'connected' });
  expect(await history()).toEqual(['connected', 'connecting', 'paused', 'connected']);
});

test('twice is once, for a pause and for its end, by any number of administrators', async () => {
  const other = await secondAdmin(server);
  const both = (what: string) =>
    Promise.all([
      act(what),
      act(what),
      server.api('POST', `/messenger/channels/${channel.id}/${what}`, {
        key: randomUUID(),
        token: other,
      }),
    ]);
  await both('pause');
  await act('pause');
  expect(await history()).toEqual(['paused', 'connected']);
  await both('resume');
  await act('resume');
  await server.waitFor(async () => (await shown()).status === 'connected');
  expect(await history()).toEqual(['connected', 'connecting', 'paused', 'connected']);
});

test('a channel whose sign-in is dead can be paused, and says so again when it goes on', async () => {
  server.emulator.fault({ match: GET_ME, times: 0, action: { status: 401, body: '{"ok":false}' } });
  await checkNow();
  expect(await shown()).toMatchObject({ status: 'action_needed', status_reason: 'key_rejected' });
  expect(await act('pause')).toBe(204);
  expect(await shown()).toMatchObject({ status: 'paused', status_reason: null });
  await longAgo();
  await act('resume');
  expect(await shown()).toMatchObject({ status: 'action_needed', status_reason: 'key_rejected' });
});

function checkNow(check = checkChannels): Promise<void> {
  const connector = server.context.connectors.find('telegram');
  if (!connector) throw new Error('There is no Telegram.');
  return check(server.context, connector, new AbortController().signal);
}

test('a channel that goes on while its service hangs is connecting, and its end is not waited for', async () => {
  await act('pause');
  const held = server.emulator.barrier(GET_ME, 1, 'manual');
  const resumed = act('resume');
  await held.arrived;
  expect(await shown()).toMatchObject({ status: 'connecting' });
  expect(await resumed).toBe(204);
  expect(await shown()).toMatchObject({ status: 'connecting' });
  held.release();
  await server.waitFor(async () => (await shown()).status === 'connected');
}, 15_000);

test('a check that is under way when a channel is paused changes nothing, but keeps what it renewed', async () => {
  const asOf = new Date();
  await act('pause');
  const credentials = { renewed: true };
  const health = { status: 'error', reason: 'service_error', credentials } as const;
  await recordHealth(server.context, channel, health, asOf);
  expect(await shown()).toMatchObject({ status: 'paused', status_reason: null });
  const { db, secrets } = server.context;
  expect(await findChannelSecrets(db, secrets, channel.id)).toMatchObject({ credentials });
});

test('a process that dies before the service is asked leaves that to the next check', async () => {
  await act('pause');
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({
      status: 'connecting',
      check_due_at: new Date(),
      checked_at: new Date(Date.now() - 40_000),
    })
    .execute();
  await checkNow(checkChannelsAskedFor);
  expect(await shown()).toMatchObject({ status: 'connected' });
});

test('paused channels are not checked', async () => {
  await act('pause');
  await longAgo();
  const asked = server.emulator.requests(GET_ME).length;
  await checkNow();
  expect(server.emulator.requests(GET_ME)).toHaveLength(asked);
});
