import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { botToken, readSettings, save, unchanged } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { telegramClient } from '../support/telegram.ts';
import { updateOf } from '../support/telegram-updates.ts';
import { allDone, type Conversation, conversationOf, saveBots, storedMessages } from './chats.ts';

let server: TestServer;
let channel: Channel;
let secret: string;
let lastClient = 1_000;

beforeAll(async () => {
  server = await startTestServer({ seed: { switches: { mediaFetch: 'never' } } });
  await server.install();
  channel = (await saveBots(server, [1]))[0] as Channel;
  const { db, secrets } = server.context;
  secret = (await findChannelSecrets(db, secrets, channel.id))?.webhookSecret ?? '';
});
afterAll(() => server.close());

/** Somebody who has not written yet. */
function somebody(): Conversation & { id: number } {
  lastClient += 1;
  return { ...conversationOf(server, lastClient), id: lastClient };
}

async function post(
  body: string | Buffer,
  headers: Record<string, string> = { 'x-telegram-bot-api-secret-token': secret },
): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${server.url}/connect/webhooks/telegram/${channel.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: answer.status, body: await answer.text() };
}

/** Posts a message of this client as Telegram would. */
const write = (client: { id: number }, message: Record<string, unknown>, updateId?: number) =>
  post(JSON.stringify(updateOf(message, { clientId: client.id, ...(updateId && { updateId }) })));

const TAKEN = { status: 204, body: '' };

const count = async () => (await storedMessages(server)).length;

describe('what Telegram did not send', () => {
  test.each([
    ['without the secret', {}],
    ['with a wrong one', { 'x-telegram-bot-api-secret-token': 'wrong' }],
    ['with an empty one', { 'x-telegram-bot-api-secret-token': '' }],
    ['with half of it', () => ({ 'x-telegram-bot-api-secret-token': secret.slice(0, 8) })],
    ['with more', () => ({ 'x-telegram-bot-api-secret-token': `${secret}, ${secret}` })],
  ])('%s is refused, and stored nowhere', async (_what, headers) => {
    const before = await count();
    const body = JSON.stringify(updateOf({ text: 'Forged' }));
    const answer = await post(body, typeof headers === 'function' ? headers() : headers);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'signature_invalid' } });
    expect(await count()).toBe(before);
  });

  test('at an address nobody gave out is unknown', async () => {
    const answer = await fetch(`${server.url}/connect/webhooks/telegram/${randomUUID()}`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': secret },
      body: '{}',
    });
    expect(answer.status).toBe(404);
  });
});

describe('an update that cannot be read holds up nothing', () => {
  const good = JSON.stringify(updateOf({ text: 'Hola' }));

  test.each([
    ['half of one', good.slice(0, 90)],
    ['no JSON', 'Hola'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a kind nobody knows', '{"update_id":1,"levitation":{"from":{"id":1}}}'],
    ['a message without a chat', '{"update_id":2,"message":{"message_id":1,"text":"Hola"}}'],
    ['a message of numbers', '{"update_id":3,"message":7}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])],
    ['deeply nested', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s is taken, with nothing in the answer', async (_what, body) => {
    const before = await count();
    expect(await post(body)).toEqual(TAKEN);
    expect(await count()).toBe(before);
  });

  test('one that is larger than a megabyte is refused', async () => {
    const before = await count();
    expect((await post('x'.repeat(5 * 1024 * 1024))).status).toBe(413);
    expect(await count()).toBe(before);
  });

  test('service messages and other bots give nothing', async () => {
    const client = somebody();
    const before = await count();
    expect(await write(client, { pinned_message: { message_id: 1 } })).toEqual(TAKEN);
    const bot = { id: 4, is_bot: true, first_name: 'Bot' };
    expect(await write(client, { from: bot, text: 'I am a bot' })).toEqual(TAKEN);
    expect(await count()).toBe(before);
  });
});

describe('whatever a client wrote arrives as something one can read', () => {
  test.each([
    ['a kind nobody knows', { hologram: { id: 'h' } }, '[A message of a kind'],
    ['the same with words', { hologram: {}, caption: 'Look' }, 'Look'],
    ['an empty text', { text: '' }, undefined],
    ['blanks', { text: ' \n\u200b ' }, undefined],
    ['halves of characters', { text: 'A \ud83d B \ude00 C' }, 'A'],
    ['NUL and other controls', { text: 'A\0\u0001B' }, 'AB'],
    ['a poll', { poll: { question: 'Tea?', options: [{ text: 'Yes' }] } }, 'Tea?'],
    ['a wrong kind of text', { text: { evil: true }, dice: { emoji: '🎲', value: 5 } }, '🎲 5'],
    [
      'a file above 20 MB',
      { document: { file_id: 'f', file_size: 3e7, file_name: 'big.zip' } },
      'big.zip',
    ],
    ['a contact without a number', { contact: { phone_number: '', first_name: 'Bea' } }, 'Bea'],
  ])('%s', async (_what, message, readable) => {
    const client = somebody();
    expect(await write(client, message)).toEqual(TAKEN);
    expect(await write(client, { text: 'And this' })).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().includes('And this'));
    const texts = client.fromClient().map(String);
    expect(texts).not.toContain('');
    if (readable === undefined) return;
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain(readable);
    expect(texts[0]?.isWellFormed()).toBe(true);
    expect(texts[0]).not.toContain('\0');
  });

  test('a text of 100,000 characters, whole', async () => {
    const client = somebody();
    const long = Array.from({ length: 10_000 }, (_, index) => `${index}`.padStart(9, '0')).join(
      ' ',
    );
    expect(await write(client, { text: long })).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().length > 0);
    expect(client.fromClient().join('')).toBe(long);
  });

  test('a name with controls, or none, is a name Kommo takes', async () => {
    const odd = somebody();
    const from = { id: odd.id, is_bot: false, first_name: 'A\0na \ud83d', last_name: '\n' };
    expect(await write(odd, { from, text: 'Hola' })).toEqual(TAKEN);
    expect((await odd.chat()).user.name).toMatch(/^A ?na/);
    const nameless = somebody();
    const nobody = { id: nameless.id, is_bot: false };
    const chat = { id: nameless.id, type: 'private' };
    expect(await write(nameless, { from: nobody, chat, text: 'Hola' })).toEqual(TAKEN);
    expect((await nameless.chat()).user.name).not.toBe('');
  });

  test('a time far ahead does not put a message behind those that follow', async () => {
    const client = somebody();
    const date = Math.floor(Date.now() / 1000) + 86_400 * 365;
    expect(await write(client, { date, text: 'From next year' })).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().length === 1);
    expect(client.inKommo()?.messages[0]?.msec_timestamp).toBeLessThan(Date.now() + 61_000);
  });
});

