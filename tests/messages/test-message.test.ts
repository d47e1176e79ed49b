import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { readSettings } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { allDone, type Conversation, conversationOf, saveBots, storedMessages } from './chats.ts';

let server: TestServer;
let channel: Channel;
let ada: Conversation;

const TEXT = 'This is a test message. You do not need to do anything.';
const SEND = { path: '*/sendMessage' };

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  [channel] = (await saveBots(server, [1])) as [Channel];
  ada = conversationOf(server, 601);
});
beforeEach(async () => {
  server.emulator.clearFaults();
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ tested_at: null, status: 'connected', status_reason: null })
    .execute();
});
afterAll(() => server.close());

function send(key: string = randomUUID()) {
  return server.api('POST', `/messenger/channels/${channel.id}/test`, { key });
}

test('a channel that nobody wrote to has no chat to test it in', async () => {
  expect(await send()).toMatchObject({ status: 409, body: { error: { code: 'no_test_chat' } } });
  const [found] = (await readSettings(server)).channels;
  expect(found?.test).toBe('last_chat');
});

test('a test message goes to who wrote last, at once, and Kommo does not hear of it', async () => {
  await ada.write('Hola');
  const ben = conversationOf(server, 602);
  await ben.write('Oi');
  await server.waitFor(() => ada.inKommo() && ben.inKommo());
  const before = ben.inKommo()?.messages.length;
  const answer = await send();
  expect(answer).toMatchObject({ status: 202, body: { sent_to: 'Client 602' } });
  expect(await ben.toClient()).toEqual([TEXT]);
  expect(await ada.toClient()).toEqual([]);
  await allDone(server);
  expect(ben.inKommo()?.messages).toHaveLength(before ?? -1);
  const [found] = (await readSettings(server)).channels;
  expect(found?.messages).toMatchObject({ pending: 0, undelivered: 0 });
  expect(found?.messages.last_sent_at).not.toBeNull();
});

test('a group is not bothered: the message goes to the person who wrote last', async () => {
  const { db } = server.context;
  const newest = (await storedMessages(server)).findLast(({ direction }) => direction === 'in');
  const make = (isGroup: boolean) =>
    tablesOf(db)
      .updateTable('conversations')
      .set({ is_group: isGroup })
      .where('id', '=', newest?.conversation_id ?? '')
      .execute();
  await make(true);
  expect((await send()).body).toEqual({ sent_to: 'Client 601' });
  expect(await ada.toClient()).toEqual([TEXT]);
  await make(false);
});

test('the same press twice sends one message, and so does a second press within ten seconds', async () => {
  const before = (await storedMessages(server)).length;
  const key = randomUUID();
  const [first, repeated] = [await send(key), await send(key)];
  expect(repeated).toMatchObject({ status: 202, body: first.body });
  const tooSoon = await send();
  expect(tooSoon).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
  expect(Number(tooSoon.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  expect(await storedMessages(server)).toHaveLength(before + 1);
});

test('a lane that is stuck does not hold up a test', async () => {
  const { message_id: stuck } = await ada.answer('Never mind');
  await ada.delivered(stuck);
  const held = server.emulator.barrier({ ...SEND, bodyContains: 'Stuck' }, 1, 'manual');
  await conversationOf(server, 602).answer('Stuck');
  await held.arrived;
  expect((await send()).status).toBe(202);
  held.release();
  await allDone(server);
});

test.each([
  ['paused', null],
  ['action_needed', 'key_rejected'],
] as const)('a channel that is %s is not tested', async (status, reason) => {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ status, status_reason: reason })
    .execute();
  const before = server.emulator.requests(SEND).length;
  expect(await send()).toMatchObject({
    status: 409,
    body: { error: { code: 'channel_not_connected' } },
  });
  expect(server.emulator.requests(SEND)).toHaveLength(before);
});

test('what the service refuses is told with its reason, and leaves nothing behind', async () => {
  const before = await storedMessages(server);
  server.emulator.fault({
    match: SEND,
    times: 1,
    action: {
      status: 403,
      body: JSON.stringify({
        ok: false,
        error_code: 403,
        description: 'Forbidden: bot was blocked by the user',
      }),
    },
  });
  const answer = await send();
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({
    code: 'test_refused',
    fields: [{ path: 'message', code: 'blocked' }],
  });
  expect(await storedMessages(server)).toHaveLength(before.length);
});

test('an answer that was lost is not called a failure: the message may have arrived', async () => {
  server.emulator.fault({ match: SEND, times: 1, action: 'loseAnswer' });
  const answer = await send();
  expect(answer).toMatchObject({ status: 502, body: { error: { code: 'test_unanswered' } } });
});

test('a sign-in that turns out to be dead is told, and the channel says so', async () => {
  for (const path of ['*/sendMessage', '*/getMe']) {
    server.emulator.fault({
      match: { path },
      times: 0,
      action: { status: 401, body: '{"ok":false,"error_code":401,"description":"Unauthorized"}' },
    });
  }
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: new Date(0) })
    .execute();
  const answer = await send();
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'connector_reauthorize' } } });
  const [found] = (await readSettings(server)).channels;
  expect(found).toMatchObject({ status: 'action_needed', status_reason: 'key_rejected' });
});

test('a test whose process died is forgotten without a word to anybody', async () => {
  const { db } = server.context;
  expect((await send()).status).toBe(202);
  await tablesOf(db)
    .updateTable('messages')
    .set({ state: 'sending', service_id: null, due_at: new Date() })
    .where('event', '=', 'test')
    .execute();
  server.context.wakeMessages();
  await server.waitFor(async () =>
    (await storedMessages(server)).every(({ event }) => event !== 'test'),
  );
});
