import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Listener, listen } from '../support/emulator-client.ts';
import { ANA, telegramClient } from '../support/telegram.ts';
import { waitFor } from '../support/wait-for.ts';

interface Received {
  update_id: number;
  [type: string]: unknown;
}

/** A webhook that answers as it likes. */
async function startServer(answer: (response: ServerResponse, count: number) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    count += 1;
    answer(response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    count: () => count,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('updates of the emulated Telegram', () => {
  let emulator: Emulator;
  let backend: Listener;
  let client: ReturnType<typeof telegramClient>;
  /** What the webhook answers; taken from the front, 200 when there is none left. */
  let answers: (() => Promise<number>)[];
  /** What it answers to everything else. */
  let always: () => number;

  beforeAll(async () => {
    emulator = await createEmulator();
    client = telegramClient(emulator);
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    answers = [];
    always = () => 200;
    emulator.reset();
    backend = await listen(() => (answers.shift() ?? always)());
    await client.post('speed', { pause_factor: 0.001 });
  });
  afterEach(() => backend.close());

  const setWebhook = (more: object = {}) =>
    client.bot('setWebhook', { url: `${backend.url}/hook`, secret_token: 'S3cret-token', ...more });
  const received = () => backend.received.map(({ body }) => JSON.parse(body) as Received);
  const arrived = (count: number) =>
    waitFor(() => (backend.received.length >= count ? received() : undefined));
  const info = async () =>
    (await client.bot('getWebhookInfo')).json as {
      result: { pending_update_count: number; [name: string]: unknown };
    };

  test('carry the secret, and ids that rise by bot and by chat', async () => {
    await setWebhook();
    const first = await client.act('send', { kind: 'start' });
    const second = await client.act('send', { kind: 'text', text: 'Hola https://a.example/x' });
    const other = await client.act('send', {
      client: { id: 556, first_name: 'Bo' },
      kind: 'text',
      text: 'Hi',
    });
    expect([first, second, other]).toMatchObject([
      { chat_id: 555, message_id: 1001, update_id: 900_001 },
      { chat_id: 555, message_id: 1002, update_id: 900_002 },
      { chat_id: 556, message_id: 1001, update_id: 900_003 },
    ]);
    const updates = await arrived(3);
    expect(backend.received[0]?.headers).toMatchObject({
      'x-telegram-bot-api-secret-token': 'S3cret-token',
      'content-type': 'application/json',
    });
    expect(updates.find(({ update_id }) => update_id === 900_001)).toEqual({
      update_id: 900_001,
      message: {
        message_id: 1001,
        from: { is_bot: false, ...ANA },
        chat: { id: 555, type: 'private', first_name: 'Ana', username: 'ana_mail' },
        date: expect.any(Number),
        text: '/start',
        entities: [{ offset: 0, length: 6, type: 'bot_command' }],
      },
    });
  });

  test('of one chat wait behind a refused one, and those of other chats do not', async () => {
    const refused = [500, 503, 429];
    const isFirst = () => backend.received.at(-1)?.body.includes('"text":"one"');
    always = () => (isFirst() ? (refused.shift() ?? 200) : 200);
    await client.act('send', { kind: 'text', text: 'one' });
    await client.act('send', { kind: 'text', text: 'two' });
    await client.act('send', { client: { id: 556 }, kind: 'text', text: 'other' });
    await setWebhook({ max_connections: 1 });
    const texts = (await arrived(6)).map(({ message }) => (message as { text: string }).text);
    expect(texts).toEqual(['one', 'other', 'one', 'one', 'one', 'two']);
    await waitFor(async () => (await info()).result.pending_update_count === 0);
  });

  test('are repeated after a failure, which is told', async () => {
    await client.post('speed', { pause_factor: 1 });
    const slow = await listen(() => 503);
    await client.bot('setWebhook', { url: `${slow.url}/hook` });
    await client.act('send', { kind: 'text', text: 'one' });
    await waitFor(() => (slow.received.length >= 2 ? true : undefined));
    await waitFor(async () => ((await info()).result.last_error_date ? true : undefined));
    expect((await info()).result).toMatchObject({
      pending_update_count: 1,
      last_error_message: 'Wrong response from the webhook: 503 Service Unavailable',
      max_connections: 40,
    });
    expect(await client.get('judge')).toMatchObject({
      queues: expect.arrayContaining([
        expect.objectContaining({
          bot: 'demo_support_bot',
          queues: [
            expect.objectContaining({ queue: 'messages 555', state: 'waiting', waiting: 1 }),
          ],
        }),
      ]),
    });
    await slow.close();
    await setWebhook();
    expect(await arrived(1)).toHaveLength(1);
  });

  test('live for a day of the emulator’s clock', async () => {
    await client.act('send', { kind: 'text', text: 'old' });
    emulator.advance(86_401_000);
    await client.act('send', { kind: 'text', text: 'new' });
    await setWebhook();
    expect(await arrived(1)).toMatchObject([{ message: { text: 'new' } }]);
    expect((await info()).result.pending_update_count).toBe(0);
  });

  test('come only of the kinds that were asked for, and the list is remembered', async () => {
    await client.act('send', { kind: 'text', text: 'Hi' });
    expect((await client.act('react', { message_id: 1001, emoji: '👍' })).update_id).toBeNull();
    await setWebhook({ allowed_updates: ['message_reaction'] });
    await setWebhook({ max_connections: 7 });
    expect((await info()).result).toMatchObject({
      max_connections: 7,
      allowed_updates: ['message_reaction'],
    });
    expect((await client.act('send', { kind: 'text', text: 'Hi' })).update_id).toBeNull();
    const taken = await client.act('react', { message_id: 1001, emoji: null });
    expect(taken.update_id).toBe(900_002);
    await setWebhook({ allowed_updates: [] });
    expect((await info()).result).not.toHaveProperty('allowed_updates');
    expect((await client.act('send', { kind: 'text', text: 'Hi' })).update_id).toBe(900_003);
  });

  test('wait while there is no webhook, and are dropped on request', async () => {
    await client.act('send', { kind: 'text', text: 'one' });
    expect((await client.bot('getUpdates')).json).toMatchObject({
      result: [{ update_id: 900_001, message: { text: 'one' } }],
    });
    await client.bot('deleteWebhook');
    expect((await info()).result.pending_update_count).toBe(1);
    expect((await client.bot('getUpdates', { offset: 900_002 })).json).toMatchObject({
      result: [],
    });
    await client.act('send', { kind: 'text', text: 'two' });
    await setWebhook({ drop_pending_updates: true });
    await client.act('send', { kind: 'text', text: 'three' });
    expect(await arrived(1)).toMatchObject([{ message: { text: 'three' } }]);
    expect((await client.bot('getUpdates')).status).toBe(409);
  });

  test('stop at an answer that comes too late, and go on with the next try', async () => {
    await client.post('speed', { timeout_ms: 40 });
    const never = Promise.withResolvers<number>();
    answers = [() => never.promise];
    await setWebhook();
    await client.act('send', { kind: 'text', text: 'one' });
    expect(await arrived(2)).toMatchObject([{ update_id: 900_001 }, { update_id: 900_001 }]);
    expect((await info()).result.last_error_message).toBe('Read timeout expired');
    never.resolve(200);
  });

  test('a press of a button tells the data and the message, and is answered once', async () => {
    await client.act('send', { kind: 'start' });
    await client.bot('sendMessage', {
      chat_id: 555,
      text: 'Choose',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y:1' }]] },
    });
    await setWebhook();
    await arrived(1);
    const press = await client.act('press', { message_id: 1002, text: 'Yes' });
    expect((await arrived(2)).at(-1)).toMatchObject({
      callback_query: {
        id: press.query_id,
        from: { id: 555 },
        data: 'y:1',
        message: { message_id: 1002, text: 'Choose', reply_markup: { inline_keyboard: [[{}]] } },
      },
    });
    const answer = { callback_query_id: press.query_id, text: 'Noted' };
    expect((await client.bot('answerCallbackQuery', answer)).json).toEqual({
      ok: true,
      result: true,
    });
    expect(await client.get(`chat?bot=demo_support_bot&client=555`)).toMatchObject({
      presses: [{ data: 'y:1', answer: { text: 'Noted' } }],
    });
    await client.act('press', { message_id: 1002, data: 'y:1', inaccessible: true });
    expect((await arrived(3)).at(-1)).toMatchObject({
      callback_query: { message: { message_id: 1002, date: 0 } },
    });
    await expect(client.act('press', { message_id: 1002, data: 'no' })).rejects.toThrow(
      /no such button/,
    );
  });

  test('an edit, a quote, an album and a blocked bot are told as Telegram tells them', async () => {
    await setWebhook();
    await client.act('send', { kind: 'text', text: 'teh' });
    await client.act('edit', { message_id: 1001, text: 'the' });
    await client.act('send', { kind: 'text', text: 'answer', reply_to: 1001 });
    const album = await client.act('send', {
      kind: 'album',
      caption: 'Two',
      items: [{ kind: 'photo' }, { kind: 'video' }],
    });
    await client.act('block', {});
    await client.act('unblock', {});
    const updates = (await arrived(7)).toSorted((one, other) => one.update_id - other.update_id);
    expect(updates).toMatchObject([
      { message: { text: 'teh' } },
      { edited_message: { message_id: 1001, text: 'the', edit_date: expect.any(Number) } },
      { message: { text: 'answer', reply_to_message: { message_id: 1001, text: 'the' } } },
      { message: { message_id: album.message_ids?.[0], caption: 'Two', photo: expect.any(Array) } },
      { message: { message_id: album.message_ids?.[1], video: { file_name: 'video.mp4' } } },
      {
        my_chat_member: {
          old_chat_member: { status: 'member' },
          new_chat_member: { status: 'kicked', user: { id: 7000000001 } },
        },
      },
      { my_chat_member: { new_chat_member: { status: 'member' } } },
    ]);
    const groups = updates.slice(3, 5).map(({ message }) => (message as Received).media_group_id);
    expect(new Set(groups).size).toBe(1);
  });

  test.each([
    ['photo', {}, { photo: [{ width: 90 }, { width: 320 }, { width: 800 }, { width: 1280 }] }],
    ['video_note', {}, { video_note: { length: 240 } }],
    ['animation', {}, { animation: { width: 160 }, document: { mime_type: 'video/mp4' } }],
    ['document', { caption: 'Read' }, { document: { file_name: 'document.pdf' }, caption: 'Read' }],
    ['voice', {}, { voice: { mime_type: 'audio/ogg', duration: 2 } }],
    ['audio', {}, { audio: { mime_type: 'audio/mpeg', title: 'A tone' } }],
    ['sticker', { format: 'tgs' }, { sticker: { is_animated: true, emoji: '👍' } }],
    ['location', { latitude: 1.5, longitude: 2 }, { location: { latitude: 1.5, longitude: 2 } }],
    ['venue', { title: 'Bar' }, { venue: { title: 'Bar' }, location: {} }],
    [
      'contact',
      { own: true, phone_number: '+34600' },
      { contact: { user_id: 555, phone_number: '+34600' } },
    ],
    ['poll', { question: 'Tea?' }, { poll: { question: 'Tea?' } }],
    ['dice', { value: 6 }, { dice: { emoji: '🎲', value: 6 } }],
  ])('a client sends a %s', async (kind, more, expected) => {
    await setWebhook();
    await client.act('send', { kind, ...more });
    expect(await arrived(1)).toMatchObject([{ message: expected }]);
  });

  test('groups, channels and the move to a supergroup', async () => {
    await setWebhook();
    const chat = { id: -200, type: 'group', title: 'Team' };
    await client.act('group', { chat, act: 'add' });
    await client.act('send', { chat, kind: 'text', text: 'hello' });
    await client.act('group', { chat, act: 'migrate', to: -1_000_000_000_201 });
    const channel = { id: -1_000_000_000_300, type: 'channel', title: 'News' };
    await client.act('send', { chat: channel, kind: 'text', text: 'post' });
    const updates = (await arrived(5)).toSorted((one, other) => one.update_id - other.update_id);
    expect(updates).toMatchObject([
      { my_chat_member: { chat, new_chat_member: { status: 'member' } } },
      { message: { chat, from: { id: 555 }, text: 'hello' } },
      { message: { chat, migrate_to_chat_id: -1_000_000_000_201 } },
      { message: { chat: { id: -1_000_000_000_201 }, migrate_from_chat_id: -200 } },
      { channel_post: { chat: channel, sender_chat: channel, text: 'post' } },
    ]);
    expect((await client.bot('sendMessage', { chat_id: -200, text: 'x' })).json).toMatchObject({
      error_code: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: -1_000_000_000_201 },
    });
  });
});

describe('an answer to an update', () => {
  test('may say when to try again, and nothing comes before', async () => {
    const emulator = await createEmulator();
    const client = telegramClient(emulator);
    const server = await startServer((response, count) => {
      response.statusCode = count === 1 ? 503 : 200;
      response.setHeader('retry-after', '3600');
      response.end();
    });
    await client.bot('setWebhook', { url: server.url });
    await client.act('send', { kind: 'text', text: 'Hi' });
    const waiting = async () => {
      const { queues } = (await client.get('judge')) as { queues: { queues: object[] }[] };
      return queues[0]?.queues[0];
    };
    await waitFor(async () => {
      const queue = (await waiting()) as { state: string } | undefined;
      return queue?.state === 'waiting';
    });
    expect(await waiting()).toMatchObject({ tries: 1, waiting: 1 });
    await client.post('retry', { bot: 'demo_support_bot' });
    await waitFor(async () => (await waiting()) === undefined);
    expect(server.count()).toBe(2);
    await server.close();
    await emulator.close();
  });

  test('that never came is awaited again by an emulator that goes on with the state', async () => {
    const before = await createEmulator();
    const closed = await listen();
    await closed.close();
    await telegramClient(before).bot('setWebhook', { url: closed.url });
    await telegramClient(before).act('send', { kind: 'text', text: 'Hi' });
    const state = JSON.parse(JSON.stringify(before.state)) as typeof before.state;
    await before.close();
    const backend = await startServer((response) => response.end());
    const emulator = await createEmulator({ state });
    const client = telegramClient(emulator);
    expect((await client.bot('getWebhookInfo')).json).toMatchObject({
      result: { pending_update_count: 1 },
    });
    await client.bot('setWebhook', { url: backend.url });
    await waitFor(() => backend.count() === 1);
    expect(await client.act('send', { kind: 'text', text: 'Ho' })).toMatchObject({
      message_id: 1002,
      update_id: 900_002,
    });
    await backend.close();
    await emulator.close();
  });

  test('that names a method is carried out, and the judge tells of it', async () => {
    const emulator = await createEmulator();
    const client = telegramClient(emulator);
    const server = await startServer((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method: 'sendMessage', chat_id: 555, text: 'echo' }));
    });
    await client.bot('setWebhook', { url: server.url });
    await client.act('send', { kind: 'text', text: 'Hi' });
    const seen = (await client.post('wait', { bot: 'demo_support_bot', client: 555 })).json;
    expect(seen).toMatchObject({ is_complete: true, messages: [{ text: 'echo' }] });
    await waitFor(async () => {
      const { executed_methods: found } = (await client.get('judge')) as {
        executed_methods: { status: number }[];
      };
      return found[0]?.status === 200 ? true : undefined;
    });
    expect(await client.get('judge')).toMatchObject({
      executed_methods: [{ bot: 'demo_support_bot', update_id: 900_001, method: 'sendMessage' }],
    });
    await server.close();
    await emulator.close();
  });
});