describe('a message arrives once', () => {
  test('when its update comes again and again, also at the same time', async () => {
    const client = somebody();
    const body = JSON.stringify(updateOf({ text: 'Once' }, { clientId: client.id }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(body)));
    expect(answers).toEqual(Array(8).fill(TAKEN));
    await server.waitFor(() => client.fromClient().length > 0);
    expect(await post(body)).toEqual(TAKEN);
    expect(await write(client, { text: 'Next' })).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().includes('Next'));
    expect(client.fromClient()).toEqual(['Once', 'Next']);
  });

  test('also when it comes with another update, as after a restart of Telegram', async () => {
    const client = somebody();
    const message = { message_id: 77, text: 'Once more' };
    for (const updateId of [960_001, 960_002]) {
      expect(await write(client, message, updateId)).toEqual(TAKEN);
    }
    expect(await write(client, { text: 'Next' })).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().includes('Next'));
    expect(client.fromClient()).toEqual(['Once more', 'Next']);
  });
});

describe('edits', () => {
  test('a change shows in Kommo; one that nobody can see is not sent', async () => {
    const client = somebody();
    const id = await client.write('Helo');
    await server.waitFor(() => client.fromClient().length === 1);
    await client.act('edit', { message_id: id, silently: true });
    await client.act('edit', { message_id: id, text: 'Hello' });
    await server.waitFor(() => client.fromClient()[0] === 'Hello');
    const edits = server.emulator
      .requests({ host: 'amojo.*', bodyContains: 'edit_message' })
      .filter(({ body }) => body.includes(`:${client.id}"`));
    expect(edits).toHaveLength(1);
    expect(client.inKommo()?.messages[0]).toMatchObject({ is_edited: true });
  });

  test('several change it in order, and the last one stays', async () => {
    const client = somebody();
    const id = await client.write('1');
    for (const text of ['2', '3', '4', '5']) await client.act('edit', { message_id: id, text });
    await server.waitFor(() => client.fromClient()[0] === '5');
    await allDone(server);
    expect(client.fromClient()).toEqual(['5']);
  });

  test('an edit of a message that Kommo never got arrives as a message, once', async () => {
    const client = somebody();
    const edited = {
      message_id: 42,
      edit_date: Math.floor(Date.now() / 1000),
      text: 'As it is now',
    };
    const { message, ...update } = updateOf(edited, { clientId: client.id }) as { message: object };
    const body = JSON.stringify({ ...update, edited_message: message });
    expect(await post(body)).toEqual(TAKEN);
    expect(await post(body)).toEqual(TAKEN);
    await server.waitFor(() => client.fromClient().length === 1);
    expect(client.fromClient()).toEqual(['As it is now']);
  });
});

