import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import { begin, pollAttempt, readSettings, save, syncEnd, unchanged } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { BEATRIZ, BUSINESS, evolutionServer } from '../support/evolution.ts';
import { phoneSessions, usePhone } from '../support/phone.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

const PERSON = `evolution:${BEATRIZ.phone}`;
const CONVERSATION = `evolution:${BUSINESS}:${BEATRIZ.phone}`;
const GROUP = '120363042000000001@g.us';

let server: TestServer;
let whatsapp: ReturnType<typeof evolutionServer>;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  const started = await begin(server, { connector: 'evolution' });
  const session = `kommo-${started.attempt.id}`;
  const phase = async () =>
    (await phoneSessions(server)).find(({ name }) => name === session)?.phase;
  await server.waitFor(async () => (await phase()) === 'showing');
  await usePhone(server, { service: 'evolution', change: 'scan', session, number: BUSINESS });
  await server.waitFor(
    async () => (await pollAttempt(server, started)).state === 'connected' || undefined,
  );
  const settings = await readSettings(server);
  const kept = unchanged(settings);
  const channels = kept.channels.map((one) => ({ ...one, options: { groups: 'import' } }));
  await save(server, { ...kept, channels });
  await syncEnd(server);
  whatsapp = evolutionServer(server.emulator, session);
});
afterAll(() => server.close());

const chatOf = (conversation = CONVERSATION): Chat | undefined =>
  server.emulator.state.chats.find((one) => one.conversation_id === conversation);

const inKommo = (test: (message: Message) => boolean, conversation?: string): Promise<Message> =>
  server.waitFor(() => chatOf(conversation)?.messages.find(test));

const says = (text: string) => (message: Message) => message.message.text === text;

async function write(what: object, conversation?: string): Promise<string> {
  const answer = await server.emulator.chat(DEMO.subdomain, {
    conversation_id: chatOf(conversation)?.id,
    ...what,
  });
  if (answer.status !== 200 || answer.message_id === null) throw new Error(`${answer.status}`);
  return answer.message_id;
}

test('what a client writes arrives once, from one person with a phone, with its file', async () => {
  await whatsapp.act('send', { text: 'Olá' });
  const message = await inKommo(says('Olá'));
  expect(message.sender).toMatchObject({
    client_id: PERSON,
    name: 'Beatriz',
    phone: `+${BEATRIZ.phone}`,
  });
  const done = (await whatsapp.act('send', { kind: 'image', caption: 'Look' })) as unknown as {
    file: { size: number; sha256: string };
  };
  const picture = await inKommo((one) => one.media?.state === 'fetched');
  expect(picture.media).toMatchObject({ size: done.file.size, sha256: done.file.sha256 });
});

test('a client stays one, also by the hidden id', async () => {
  await whatsapp.act('send', { text: 'By both', client: { ...BEATRIZ, addressing: 'lid' } });
  await inKommo(says('By both'));
  await whatsapp.act('send', { text: 'Hidden', client: { ...BEATRIZ, addressing: 'hidden' } });
  await inKommo(says('Hidden'));
  await whatsapp.act('send', { text: 'Twice', client: { ...BEATRIZ, addressing: 'twins' } });
  await inKommo(says('Twice'));
  await whatsapp.act('client', { client: { ...BEATRIZ, addressing: 'phone' } });
  expect(server.emulator.state.chats).toHaveLength(1);
  expect(chatOf()?.messages.filter(says('Twice'))).toHaveLength(1);
});

test('an edit and a deletion change the message, in the chat it is in', async () => {
  const { message_id: id } = await whatsapp.act('send', { text: 'Tomorow' });
  await inKommo(says('Tomorow'));
  await whatsapp.act('edit', { message_id: id, text: 'Tomorrow' });
  const edited = await inKommo(says('Tomorrow'));
  expect(edited).toMatchObject({ is_edited: true, client_id: `evolution:${BUSINESS}:${id}` });
  await whatsapp.act('delete', { message_id: id });
  const { id: kommoId } = edited;
  await inKommo((one) => one.id === kommoId && one.message.text !== 'Tomorrow');
  expect(server.emulator.state.chats).toHaveLength(1);
});

test('an edit is in the chat of its message, though the server keeps no messages', async () => {
  server.emulator.fault({
    match: { path: '/__services/evolution/chat/findMessages/*' },
    times: 0,
    action: { status: 400, body: {} },
  });
  const { message_id: id } = await whatsapp.act('send', { text: 'Tomorow' });
  await inKommo(says('Tomorow'));
  await whatsapp.act('edit', { message_id: id, text: 'Tomorrow then' });
  expect(await inKommo(says('Tomorrow then'))).toMatchObject({ is_edited: true });
  server.emulator.clearFaults();
  expect(server.emulator.state.chats).toHaveLength(1);
});

test('an answer arrives once, and is delivered and read', async () => {
  const id = await write({ text: 'Good morning' });
  await inKommo((one) => one.id === id && one.delivery?.status === 1);
  await whatsapp.act('read');
  await inKommo((one) => one.id === id && one.delivery?.status === 2);
  const { messages } = await whatsapp.chat();
  expect(messages.filter(({ text }) => text === 'Good morning')).toHaveLength(1);
  expect(chatOf()?.messages.filter(says('Good morning'))).toHaveLength(1);
});

test('what staff write on the phone appears silently, and only that', async () => {
  await whatsapp.act('send', { text: 'From the phone', as: 'phone' });
  expect(await inKommo(says('From the phone'))).toMatchObject({ is_silent: true });
  expect(chatOf()?.user).toMatchObject({ name: 'Beatriz' });
});

test('a device that loops brings nothing twice', async () => {
  const { message_id: id } = await whatsapp.act('send', { text: 'Once' });
  await inKommo(says('Once'));
  await whatsapp.control('evolution/repeat', { message_id: id, copies: 20 });
  await whatsapp.act('send', { text: 'After' });
  await inKommo(says('After'));
  expect(chatOf()?.messages.filter(says('Once'))).toHaveLength(1);
});

test('an answer waits while the phone is off, and arrives once when it is on again', async () => {
  const asked = () =>
    server.emulator.requests({ path: '/__services/evolution/message/*/*' }).length;
  const before = asked();
  await usePhone(server, { service: 'evolution', change: 'go_offline' });
  const id = await write({ text: 'Still there?' });
  await server.waitFor(() => asked() > before);
  await usePhone(server, { service: 'evolution', change: 'go_online' });
  await inKommo((one) => one.id === id && one.delivery?.status === 1);
  const { messages } = await whatsapp.chat();
  expect(messages.filter(({ text }) => text === 'Still there?')).toHaveLength(1);
});

test('a group arrives under its name', async () => {
  await whatsapp.act('group', { id: GROUP, name: 'Friends of tea', members: [BEATRIZ.phone] });
  await whatsapp.act('send', { chat: GROUP, text: 'Hello all' });
  const conversation = `evolution:${BUSINESS}:${GROUP}`;
  const message = await inKommo(says('Beatriz: Hello all'), conversation);
  expect(message.sender.name).toBe('Friends of tea');
});

test('nothing was done that a server of WhatsApp would take amiss', async () => {
  const { troubled, ...verdict } = (await whatsapp.control('evolution/judge')) as {
    troubled: { state: string }[];
  };
  expect(verdict).toMatchObject({ duplicates: [], secrets_seen: [] });
  // A status that overtakes the answer to its message is asked for again.
  expect(troubled.filter(({ state }) => state !== 'taken')).toEqual([]);
});
