import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { storeHealth } from '../../src/server/channels/health/rows.ts';
import { purgeWatchKeys } from '../../src/server/channels/watch/rows.ts';
import { openWithKey } from '../../src/server/channels/watch/start-watch.ts';
import {
  begin,
  botToken,
  connectBot,
  disconnectAll,
  pollAttempt,
  readSettings,
  save,
  syncEnd,
  unchanged,
} from '../support/channels.ts';
import { DEMO, OTHER, PUBLIC_URL } from '../support/config.ts';
import { usePhone } from '../support/phone.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { telegramClient } from '../support/telegram.ts';
import { openWatch, type WatchStream, watchKey } from '../support/watch.ts';

let server: TestServer;
/** How far the backend's clock is ahead. */
let aheadMs = 0;
const open: WatchStream[] = [];

beforeAll(async () => {
  server = await startTestServer({ now: () => new Date(Date.now() + aheadMs) });
  await server.install('demo');
  await server.install('other');
});
afterAll(() => server.close());
afterEach(async () => {
  for (const stream of open.splice(0)) stream.leave();
  await disconnectAll(server);
});

async function watch(key?: string): Promise<WatchStream> {
  const stream = await openWatch(server.url, key ?? (await watchKey(server)));
  open.push(stream);
  return stream;
}

async function connectPhone(number: string): Promise<Channel> {
  const started = await begin(server, { connector: 'waha' });
  await server.waitFor(async () => (await pollAttempt(server, started)).qr !== undefined);
  await usePhone(server, { service: 'waha', change: 'scan', number });
  return server.waitFor(async () => (await pollAttempt(server, started)).channel);
}

/** As if nobody had asked about the channels for so long. */
async function letAge(ms: number): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: new Date(Date.now() - ms), status_at: new Date(Date.now() - ms) })
    .execute();
}

test('a watch shows at once how the channels and the sync stand', async () => {
  const { id, status, status_reason, messages } = await connectBot(server, 1);
  const stream = await watch();
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const event = await stream.until(() => true);
  expect(event).toEqual({
    channels: [{ id, status, status_reason, checked_at: expect.any(String), messages }],
    sync: { state: 'never' },
    server_time: expect.any(String),
  });
});

test('a status that the service posts arrives without anybody asking', async () => {
  const channel = await connectPhone('5511987650001');
  const stream = await watch();
  await stream.until(({ channels }) => channels[0]?.status === 'connected');
  await usePhone(server, { service: 'waha', change: 'go_offline' });
  const event = await stream.until(({ channels }) => channels[0]?.status === 'phone_offline');
  expect(event.channels[0]).toMatchObject({ id: channel.id, status_reason: 'phone_offline' });
  await usePhone(server, { service: 'waha', change: 'go_online' });
  await stream.until(({ channels }) => channels[0]?.status === 'connected');
});

test('a message that arrives changes the figures', async () => {
  await connectBot(server, 1);
  const stream = await watch();
  const before = await stream.until(() => true);
  expect(before.channels[0]?.messages.last_received_at).toBeNull();
  await telegramClient(server.emulator, botToken(1)).act('send', { kind: 'text', text: 'Hello' });
  await stream.until(({ channels }) => channels[0]?.messages.last_received_at !== null);
});

test('the end of a sync arrives, and a channel that was added or removed', async () => {
  const { id } = await connectBot(server, 1);
  const stream = await watch();
  const answer = await save(server, unchanged(await readSettings(server)));
  expect(answer.status).toBe(200);
  await syncEnd(server);
  await stream.until(({ sync }) => sync.state === 'done' && sync.finished_at !== undefined);
  await server.api('DELETE', `/messenger/channels/${id}`);
  await stream.until(({ channels }) => channels.length === 0);
});

test('nothing is sent while nothing changes', async () => {
  await connectBot(server, 1);
  const stream = await watch();
  await stream.until(() => true);
  const other = await watch();
  await connectBot(server, 2);
  await other.until(({ channels }) => channels.length === 2);
  await stream.until(({ channels }) => channels.length === 2);
  expect(stream.events).toHaveLength(2);
  expect(other.events).toHaveLength(2);
});

test('another account’s key sees nothing of it', async () => {
  await connectBot(server, 1);
  const token = server.emulator.disposableToken('other', OTHER.admin);
  const stream = await watch(await watchKey(server, token));
  await stream.until(({ channels }) => channels.length === 0);
  const own = await watch();
  await own.until(({ channels }) => channels.length === 1);
  expect(stream.events).toHaveLength(1);
});

test('a user who is no administrator may watch', async () => {
  const token = server.emulator.disposableToken('demo', DEMO.manager);
  expect((await watch(await watchKey(server, token))).status).toBe(200);
});

test('a key is stored as its hash only', async () => {
  const key = await watchKey(server);
  const rows = await tablesOf(server.context.db).selectFrom('watch_keys').selectAll().execute();
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(key);
  expect(server.logs.join('')).not.toContain(key);
});

describe('a key that opens nothing is refused with one body:', () => {
  test.each([
    ['none', () => ''],
    ['one that was never given', () => randomUUID()],
    ['one that is malformed', () => 'a b'],
    [
      'the key of an attempt',
      async () => (await begin(server, { connector: 'slack' })).attempt_key,
    ],
  ])('%s', async (_what, key) => {
    const answer = await server.api('GET', '/watch/events', {
      token: null,
      headers: { authorization: `Bearer ${await key()}` },
    });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      error: { code: 'unauthorized', request_id: expect.any(String) },
    });
  });
});

