import type { Channel } from '../../src/contract/api.ts';
import { connectNumber, connectWorkspace } from '../support/connect-services.ts';
import { call } from '../support/emulator-client.ts';
import { slackMember } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { saveAll } from '../support/telegram-stage.ts';
import { allDone, storedMessages } from './chats.ts';
import { slackConversation, TEAM } from './slack-chats.ts';
import {
  NUMBERS,
  order,
  postAs,
  type WhatsAppConversation,
  whatsAppConversation,
} from './whatsapp-chats.ts';

const TEXTS = ['One', 'Two', 'Three'];

let server: TestServer;
let waha: Channel;
let lastPerson = 5_511_955_900_000;

beforeAll(async () => {
  server = await startTestServer({
    seed: { switches: { mediaFetch: 'never' } },
    env: { WAHA_SECONDS_BETWEEN_MESSAGES: '0', EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0' },
  });
  await server.install();
  [waha] = await Promise.all([
    connectNumber(server, 'waha', NUMBERS.waha),
    connectNumber(server, 'evolution', NUMBERS.evolution),
    connectWorkspace(server, TEAM),
  ]);
  await saveAll(server);
  await order(server, 'waha/settings', { pause_factor: 0.05 });
  await order(server, 'evolution/settings', { pause_factor: 0.05 });
  await order(server, 'slack/speed', { pause_factor: 0.01 });
});
afterAll(() => server.close());
afterEach(async () => {
  server.emulator.clearFaults();
  await order(server, 'waha/settings', { copies_of_events: 1, sends_message_too: false });
  await order(server, 'evolution/settings', { repeats: 0, reorder: false });
  await order(server, 'slack/speed', { copies: 1 });
  await settled();
  // Whatever happened, neither Kommo nor anybody else has anything twice.
  const judged = await call(server.emulator, '/__emulator/chats/judge', { host: '127.0.0.1' });
  expect(judged.json).toMatchObject({
    same_text: { count: 0 },
    repeated_msgids: { count: 0 },
    statuses_back: { count: 0 },
  });
});

/** Nothing is on its way any more, neither at the doubles nor here. */
async function settled(): Promise<void> {
  await order(server, 'waha/settle', {});
  await server.waitFor(async () => {
    const judged = await order<{ troubled: { state: string }[] }>(server, 'evolution/judge');
    return judged.troubled.every(({ state }) => state !== 'waiting');
  });
  await server.waitFor(async () => {
    const judged = await order<{ events: { pending: object[] } }>(server, 'slack/judge');
    return judged.events.pending.length === 0;
  });
  await allDone(server);
}

function somebody(service: 'waha' | 'evolution'): WhatsAppConversation {
  lastPerson += 1;
  return whatsAppConversation(server, service, String(lastPerson));
}

/** All that can be sent twice about this conversation is; each of it counts once. */
async function talk(
  person: Pick<
    WhatsAppConversation,
    'write' | 'answer' | 'delivered' | 'fromClient' | 'toClient' | 'chats' | 'chat'
  >,
): Promise<void> {
  const [first = '', ...rest] = TEXTS;
  await person.write(first);
  await person.chat();
  await settled();
  for (const text of rest) await person.write(text);
  const { message_id: id } = await person.answer('Four');
  await person.delivered(id);
  await server.waitFor(() => person.fromClient().length >= TEXTS.length);
  await settled();
  expect(person.chats()).toHaveLength(1);
  expect(person.fromClient().toSorted()).toEqual(TEXTS.toSorted());
  expect(await person.toClient()).toEqual(['Four']);
}

describe('each event twice', () => {
  test('from WAHA, and `message` beside `message.any`', async () => {
    await order(server, 'waha/settings', { copies_of_events: 2, sends_message_too: true });
    const person = somebody('waha');
    await talk(person);
    expect(person.fromClient()).toEqual(TEXTS);
    await person.act('send', { as: 'phone', text: 'Once only' });
    await server.waitFor(() => person.fromClient().length > TEXTS.length);
    await settled();
    // Without a bot of the channel, Kommo takes staff for a client.
    expect(person.fromClient()).toEqual([...TEXTS, 'Once only']);
  });

  test('from Evolution, in any order', async () => {
    await order(server, 'evolution/settings', { repeats: 1, reorder: true });
    await talk(somebody('evolution'));
  });

  test('from Slack', async () => {
    await order(server, 'slack/speed', { copies: 2 });
    const control = slackMember(server.emulator);
    await control.order('member', { team: TEAM, id: 'U0TWICE', display_name: 'Twice' });
    const person = slackConversation(server, 'U0TWICE');
    await talk(person);
    expect(person.fromClient()).toEqual(TEXTS);
    expect(await control.get('judge')).toMatchObject({ duplicates: [], answered_echoes: [] });
  });
});

describe.each(['waha', 'evolution'] as const)('on %s', (service) => {
  test('a message under both ids of a person, also when each comes twice', async () => {
    await order(server, 'waha/settings', { copies_of_events: 2 });
    await order(server, 'evolution/settings', { repeats: 1 });
    const person = somebody(service);
    await person.become({ addressing: 'twins' });
    await talk(person);
  });

  test('both ids of a person are one chat, although the service cannot say so', async () => {
    const path = service === 'waha' ? 'waha/api/*/lids/*' : 'evolution/chat/*/*';
    server.emulator.fault({
      match: { path: `/__services/${path}` },
      action: { status: 502 },
      times: 0,
    });
    const person = somebody(service);
    await person.become({ addressing: 'twins' });
    await person.write('Zero');
    await person.chat();
    await settled();
    for (const [index, addressing] of ['hidden', 'phone', 'twins', 'hidden'].entries()) {
      await person.become({ addressing });
      await person.write(`${index} as ${addressing}`);
      await server.waitFor(() => person.fromClient().length === index + 2);
      await settled();
    }
    expect(person.chats()).toHaveLength(1);
  });

  test('a device that loops and tells one message 800 times', async () => {
    const person = somebody(service);
    const message_id = await person.write('Loop');
    const chat = await person.chat();
    if (service === 'waha') await person.act('loop', { message_id, copies: 800 });
    else await order(server, 'evolution/repeat', { message_id, copies: 800 });
    await person.write('And on');
    await server.waitFor(() => person.fromClient().includes('And on'), 60_000);
    await order(server, 'waha/settle', { timeout_ms: 60_000 });
    await settled();
    expect(person.fromClient()).toEqual(['Loop', 'And on']);
    expect(chat.messages).toHaveLength(2);
  });

  test('what we sent ourselves does not come back, told twice', async () => {
    await order(server, 'waha/settings', { copies_of_events: 2, sends_message_too: true });
    await order(server, 'evolution/settings', { repeats: 1 });
    const person = somebody(service);
    await person.write('Oi');
    await person.chat();
    for (const text of ['A', 'B']) {
      const { message_id: id } = await person.answer(text);
      await person.delivered(id);
    }
    await settled();
    expect(person.fromClient()).toEqual(['Oi']);
    expect(person.fromStaff()).toEqual([]);
    expect(await person.toClient()).toEqual(['A', 'B']);
  });
});

test('what waits in one of two chats that turn out to be one arrives in the other', async () => {
  const { emulator } = server;
  emulator.fault({
    match: { path: '/__services/waha/api/*/lids/*' },
    action: { status: 502 },
    times: 0,
  });
  const amojo = { host: 'amojo.kommo.com' };
  emulator.fault({ match: amojo, action: { status: 503 }, times: 0 });
  const [phone, lid] = ['5511955990001@c.us', '270990000000001@lid'];
  const tell = (chat: string, id: string, body: string) =>
    postAs(server, waha, {
      event: 'message.any',
      session: 'kommo',
      payload: {
        id: `false_${chat}_${id}`,
        timestamp: Math.floor(Date.now() / 1_000),
        from: chat,
        fromMe: false,
        body,
      },
    });
  // The second message comes by number alone before anything has said that both are one person's.
  expect(await tell(lid, '3EB0FIRST', 'First')).toBe(204);
  expect(await tell(phone, '3EB0SECOND', 'Second')).toBe(204);
  const tried = async () =>
    (await storedMessages(server)).filter(
      ({ key, tries }) => /^3EB0(?:FIRST|SECOND)$/.test(key) && tries > 0,
    );
  await server.waitFor(async () => (await tried()).length >= 2);
  expect(await tell(phone, '3EB0FIRST', 'First')).toBe(204);
  emulator.clearFaults();
  const texts = () =>
    emulator.state.chats.flatMap(({ id, messages }) =>
      messages
        .filter(({ client_id: msgid }) => /3EB0(?:FIRST|SECOND)$/.test(msgid ?? ''))
        .map(({ message }) => ({ chat: id, text: message.text })),
    );
  await server.waitFor(() => texts().length === 2, 30_000);
  expect(texts().map(({ text }) => text)).toEqual(expect.arrayContaining(['First', 'Second']));
  expect(new Set(texts().map(({ chat }) => chat)).size).toBe(1);
});
