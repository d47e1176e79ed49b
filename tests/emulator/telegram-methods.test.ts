import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';
import { refusal, SALES_TOKEN, SUPPORT_TOKEN, telegramClient } from '../support/telegram.ts';

interface SeenChat {
  messages: Record<string, unknown>[];
  action: string | null;
}

const ODD_METHODS = [
  ...[
    'sendMessage',
    'sendPhoto',
    'sendMediaGroup',
    'sendLocation',
    'sendContact',
    'sendChatAction',
  ],
  ...['editMessageText', 'editMessageCaption', 'deleteMessage', 'setMessageReaction', 'setWebhook'],
  ...['answerCallbackQuery', 'getFile', 'getChat', 'getUserProfilePhotos', 'getUpdates'],
];

const ODD_BODIES = [
  [],
  {},
  { chat_id: '__proto__', text: {}, file_id: '__proto__', callback_query_id: '__proto__' },
  { chat_id: 555, text: 'a', entities: '{', media: [null, 1], reaction: [null], photo: {} },
  {
    chat_id: 555,
    text: 'a',
    reply_markup: { inline_keyboard: [[null]] },
    message_id: 'constructor',
  },
  { chat_id: 555, text: 'a', reply_parameters: [], media: [{ type: {} }, { type: 'photo' }] },
  { chat_id: 555, text: 'a', reply_parameters: 'null', message_id: 1001, reaction: '"x"' },
  { user_id: {}, offset: -5, limit: 'x', url: 'not an address', allowed_updates: [1] },
  { latitude: '1e999', longitude: [], chat_id: 555, phone_number: {}, first_name: [] },
];