test('a key ends after an hour, with the streams it opened, and is forgotten', async () => {
  const key = await watchKey(server);
  const stream = await watch(key);
  await stream.until(() => true);
  aheadMs = 3_600_000;
  await server.waitFor(() => stream.hasEnded(), 10_000);
  expect((await watch(key)).status).toBe(401);
  aheadMs = 0;
  const { db } = server.context;
  await tablesOf(db)
    .updateTable('watch_keys')
    .set({ expires_at: new Date(Date.now() - 1) })
    .execute();
  await purgeWatchKeys(db);
  expect(await tablesOf(db).selectFrom('watch_keys').selectAll().execute()).toEqual([]);
});

test('a person has twenty keys; the twenty-first ends the oldest and its stream', async () => {
  const oldest = await watchKey(server);
  const stream = await watch(oldest);
  await stream.until(() => true);
  const others: string[] = [];
  for (let more = 0; more < 20; more += 1) others.push(await watchKey(server));
  await server.waitFor(() => stream.hasEnded(), 10_000);
  await expect(openWithKey(server.context, oldest)).rejects.toMatchObject({ code: 'unauthorized' });
  for (const key of others) await openWithKey(server.context, key);
});

test('a key opens five streams; the next is told to come back', async () => {
  const key = await watchKey(server);
  for (let more = 0; more < 5; more += 1) expect((await watch(key)).status).toBe(200);
  const sixth = await watch(key);
  expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '5']);
});

test('a page of Kommo may read the events, and no other page', async () => {
  const { emulatorUrl } = server.context.config.kommo;
  const port = emulatorUrl?.port;
  const key = await watchKey(server);
  const read = (origin: string) =>
    server.api('GET', '/watch/events', {
      token: null,
      headers: { origin, authorization: `Bearer ${key}x` },
    });
  const own = `http://demo.kommo.localhost:${port}`;
  expect((await read(own)).headers.get('access-control-allow-origin')).toBe(own);
  const foreign = await read('https://attacker.example');
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
});

describe('beginning to watch', () => {
  test('has services asked that were not asked for half a minute', async () => {
    const channel = await connectPhone('5511987650002');
    await usePhone(server, { service: 'waha', change: 'log_out' });
    await letAge(31_000);
    await tablesOf(server.context.db)
      .updateTable('channels')
      .set({ status: 'connected', status_reason: null })
      .execute();
    const stream = await watch();
    const event = await stream.until(({ channels }) => channels[0]?.status === 'action_needed');
    expect(event.channels[0]?.id).toBe(channel.id);
    const age = Date.parse(event.server_time) - Date.parse(event.channels[0]?.checked_at ?? '');
    expect(age).toBeLessThan(15_000);
  });

  test('asks nobody twice within half a minute, however often it begins', async () => {
    await connectBot(server, 3);
    await letAge(31_000);
    const asked = () => server.emulator.requests({ path: '*/getWebhookInfo' }).length;
    const before = asked();
    const first = await watch();
    await first.until(
      ({ channels, server_time }) =>
        Date.parse(server_time) - Date.parse(channels[0]?.checked_at ?? '') < 20_000,
    );
    const once = asked();
    expect(once).toBeGreaterThan(before);
    for (let more = 0; more < 10; more += 1) await watch();
    const rows = await tablesOf(server.context.db)
      .selectFrom('channels')
      .select('check_due_at')
      .execute();
    expect(rows.map(({ check_due_at }) => check_due_at)).toEqual([null]);
    expect(asked()).toBe(once);
  });

  test('keeps the time of the last answer to be seen until the next one', async () => {
    const { id } = await connectBot(server, 4);
    await letAge(40_000);
    const [before] = (await readSettings(server)).channels;
    const held = server.emulator.barrier({ path: '*/getMe' }, 1, 'manual');
    const stream = await watch();
    await held.arrived;
    const event = await stream.until(() => true);
    expect(event.channels[0]).toMatchObject({ id, checked_at: before?.checked_at });
    held.release();
  });
});

test('an answer that was asked for earlier does not cover what the service said since', async () => {
  const { id } = await connectPhone('5511987650003');
  const { db, secrets } = server.context;
  const asked = new Date(Date.now() + 1_000);
  const told = new Date(Date.now() + 2_000);
  const offline = { status: 'phone_offline', statusReason: 'phone_offline', asOf: told } as const;
  await storeHealth(db, secrets, id, offline);
  await storeHealth(db, secrets, id, { status: 'connected', statusReason: null, asOf: asked });
  expect((await readSettings(server)).channels[0]).toMatchObject({
    status: 'phone_offline',
    checked_at: told.toISOString(),
  });
});

test('what one replica learns shows on a stream of another', async () => {
  const channel = await connectPhone('5511987650004');
  const { emulator, database } = server;
  const replica = await startTestServer({ emulator, database });
  try {
    emulator.useBackend(PUBLIC_URL, server.url);
    const stream = await openWatch(replica.url, await watchKey(server));
    open.push(stream);
    await stream.until(({ channels }) => channels[0]?.status === 'connected');
    await usePhone(server, { service: 'waha', change: 'go_offline' });
    const event = await stream.until(({ channels }) => channels[0]?.status === 'phone_offline');
    expect(event.channels[0]?.id).toBe(channel.id);
  } finally {
    await replica.stop();
  }
});

test('a backend that stops ends its streams', async () => {
  const { emulator, database } = server;
  const replica = await startTestServer({ emulator, database });
  emulator.useBackend(PUBLIC_URL, server.url);
  const stream = await openWatch(replica.url, await watchKey(server));
  await stream.until(() => true);
  await replica.stop();
  await server.waitFor(() => stream.hasEnded());
});

test('an uninstall ends the key, and the stream within seconds', async () => {
  const key = await watchKey(server);
  const stream = await watch(key);
  await stream.until(() => true);
  await server.emulator.disable('demo');
  await server.waitFor(() => stream.hasEnded(), 20_000);
  expect((await watch(key)).status).toBe(401);
});
