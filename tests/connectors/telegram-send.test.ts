import { Readable } from 'node:stream';
import type { OutgoingMessage, SendOutcome } from '../../src/server/connectors/messages.ts';
import { telegramMessages } from '../../src/server/connectors/telegram/carrier.ts';
import { parseUpdate } from '../../src/server/connectors/telegram/parse.ts';
import { BOT_TOKEN, type BotApi, refusal, startBotApi } from './support/bot-api.ts';
import { FILE_CONTENT, heldFile } from './support/held-file.ts';
import { outgoing } from './support/message-kinds.ts';
import { ANA, event, message } from './support/telegram-updates.ts';
import { createTools, type TestTools } from './support/tools.ts';

const CREDENTIALS = { token: BOT_TOKEN };

describe('a message of a manager', () => {
  let botApi: BotApi;
  let tools: TestTools;
  let carrier: ReturnType<typeof telegramMessages>;

  beforeEach(async () => {
    botApi = await startBotApi();
    tools = createTools('telegram');
    carrier = telegramMessages(`http://127.0.0.1:${botApi.port}`);
  });
  afterEach(async () => {
    await tools.close();
    await botApi.close();
  });

  async function send(fields: Partial<OutgoingMessage>, chatId = '555'): Promise<SendOutcome[]> {
    const chat = { chatId, personId: '555', isNew: false };
    const outcomes: SendOutcome[] = [];
    for (const part of carrier.compose(outgoing(fields))) {
      outcomes.push(await carrier.send(tools, CREDENTIALS, chat, part));
    }
    return outcomes;
  }

  test('is one call, and delivered as far as Telegram says', async () => {
    const outcomes = await send({ text: ' <b>Hola</b>\r\n_tea_ ', replyTo: '555:77' });
    expect(outcomes).toEqual([{ state: 'sent', messageId: '555:101', isDelivered: true }]);
    expect(botApi.calls).toEqual([
      {
        method: 'sendMessage',
        parameters: {
          chat_id: 555,
          text: '<b>Hola</b>\n_tea_',
          reply_parameters: { message_id: 77, allow_sending_without_reply: true },
        },
      },
    ]);
  });

  test('quotes nothing of another chat', async () => {
    await send({ text: 'Hola', replyTo: '556:77' });
    expect(botApi.calls[0]?.parameters).toEqual({ chat_id: 555, text: 'Hola' });
  });

  test('that is long is cut at words, quotes once and has its buttons at the end', async () => {
    const text = 'Tea is ready. '.repeat(700);
    await send({ text, replyTo: '555:77', buttons: [[{ text: 'Yes' }]] });
    expect(botApi.calls.length).toBe(3);
    expect(botApi.calls.map(({ parameters }) => parameters.text).join(' ')).toBe(text.trim());
    expect(botApi.calls.map(({ parameters }) => 'reply_parameters' in parameters)).toEqual([
      true,
      false,
      false,
    ]);
    expect(botApi.calls.map(({ parameters }) => 'reply_markup' in parameters)).toEqual([
      false,
      false,
      true,
    ]);
  });

  const big = { bytes: 11 * 1024 * 1024 };

  test.each([
    ['picture', 'a.jpg', 'image/jpeg', 'sendPhoto', 'photo'],
    ['picture', 'a.png', '', 'sendPhoto', 'photo'],
    ['picture', 'a.gif', 'image/gif', 'sendDocument', 'document'],
    ['picture', 'a.heic', 'image/heic', 'sendDocument', 'document'],
    ['video', 'a.mp4', 'video/mp4', 'sendVideo', 'video'],
    ['video', 'a.avi', 'video/x-msvideo', 'sendDocument', 'document'],
    ['voice', 'a.ogg', 'audio/ogg; codecs=opus', 'sendVoice', 'voice'],
    ['voice', 'a.wav', 'audio/wav', 'sendDocument', 'document'],
    ['audio', 'a.mp3', 'audio/mpeg', 'sendAudio', 'audio'],
    ['audio', 'a.flac', 'audio/flac', 'sendDocument', 'document'],
    ['sticker', 'a.webp', 'image/webp', 'sendSticker', 'sticker'],
    ['sticker', 'a.png', 'image/png', 'sendDocument', 'document'],
    ['file', 'a.jpg', 'image/jpeg', 'sendDocument', 'document'],
  ] as const)(
    'with a %s named %s of type %s goes by %s',
    async (kind, name, type, method, field) => {
      const outcomes = await send({ media: { kind, ...heldFile(name, type) } });
      expect(outcomes).toMatchObject([{ state: 'sent' }]);
      const [call] = botApi.calls;
      expect(call).toMatchObject({ method, parameters: { chat_id: 555 }, file: { field, name } });
      expect(call?.file?.content.equals(FILE_CONTENT)).toBe(true);
    },
  );

  test('with a large picture goes as a document', () => {
    const media = { kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg', big) };
    expect(carrier.compose(outgoing({ media }))).toMatchObject([
      { how: { method: 'sendDocument' } },
    ]);
  });

  test('has its words below the picture, or after it where they do not fit', async () => {
    const picture = () => ({ kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg') });
    await send({ media: picture(), text: 'Look' });
    expect(botApi.calls).toMatchObject([{ method: 'sendPhoto', parameters: { caption: 'Look' } }]);
    await send({ media: picture(), text: 'Look! '.repeat(200) });
    expect(botApi.calls.slice(1)).toMatchObject([
      { method: 'sendPhoto' },
      { method: 'sendMessage', parameters: { text: 'Look! '.repeat(200).trim() } },
    ]);
    const sticker = { kind: 'sticker' as const, ...heldFile('a.webp', 'image/webp') };
    await send({ media: sticker, text: 'Look' });
    expect(botApi.calls.slice(3).map(({ method }) => method)).toEqual([
      'sendSticker',
      'sendMessage',
    ]);
  });

  test.each(['a".pdf', 'a\r\nX-Injected: 1', 'päge 茶.pdf', '../../a.pdf', '', '\ud800'])(
    'has a file whose name breaks nothing: %j',
    async (fileName) => {
      const media = { kind: 'file' as const, ...heldFile(fileName, 'a/b\r\nX: 1') };
      expect(await send({ media, text: 'x' })).toMatchObject([{ state: 'sent' }]);
      expect(botApi.calls[0]?.file?.name).not.toMatch(/["\r\n/]|^$/);
      expect(botApi.calls[0]?.parameters).toEqual({ chat_id: 555, caption: 'x' });
    },
  );

  test('with a file Telegram cannot show goes as a document', async () => {
    botApi.say('sendPhoto', refusal(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS'));
    const media = { kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg') };
    expect(await send({ media, text: 'Look' })).toMatchObject([{ state: 'sent' }]);
    expect(botApi.calls).toMatchObject([
      { method: 'sendPhoto' },
      { method: 'sendDocument', parameters: { caption: 'Look' }, file: { name: 'a.jpg' } },
    ]);
  });

  test.each([50 * 1024 * 1024 + 1, undefined])(
    'with a file over 50 MB is refused, whether its length is known or not: %s',
    async (bytes) => {
      const piece = Buffer.alloc(1024 * 1024);
      const body = () => Readable.from(Array.from({ length: 51 }, () => piece));
      const held = heldFile('a.bin', 'application/zip', {
        body,
        isCounted: bytes !== undefined,
        ...(bytes !== undefined && { bytes }),
      });
      const outcomes = await send({ media: { kind: 'file', ...held } });
      expect(outcomes).toEqual([{ state: 'refused', reason: 'too_large' }]);
      expect(held.left()).toBe(0);
      expect(botApi.calls).toEqual([]);
    },
  );

  test.each([
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [403, 'Forbidden: user is deactivated', 'person_gone'],
    [403, 'Forbidden: bot was kicked from the group chat', 'removed_from_chat'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'removed_from_chat'],
    [403, 'Forbidden: the group chat was deleted', 'removed_from_chat'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'chat_unknown'],
    [403, 'Forbidden: something new', 'refused'],
    [400, 'Bad Request: chat not found', 'chat_unknown'],
    [400, 'Bad Request: group chat was upgraded to a supergroup chat', 'chat_unknown'],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'refused'],
    [413, 'Request Entity Too Large', 'too_large'],
  ])('is refused for good: %d %s', async (code, description, reason) => {
    botApi.say('sendMessage', refusal(code, description));
    expect(await send({ text: 'Hola' })).toEqual([
      { state: 'refused', reason, detail: description },
    ]);
  });

  test('refused by the server before Telegram is refused too', async () => {
    botApi.say('sendMessage', { status: 413, text: '<h1>413 Request Entity Too Large</h1>' });
    expect(await send({ text: 'Hola' })).toMatchObject([{ state: 'refused', reason: 'too_large' }]);
  });

  test.each([
    [refusal(401, 'Unauthorized'), { failure: 'rejected', reason: 'Unauthorized' }],
    [refusal(404, 'Not Found'), { failure: 'rejected' }],
    [refusal(400, 'Logged out'), { failure: 'rejected' }],
    [
      refusal(429, 'Too Many Requests: retry after 12', { retry_after: 12 }),
      { failure: 'rate_limited', retryAfterSeconds: 12 },
    ],
    [{ status: 403, text: '<h1>Blocked by your provider</h1>' }, { failure: 'misconfigured' }],
    [{ status: 408, text: '' }, { failure: 'unavailable' }],
  ])('is not to blame for %j', async (answer, failure) => {
    botApi.say('sendMessage', answer);
    await expect(send({ text: 'Hola' })).rejects.toMatchObject(failure);
  });

  test.each([
    refusal(500, 'Internal Server Error: restart'),
    { status: 200, json: { ok: false, error_code: 502, description: 'Bad Gateway' } },
    { status: 200, json: { ok: true } },
    { status: 200, json: { ok: true, result: { message_id: 'x' } } },
  ])('may have arrived after %j', async (answer) => {
    botApi.say('sendMessage', answer);
    expect(await send({ text: 'Hola' })).toEqual([{ state: 'unknown' }]);
  });

  test('follows a group once to where it moved', async () => {
    const moved = refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: -1001234567890,
    });
    botApi.say('sendMessage', moved);
    expect(await send({ text: 'Hola', replyTo: '-42:7' }, '-42')).toEqual([
      {
        state: 'sent',
        messageId: '-1001234567890:101',
        chatId: '-1001234567890',
        isDelivered: true,
      },
    ]);
    expect(botApi.calls[1]?.parameters).toEqual({ chat_id: -1001234567890, text: 'Hola' });
    botApi.say('sendMessage', moved, moved);
    expect(await send({ text: 'Hola' }, '-42')).toMatchObject([{ reason: 'chat_unknown' }]);
  });

  test.each(['', '@durov', '+34600111222', '../getMe'])(
    'never leaves for a chat that is none: %j',
    async (chatId) => {
      expect(await send({ text: 'x' }, chatId)).toEqual([
        { state: 'refused', reason: 'chat_unknown' },
      ]);
      expect(botApi.calls).toEqual([]);
    },
  );

  describe('with buttons', () => {
    async function keyboard(buttons: OutgoingMessage['buttons'], text = 'Choose') {
      await send({ text, ...(buttons && { buttons }) });
      const [call] = botApi.calls.splice(0);
      const markup = call?.parameters.reply_markup as
        | { inline_keyboard: Record<string, string>[][] }
        | undefined;
      return { text: call?.parameters.text, rows: markup?.inline_keyboard ?? [] };
    }

    test.each([
      ['Yes', undefined],
      ['Sí, por favor: té 🍵', undefined],
      ['A text that is much longer than the sixty-four bytes of the data', undefined],
      ['Tea', 'row-1'],
      ['Tea', ''],
      ['A text that is much longer than the sixty-four bytes of the data', 'row-1'],
      ['t', 'b5:x'],
    ])('gives back what was pressed: %j with %j', async (text, callbackData) => {
      const { rows } = await keyboard([
        [{ text, ...(callbackData !== undefined && { callbackData }) }],
      ]);
      const data = rows[0]?.[0]?.callback_data;
      expect(Buffer.byteLength(data ?? '')).toBeLessThanOrEqual(64);
      const shown = message({ reply_markup: { inline_keyboard: rows } }, 101);
      const posted = event({ callback_query: { id: '1', from: ANA, data, message: shown } });
      expect(parseUpdate(posted)).toMatchObject([
        { content: { kind: 'text', text, ...(callbackData !== undefined && { callbackData }) } },
      ]);
    });

    test('loses data that fits nowhere, but never the text', async () => {
      const text = 'Tea '.repeat(20).trim();
      const { rows } = await keyboard([[{ text, callbackData: 'x'.repeat(100) }]]);
      const data = rows[0]?.[0]?.callback_data;
      const shown = message({ reply_markup: { inline_keyboard: rows } }, 101);
      const [item] = parseUpdate(
        event({ callback_query: { id: '1', from: ANA, data, message: shown } }),
      );
      expect(item?.event === 'message' && item.content).toEqual({ kind: 'text', text });
    });

    test('keeps links of the web and of Telegram, and writes others out', async () => {
      const { rows, text } = await keyboard([
        [
          { text: 'Shop', url: 'https://shop.example/' },
          { text: 'Bot', url: 'tg://resolve?domain=x' },
        ],
        [
          { text: 'Bad', url: 'javascript:alert(1)' },
          { text: 'Local', url: 'http://localhost/' },
        ],
      ]);
      expect(rows).toEqual([
        [
          { text: 'Shop', url: 'https://shop.example/' },
          { text: 'Bot', url: 'tg://resolve?domain=x' },
        ],
      ]);
      expect(text).toBe('Choose\nBad: javascript:alert(1)\nLocal: http://localhost/');
    });

    test('has rows that Telegram takes, and the rest as lines', async () => {
      const many = Array.from({ length: 103 }, (_, index) => ({ text: `Row ${index}` }));
      const { rows, text } = await keyboard([many]);
      expect(rows.flat().length).toBe(100);
      expect(Math.max(...rows.map((row) => row.length))).toBe(8);
      expect(text).toBe('Choose\nRow 100\nRow 101\nRow 102');
    });

    test('and nothing else says what there is to choose', async () => {
      const { text } = await keyboard([[{ text: 'Yes' }, { text: 'No' }]], '');
      expect(text).toBe('Yes / No');
    });
  });

  test('may be a reaction, put and taken away', async () => {
    const chat = { chatId: '555', personId: '555', isNew: false };
    for (const emoji of ['❤️', null]) {
      const outcome = await carrier.react?.(tools, CREDENTIALS, chat, {
        messageId: '555:77',
        isOurs: false,
        emoji,
      });
      expect(outcome).toEqual({ state: 'sent', messageId: '555:77', isDelivered: true });
    }
    expect(botApi.calls.map(({ parameters }) => parameters)).toEqual([
      { chat_id: 555, message_id: 77, reaction: [{ type: 'emoji', emoji: '❤' }] },
      { chat_id: 555, message_id: 77, reaction: [] },
    ]);
    botApi.say('setMessageReaction', refusal(400, 'Bad Request: REACTION_INVALID'));
    const odd = await carrier.react?.(tools, CREDENTIALS, chat, {
      isOurs: false,
      messageId: '555:77',
      emoji: '🫠',
    });
    expect(odd).toMatchObject({ state: 'refused', reason: 'unsupported' });
  });

  test('shows that somebody writes, and takes the hourglass off a button', async () => {
    const chat = { chatId: '555', personId: '555', isNew: false };
    await carrier.typing?.(tools, CREDENTIALS, chat);
    await carrier.acknowledge?.(tools, CREDENTIALS, { callbackQueryId: '4382bf' });
    await carrier.acknowledge?.(tools, CREDENTIALS, undefined);
    expect(botApi.calls).toEqual([
      { method: 'sendChatAction', parameters: { chat_id: 555, action: 'typing' } },
      { method: 'answerCallbackQuery', parameters: { callback_query_id: '4382bf' } },
    ]);
  });

  test.each([
    ['large', { failure: 'rejected', reason: 'Bad Request: file is too big' }],
    ['vanished', { failure: 'rejected' }],
    ['outside', { failure: 'misconfigured' }],
    ['absolute', { failure: 'misconfigured' }],
  ])('has no part in a file of a client that cannot be had: %s', async (fileId, failure) => {
    const opened = carrier.openMedia(tools, CREDENTIALS, { fileId });
    await expect(opened).rejects.toMatchObject(failure);
  });

  test("names a dead token as what it is when a client's file is asked for", async () => {
    botApi.say('getFile', refusal(401, 'Unauthorized'));
    const opened = carrier.openMedia(tools, CREDENTIALS, { fileId: 'small' });
    await expect(opened).rejects.toMatchObject({ failure: 'reauthorize' });
  });
});