describe('reactions and quotes', () => {
  test('a client’s reaction shows in Kommo and is taken back', async () => {
    const client = somebody();
    await client.write('Hola');
    await client.chat();
    const { message_id: id } = await client.answer('Good morning');
    await client.delivered(id);
    const [answer] = await client.seen();
    await client.act('react', { message_id: answer?.message_id, emoji: '👍' });
    const reactions = () =>
      client.inKommo()?.messages.find((message) => message.id === id)?.reactions ?? [];
    await server.waitFor(() => reactions().length === 1);
    expect(reactions()[0]).toMatchObject({ emoji: '👍' });
    await client.act('react', { message_id: answer?.message_id, emoji: null });
    await server.waitFor(() => reactions().length === 0);
  });

  test('a manager’s reaction shows at the client', async () => {
    const client = somebody();
    await client.write('Hola');
    const chat = await client.chat();
    await client.answer({ kind: 'reaction', message_id: chat.messages[0]?.id ?? '', emoji: '😍' });
    const reactions = () =>
      server.emulator.requests({
        path: '/__services/telegram/*/setMessageReaction',
        bodyContains: String(client.id),
      });
    await server.waitFor(() => reactions().length === 1);
    expect(reactions()[0]?.body).toContain('😍');
  });

  test('a quote is one on the other side, in both directions', async () => {
    const client = somebody();
    const first = await client.write('What does it cost?');
    const chat = await client.chat();
    await server.waitFor(() => chat.messages.length === 1);
    const { message_id: id } = await client.answer({
      text: 'Ten',
      reply_to: chat.messages[0]?.id ?? '',
    });
    await client.delivered(id);
    const [answer] = await client.seen();
    expect(answer).toMatchObject({ text: 'Ten', reply_to: first });
    await client.act('send', { kind: 'text', text: 'Too much', reply_to: answer?.message_id });
    await server.waitFor(() => client.fromClient().includes('Too much'));
    const quoting = chat.messages.find(({ message }) => message.text === 'Too much');
    expect(quoting?.reply_to).toMatchObject({ id });
    await client.act('send', { kind: 'text', text: 'I said', reply_to: first });
    await server.waitFor(() => client.fromClient().includes('I said'));
    const own = chat.messages.find(({ message }) => message.text === 'I said');
    expect(own?.reply_to).toMatchObject({ id: chat.messages[0]?.id });
  });

  test('a quote of what nobody knows any more leaves the message', async () => {
    const client = somebody();
    const quoted = { message_id: 3, chat: { id: client.id, type: 'private' }, date: 1 };
    await write(client, { text: 'As you said', reply_to_message: quoted });
    await server.waitFor(() => client.fromClient().includes('As you said'));
    expect(client.inKommo()?.messages[0]?.reply_to).toBeNull();
  });
});

test('an album arrives in its order, its words with the first picture', async () => {
  const client = somebody();
  const items = Array.from({ length: 5 }, () => ({ kind: 'photo' }));
  const { message_ids: ids = [] } = await client.act('send', {
    kind: 'album',
    items,
    caption: 'Holidays',
  });
  await server.waitFor(() => client.fromClient().length === 5);
  const messages = client.inKommo()?.messages ?? [];
  expect(messages.map(({ message }) => message.type)).toEqual(Array(5).fill('picture'));
  expect(messages.map(({ client_id: id }) => Number(id?.split(':').at(-1)))).toEqual(ids);
  expect(messages[0]?.message.text).toBe('Holidays');
});

describe('groups', () => {
  const GROUP = { id: -4242, type: 'group', title: 'Neighbours' };
  const inKommo = () =>
    server.emulator.state.chats.find(({ conversation_id: id }) => id?.endsWith(':-4242'));

  test('are ignored, until the administrator wants them', async () => {
    const client = somebody();
    const before = await count();
    await client.act('send', { kind: 'text', text: 'Hello all', chat: GROUP });
    await client.write('And to you');
    await server.waitFor(() => client.fromClient().includes('And to you'));
    expect(await count()).toBe(before + 1);
    expect(inKommo()).toBeUndefined();

    const settings = unchanged(await readSettings(server));
    const channels = settings.channels.map((one) => ({ ...one, options: { groups: 'import' } }));
    expect((await save(server, { ...settings, channels })).status).toBe(200);
    await client.act('send', { kind: 'text', text: 'Hello again', chat: GROUP });
    const chat = await server.waitFor(inKommo);
    expect(chat.user.name).toBe('Neighbours');
    expect(chat.messages.map(({ message }) => message.text)).toEqual([
      `Client ${client.id}: Hello again`,
    ]);
  });
});

test('who has blocked the bot cannot be written to, and the next client can', async () => {
  const [gone, there] = [somebody(), somebody()];
  for (const client of [gone, there]) {
    await client.write('Hola');
    await client.chat();
  }
  await gone.act('block', {});
  const { message_id: lost } = await gone.answer('Are you there?');
  const { message_id: arrived } = await there.answer('And you?');
  const { delivery } = await gone.delivered(lost, -1);
  expect(delivery).toMatchObject({
    error_code: 905,
    error: expect.stringContaining('The client has blocked this account.'),
  });
  await there.delivered(arrived);
  await gone.act('unblock', {});
  const { message_id: now } = await gone.answer('Good to see you');
  await gone.delivered(now);
  expect(await gone.toClient()).toEqual(['Good to see you']);
});

test('Telegram was told nothing it would execute, and nothing stands in a log', async () => {
  const judge = await telegramClient(server.emulator, botToken(1)).get('judge');
  expect(judge).toMatchObject({ executed_methods: [], secrets_seen: [], duplicates: [] });
  const logs = server.logs.join('');
  for (const word of ['Hola', 'Neighbours', 'Holidays', secret, botToken(1)]) {
    expect(logs).not.toContain(word);
  }
});
