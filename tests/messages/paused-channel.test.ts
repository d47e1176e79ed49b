import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Channel } from '../../src/contract/api.ts';
import { holdLane } from '../../src/server/messages/lanes/rows.ts';
import { botToken, readSettings } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { allDone, type Conversation, conversationOf, saveBots, storedMessages } from './chats.ts';

let server: TestServer;
let channel: Channel;
let ada: Conversation;
let ben: Conversation;

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  [channel] = (await saveBots(server, [1])) as [Channel];
  ada = conversationOf(server, 501);
  ben = conversationOf(server, 502);
  await ada.write('Before');
  await ada.chat();
});
beforeEach(async () => {
  server.emulator.clearFaults();
  await act('resume');
  await allDone(server);
});
afterAll(() => server.close());

async function act(what: 'pause' | 'resume'): Promise<void> {
  const path = `/messenger/channels/${channel.id}/${what}`;
  expect((await server.api('POST', path, { key: randomUUID() })).status).toBe(204);
}

async function shown(): Promise<Channel> {
  const found = (await readSettings(server)).channels.find(({ id }) => id === channel.id);
  if (!found) throw new Error('The channel is gone.');
  return found;
}

/** Every message that is stored and waits. */
async function waiting(): Promise<number> {
  return (await storedMessages(server)).filter(({ state }) => state === 'waiting').length;
}

/** Until the lanes have looked at what waits, and have put it off. */
function putOff(): Promise<unknown> {
  return server.waitFor(async () =>
    (await storedMessages(server)).every(
      ({ state, due_at: due }) => state !== 'waiting' || (due !== null && due > new Date()),
    ),
  );
}

test('what clients write while a channel is paused waits, and goes to Kommo in order when it goes on', async () => {
  await act('pause');
  for (const text of ['One', 'Two', 'Three']) await ada.write(text);
  await ben.write('Hello');
  await server.waitFor(async () => (await waiting()) === 4);
  await putOff();
  expect(ada.fromClient()).not.toContain('One');
  expect(ben.inKommo()).toBeUndefined();
  expect(await shown()).toMatchObject({ status: 'paused', messages: { pending: 4 } });
  await ada.write('Four');
  await act('resume');
  await server.waitFor(() => ada.fromClient().includes('Four') && ben.fromClient().length === 1);
  expect(ada.fromClient().slice(-4)).toEqual(['One', 'Two', 'Three', 'Four']);
});

test('what a manager writes to a paused channel is told to be undelivered, and can be tried again afterwards', async () => {
  await act('pause');
  const { message_id: id } = await ada.answer('Are you there?');
  const failed = await ada.delivered(id, -1);
  expect(failed.delivery).toMatchObject({
    error_code: 902,
    error: 'The channel is paused, or this connection carries no messages.',
  });
  const path = `/messenger/channels/${channel.id}/undelivered`;
  const { body } = await server.api('GET', path);
  expect(body._embedded.undelivered).toMatchObject([
    { direction: 'out', reason: 'no_connection', can_retry: true },
  ]);
  await act('resume');
  expect(await ada.toClient()).not.toContain('Are you there?');
  await server.api('POST', `${path}/retry`, { key: randomUUID() });
  await ada.delivered(id);
  expect(await ada.toClient()).toContain('Are you there?');
});

test('what waited too long for the end of a pause is listed as undelivered, and goes on with the rest', async () => {
  await act('pause');
  await ada.write('Early');
  await server.waitFor(async () => (await waiting()) === 1);
  await putOff();
  await waitedFor(80 * HOUR_MS);
  await server.waitFor(async () =>
    (await storedMessages(server)).some(({ state }) => state === 'failed'),
  );
  expect((await shown()).messages.undelivered).toBe(1);
  await ada.write('Late');
  await act('resume');
  await server.waitFor(() => ada.fromClient().includes('Late'));
  expect(ada.fromClient().slice(-2)).toEqual(['Early', 'Late']);
  expect((await shown()).messages.undelivered).toBe(0);
});

/** As if what waits had come so long ago, and the pause between two looks were over. */
async function waitedFor(ms: number): Promise<void> {
  const { context } = server;
  const at = new Date(Date.now() - ms).toISOString();
  await sql`update messages set due_at = clock_timestamp(), stored_at = ${at}::timestamptz
    where state = 'waiting'`.execute(context.db);
  context.wakeMessages();
}

test('what was found paused just before the channel went on is not put off after that', async () => {
  const { context } = server;
  await act('pause');
  await ada.write('Found paused');
  await server.waitFor(async () => (await waiting()) === 1);
  await putOff();
  const [found] = (await storedMessages(server)).filter(({ state }) => state === 'waiting');
  const { id: headId, lane } = found ?? { id: '', lane: '' };
  const hold = () =>
    holdLane(context.db, { lane, headId, seconds: 3600, counts: false, pausedId: channel.id });
  const isPutOff = async () => {
    const now = (await storedMessages(server)).find(({ id }) => id === headId);
    return (now?.due_at?.getTime() ?? 0) > Date.now() + 1_800_000;
  };
  await setStatus('connected');
  await hold();
  expect(await isPutOff()).toBe(false);
  await setStatus('paused');
  await hold();
  expect(await isPutOff()).toBe(true);
  await act('resume');
  await server.waitFor(() => ada.fromClient().includes('Found paused'));
});

/** Without what else belongs to the end or the begin of a pause. */
async function setStatus(status: 'paused' | 'connected'): Promise<void> {
  const { db } = server.context;
  await tablesOf(db).updateTable('channels').set({ status }).where('id', '=', channel.id).execute();
}

test('a client does not see that a manager is writing while a channel is paused', async () => {
  const { id } = await ada.chat();
  const seen = () => server.emulator.requests({ path: '*sendChatAction' }).length;
  const type = () => server.emulator.chat('demo', { kind: 'typing', conversation_id: id });
  await act('pause');
  await type();
  await act('resume');
  const before = seen();
  await type();
  await server.waitFor(() => seen() > before);
  expect([before, seen()]).toEqual([0, 1]);
});

test('a message whose sending was cut off by a crash is not said to be unsent because of a pause', async () => {
  await act('pause');
  const { context } = server;
  const { message_id: id } = await ada.answer('Cut');
  await ada.delivered(id, -1);
  await tablesOf(context.db)
    .updateTable('messages')
    .set({ state: 'sending', due_at: new Date(), reason: null, reported: 0 })
    .where('key', '=', String(id))
    .execute();
  context.wakeMessages();
  await server.waitFor(async () =>
    (await storedMessages(server)).some(({ reason }) => reason === 'may_have_arrived'),
  );
  await server.api('DELETE', `/messenger/channels/${channel.id}/undelivered`);
});

test('connecting a paused channel again lets it go on', async () => {
  await act('pause');
  await ada.write('While paused');
  await server.waitFor(async () => (await waiting()) === 1);
  await putOff();
  const { body } = await server.api('POST', '/messenger/channels', {
    key: randomUUID(),
    body: { connector: 'telegram', channel_id: channel.id },
  });
  const { status } = await server.api(
    'POST',
    `/messenger/attempts/${body.attempt.id}/credentials`,
    { body: { values: { token: botToken(1) }, confirm: true } },
  );
  expect(status).toBe(200);
  await server.waitFor(() => ada.fromClient().includes('While paused'));
  expect(await shown()).toMatchObject({ status: 'connected' });
});