describe('methods of the emulated Bot API', () => {
  let emulator: Emulator;
  let client: ReturnType<typeof telegramClient>;

  beforeAll(async () => {
    emulator = await createEmulator();
    client = telegramClient(emulator);
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    await client.act('send', { kind: 'start' });
  });

  const send = (more: object) => client.bot('sendMessage', { chat_id: 555, text: 'x', ...more });
  const chat = async () => (await client.get('chat?bot=demo_support_bot&client=555')) as SeenChat;

  test('bring a text to the client, trimmed, with a quote and buttons', async () => {
    const keyboard = [
      [
        { text: 'Yes', callback_data: 'y' },
        { text: 'Site', url: 'https://a.example' },
      ],
    ];
    const reply = await send({
      text: '  Good morning \n',
      reply_parameters: { message_id: 1001 },
      reply_markup: { inline_keyboard: keyboard },
    });
    expect(reply.json).toMatchObject({
      ok: true,
      result: {
        message_id: 1002,
        from: { id: 7000000001, is_bot: true },
        chat: { id: 555, type: 'private' },
        text: 'Good morning',
        reply_to_message: { message_id: 1001 },
        reply_markup: { inline_keyboard: keyboard },
      },
    });
    expect((await chat()).messages.at(-1)).toMatchObject({
      from: 'bot',
      text: 'Good morning',
      reply_to: 1001,
      buttons: keyboard,
    });
  });

  test.each([
    ['no text', { text: ' \n' }, 'message text is empty'],
    ['4097 units', { text: `${'a'.repeat(4095)}👋` }, 'message is too long'],
    ['an unknown chat', { chat_id: 777 }, 'chat not found'],
    ['no chat', { chat_id: '' }, 'chat_id is empty'],
    [
      'an unknown quote',
      { reply_parameters: { message_id: 9 } },
      'message to be replied not found',
    ],
    [
      'data of 65 bytes',
      { reply_markup: { inline_keyboard: [[{ text: 'a', callback_data: `${'é'.repeat(32)}a` }]] } },
      'BUTTON_DATA_INVALID',
    ],
    [
      'a button without purpose',
      { reply_markup: { inline_keyboard: [[{ text: 'a' }]] } },
      'text buttons are unallowed in the inline keyboard',
    ],
    [
      'a button to nowhere',
      { reply_markup: { inline_keyboard: [[{ text: 'a', url: 'javascript:1' }]] } },
      "inline keyboard button URL 'javascript:1' is invalid: Wrong HTTP URL",
    ],
    [
      'a markup that is none',
      { reply_markup: '[' },
      "can't parse reply keyboard markup JSON object",
    ],
  ])('refuse a message with %s', async (_, more, description) => {
    const reply = await send(more);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual(refusal(400, `Bad Request: ${description}`));
    expect((await chat()).messages).toHaveLength(1);
  });

  test('take 4096 units, and 64 bytes of data', async () => {
    expect((await send({ text: `${'a'.repeat(4094)}👋` })).status).toBe(200);
    const markup = { inline_keyboard: [[{ text: 'a', callback_data: 'é'.repeat(32) }]] };
    expect((await send({ reply_markup: markup })).status).toBe(200);
    const lenient = { message_id: 9, allow_sending_without_reply: true };
    expect((await send({ reply_parameters: lenient })).status).toBe(200);
  });

  test('read parameters from the query, a form and JSON, whatever the case of the name', async () => {
    const path = `/__services/telegram/bot${SUPPORT_TOKEN}`;
    const host = '127.0.0.1';
    const query = await call(emulator, `${path}/SENDMESSAGE?chat_id=555&text=query`, { host });
    const form = await call(emulator, `${path}/sendmessage`, {
      host,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'chat_id=555&text=form',
    });
    expect([query.json, form.json]).toMatchObject([
      { result: { text: 'query' } },
      { result: { text: 'form' } },
    ]);
    expect((await client.bot('sendNothing')).json).toEqual(
      refusal(404, 'Not Found: method not found'),
    );
  });

  test('refuse a client who blocked the bot or is gone, and another bot’s chat', async () => {
    await client.act('block', {});
    expect((await send({})).json).toEqual(refusal(403, 'Forbidden: bot was blocked by the user'));
    await expect(client.act('send', { kind: 'text', text: 'a' })).rejects.toThrow(/unblock/);
    await client.act('unblock', {});
    expect((await send({})).status).toBe(200);
    await client.act('deactivate', {});
    expect((await send({})).json).toEqual(refusal(403, 'Forbidden: user is deactivated'));
    const sales = telegramClient(emulator, SALES_TOKEN);
    expect((await sales.bot('sendMessage', { chat_id: 555, text: 'x' })).json).toEqual(
      refusal(400, 'Bad Request: chat not found'),
    );
  });

  test.each([
    ['kick', 'supergroup', 'bot was kicked from the supergroup chat'],
    ['kick', 'group', 'bot was kicked from the group chat'],
    ['remove', 'supergroup', 'bot is not a member of the supergroup chat'],
  ])('refuse after a %s out of a %s', async (act, type, description) => {
    const group = { id: -300, type, title: 'Team' };
    await client.act('group', { chat: group, act: 'add' });
    await client.act('group', { chat: group, act });
    expect((await send({ chat_id: -300 })).json).toEqual(refusal(403, `Forbidden: ${description}`));
  });

  test('edit, delete and react, and refuse where Telegram does', async () => {
    await send({ text: 'one' });
    const edit = (more: object) =>
      client.bot('editMessageText', { chat_id: 555, message_id: 1002, text: 'two', ...more });
    expect((await edit({})).json).toMatchObject({ result: { text: 'two' } });
    expect((await edit({})).json).toMatchObject({
      description: expect.stringMatching(/^Bad Request: message is not modified: /),
    });
    expect((await edit({ message_id: 1001 })).json).toEqual(
      refusal(400, "Bad Request: message can't be edited"),
    );
    expect((await edit({ message_id: 99 })).json).toEqual(
      refusal(400, 'Bad Request: message to edit not found'),
    );
    const react = (emoji: string[]) =>
      client.bot('setMessageReaction', {
        chat_id: 555,
        message_id: 1001,
        reaction: emoji.map((one) => ({ type: 'emoji', emoji: one })),
      });
    expect((await react(['👍'])).json).toEqual({ ok: true, result: true });
    expect((await react(['🧨'])).json).toEqual(refusal(400, 'Bad Request: REACTION_INVALID'));
    expect((await react(['👍', '🔥'])).status).toBe(400);
    const seen = await chat();
    expect(seen.messages).toMatchObject([
      { reactions: { bot: ['👍'] } },
      { text: 'two', earlier: ['one'], edit_date: expect.any(Number) },
    ]);
    expect((await react([])).status).toBe(200);
    await client.bot('deleteMessage', { chat_id: 555, message_id: 1002 });
    expect((await chat()).messages).toMatchObject([
      { reactions: { bot: [] } },
      { is_deleted: true },
    ]);
    expect((await edit({})).status).toBe(400);
  });

  test('show that the bot is typing, for five seconds', async () => {
    const type = (action: string) => client.bot('sendChatAction', { chat_id: 555, action });
    expect((await type('typing')).json).toEqual({ ok: true, result: true });
    expect((await chat()).action).toBe('typing');
    emulator.advance(5001);
    expect((await chat()).action).toBeNull();
    expect((await type('sleeping')).status).toBe(400);
  });

  test('bring a place, a venue and a card', async () => {
    await client.bot('sendLocation', { chat_id: 555, latitude: 1.5, longitude: '2' });
    await client.bot('sendVenue', {
      chat_id: 555,
      latitude: 1,
      longitude: 2,
      title: 'A',
      address: 'B',
    });
    await client.bot('sendContact', { chat_id: 555, phone_number: '+34', first_name: 'Bo' });
    expect((await chat()).messages.slice(1)).toMatchObject([
      { message: { location: { latitude: 1.5, longitude: 2 } } },
      { message: { venue: { title: 'A', address: 'B' } } },
      { message: { contact: { phone_number: '+34', first_name: 'Bo' } } },
    ]);
    expect(
      (await client.bot('sendLocation', { chat_id: 555, latitude: 91, longitude: 0 })).status,
    ).toBe(400);
  });

  test('fail as ordered, for one chat, with the time to wait in body and header', async () => {
    await client.post('refuse', {
      bot: 'demo_support_bot',
      chat_id: 555,
      error: 'too_many_requests',
      retry_after: 7,
    });
    await client.act('send', { client: { id: 556 }, kind: 'start' });
    expect((await send({ chat_id: 556 })).status).toBe(200);
    const refused = await send({});
    expect(refused.json).toEqual(
      refusal(429, 'Too Many Requests: retry after 7', { retry_after: 7 }),
    );
    expect(refused.headers['retry-after']).toBe('7');
    expect((await send({})).status).toBe(200);
  });

  test('lose an answer after acting, so that a repetition doubles the message', async () => {
    await client.post('refuse', { chat_id: 555, method: 'sendMessage', lose_answer: true });
    await expect(send({ text: 'same' })).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect((await send({ text: 'same' })).status).toBe(200);
    expect(await client.get('judge')).toMatchObject({
      duplicates: [{ bot_id: 7000000001, chat_id: 555, message_ids: [1002, 1003] }],
    });
  });

  test('keep to the rate that is switched on', async () => {
    await client.post('speed', { per_chat: 1 });
    const replies = await Promise.all([send({}), send({}), send({}), send({})]);
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses.at(-1)).toBe(429);
    expect(replies.find(({ status }) => status === 429)?.json).toEqual(
      refusal(429, 'Too Many Requests: retry after 1', { retry_after: 1 }),
    );
  });

  test('refuse a token that its owner replaced', async () => {
    await client.post('token', { bot: 'demo_support_bot' });
    expect((await send({})).json).toEqual(refusal(401, 'Unauthorized'));
  });

  test('are watched for secrets in what they send', async () => {
    await send({ text: `https://a.example/file/bot${SUPPORT_TOKEN}/photos/1.jpg` });
    expect(await client.get('judge')).toMatchObject({
      secrets_seen: [{ method: 'sendmessage', parameter: 'text', secret: 'bot token' }],
    });
    expect(JSON.stringify(await client.get('judge'))).not.toContain(SUPPORT_TOKEN);
  });

  test.each(ODD_METHODS)(
    '%s answers what makes no sense, and never fails itself',
    async (method) => {
      for (const json of ODD_BODIES) {
        const reply = await client.bot(method, json);
        expect({ json, status: reply.status, isAnswer: reply.status < 500 }).toMatchObject({
          isAnswer: true,
        });
      }
      expect(emulator.log().filter(({ kind }) => kind === 'error')).toEqual([]);
      expect(({} as { answer?: unknown }).answer).toBeUndefined();
    },
  );

  test.each(['send', 'edit', 'press', 'react', 'group', 'refuse', 'speed', 'file'])(
    'the act %s refuses what makes no sense with one line',
    async (act) => {
      const bodies = [{}, { bot: 'constructor' }, { bot: '__proto__', client: 1, kind: 'text' }];
      const scene = { bot: 'demo_support_bot', client: 555 };
      for (const json of [
        ...bodies,
        { ...scene, kind: 'constructor', chat: null, message_id: '__proto__', timeout_ms: 'x' },
        { ...scene, kind: 'album', items: [null, 1], act: 'toString', file_id: '__proto__' },
      ]) {
        const reply = await client.post(act, act === 'speed' ? { constructor: 1 } : json);
        expect(reply.json).toEqual({ error: expect.any(String) });
        expect([400, 404]).toContain(reply.status);
      }
    },
  );

  test('are awaited by whoever plays the client', async () => {
    const wanted = { bot: 'demo_support_bot', client: 555, text: 'second', timeout_ms: 5000 };
    const waiting = client.post('wait', wanted);
    await send({ text: 'the first' });
    await send({ text: 'the second' });
    expect((await waiting).json).toMatchObject({
      is_complete: true,
      messages: [{ message_id: 1003, text: 'the second' }],
    });
    const late = await client.post('wait', { ...wanted, after: 1003, timeout_ms: 20 });
    expect(late.json).toEqual({ is_complete: false, messages: [] });
  });
});
