import { createHash, createHmac } from 'node:crypto';
import type { ChatScope } from '../../src/server/kommo/amojo/call-amojo.ts';
import {
  deliveryStatusJson,
  sendDeliveryStatus,
} from '../../src/server/kommo/amojo/delivery-status.ts';
import { readHistory } from '../../src/server/kommo/amojo/history.ts';
import type { ChatPerson, MessageContent } from '../../src/server/kommo/amojo/message.ts';
import { openChat } from '../../src/server/kommo/amojo/open-chat.ts';
import {
  editMessage,
  type NewMessage,
  sendMessage,
} from '../../src/server/kommo/amojo/send-message.ts';
import { amojoSignature, contentMd5 } from '../../src/server/kommo/amojo/signature.ts';
import { sendReaction, sendTyping } from '../../src/server/kommo/amojo/signs-of-life.ts';
import { createTransport } from '../../src/server/kommo/call-account.ts';
import { isKommoError, type KommoError } from '../../src/server/kommo/errors.ts';
import type { OutboundRequest } from '../../src/server/platform/outbound.ts';
import { BASE, CHANNEL, SCOPE, SECRET } from '../support/amojo-vectors.ts';
import { testConfig } from '../support/config.ts';
import {
  DATE,
  REQUESTS,
  type RequestVector,
  SIGNED_AT,
  WRONG,
} from '../support/message-vectors.ts';

const scope: ChatScope = { scopeId: SCOPE, tld: 'kommo.com' };
const ANSWER = { new_message: { msgid: '8e6afe4e-a08a-4801-b6cb-37963c1a6f3c' } };

/** The chat API as the calls see it, with a note of what was to be sent in place of the network. */
function chatApi(
  answer: { status?: number; body?: unknown; headers?: Record<string, string> } = {},
) {
  const sent: OutboundRequest[] = [];
  const waits: (string | undefined)[] = [];
  const pauses: number[] = [];
  const logs: unknown[] = [];
  const note = (...line: unknown[]) => void logs.push(line);
  const now = () => SIGNED_AT;
  const { status = 200, body = ANSWER, headers = {} } = answer;
  const send = createTransport({
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ status, headers, body: Buffer.from(JSON.stringify(body)) });
    },
    rate: { wait: () => Promise.resolve(), pause: () => Promise.resolve() },
    emulatorUrl: undefined,
    now,
    log: { debug: note, info: note, warn: note, error: note },
  });
  const amojoBudget = {
    wait: (_signal?: AbortSignal, who?: string) => Promise.resolve(void waits.push(who)),
    pause: (seconds: number) => Promise.resolve(void pauses.push(seconds)),
  };
  const { kommo: settings } = testConfig(9000);
  return { kommo: { settings, send, now, amojoBudget }, sent, waits, pauses, logs };
}

const ana: ChatPerson = { id: 'tg:555', name: 'Ana' };
const joao: ChatPerson = { id: 'wa:5511999990000', name: 'João', phone: '+5511999990000' };

const textIn: NewMessage = {
  atMs: 1_795_773_600_123,
  msgid: 'tg:77:1001',
  conversationId: 'tg:77:555',
  isSilent: false,
  sourceExternalId: 'ch_77',
  sender: ana,
  content: { kind: 'text', text: 'Hola 👋' },
};

const pictureIn: NewMessage = {
  atMs: 1_795_773_601_000,
  msgid: 'wa:9:3EB0AA',
  conversationId: 'wa:9:5511999990000',
  isSilent: false,
  sourceExternalId: 'ch_9',
  sender: joao,
  content: {
    kind: 'picture',
    media: {
      url: 'https://connector.example/m/abc.jpg?e=1795777200&s=00ff',
      fileName: 'photo.jpg',
      bytes: 20_142,
    },
  },
};

const fromPhone: NewMessage = {
  ...pictureIn,
  atMs: 1_795_773_602_000,
  msgid: 'wa:9:3EB0AB',
  isSilent: true,
  sender: { id: 'bot:ch_9', name: 'WhatsApp', kommoId: 'f1910c7f-b1e0-4184-bd09-c7def2a9109a' },
  receiver: joao,
  content: { kind: 'text', text: 'sent from the phone' },
};

const KOMMO_MESSAGE = '0371a0ff-b78a-4c7b-8538-a7d547e10692';
const KOMMO_CHAT = '8e4d4baa-9e6c-4a88-838a-5f62be227bdc';

type Kommo = ReturnType<typeof chatApi>['kommo'];

const CALLS: [string, RequestVector, (kommo: Kommo) => Promise<unknown>][] = [
  ['a text of a client', REQUESTS.textIn, (kommo) => sendMessage(kommo, scope, textIn)],
  ['a picture of a client', REQUESTS.pictureIn, (kommo) => sendMessage(kommo, scope, pictureIn)],
  [
    'a text from the own phone',
    REQUESTS.fromPhone,
    (kommo) => sendMessage(kommo, scope, fromPhone),
  ],
  [
    'a correction',
    REQUESTS.edit,
    (kommo) =>
      editMessage(kommo, scope, {
        msgid: 'tg:77:1001',
        conversationId: 'tg:77:555',
        atMs: 1_795_773_603_000,
        content: { kind: 'text', text: 'Hola, corrected' },
      }),
  ],
  [
    'a read receipt',
    REQUESTS.read,
    (kommo) => sendDeliveryStatus(kommo, scope, { kommoMessageId: KOMMO_MESSAGE, status: 'read' }),
  ],
  [
    'a reaction',
    REQUESTS.react,
    (kommo) =>
      sendReaction(kommo, scope, {
        conversationId: 'tg:77:555',
        msgid: 'tg:77:1001',
        person: { id: 'tg:555' },
        emoji: '😍',
      }),
  ],
  [
    'a sign of typing',
    REQUESTS.typing,
    (kommo) => sendTyping(kommo, scope, { conversationId: 'tg:77:555', personId: 'tg:555' }),
  ],
];

describe('what is sent to the chat API', () => {
  test.each(CALLS)(
    '%s has exactly the bytes, digest and signature computed elsewhere',
    async (_, vector, call) => {
      const { kommo, sent } = chatApi();
      await call(kommo);
      expect(sent).toHaveLength(1);
      const [request] = sent;
      expect(String(request?.body)).toBe(vector.body);
      expect(Buffer.byteLength(String(request?.body))).toBe(vector.bytes);
      expect(request?.method).toBe(vector.method);
      expect(String(request?.url)).toBe(`https://amojo.kommo.com${BASE}${vector.path}`);
      expect(request?.headers).toEqual({
        date: DATE,
        'content-type': 'application/json',
        'content-md5': vector.md5,
        'x-signature': vector.signature,
      });
    },
  );

  test('the history is asked for with a query, and signed without', async () => {
    const { kommo, sent } = chatApi({ body: { messages: [] } });
    await readHistory(kommo, scope, KOMMO_CHAT, { limit: 50, offset: 100 });
    const { history } = REQUESTS;
    expect(String(sent[0]?.url)).toBe(
      `https://amojo.kommo.com${BASE}${history.path}?offset=100&limit=50`,
    );
    expect(sent[0]).not.toHaveProperty('body');
    expect(sent[0]?.headers).toMatchObject({
      'content-md5': history.md5,
      'x-signature': history.signature,
    });
    expect(sent[0]?.headers).not.toMatchObject({ 'x-signature': WRONG.queryInPath });
  });

  test('what the wrong signatures cover is told apart from what ours cover', () => {
    const { history, textIn: text } = REQUESTS;
    const path = `${BASE}${history.path}?limit=50`;
    expect(amojoSignature(SECRET, { method: 'GET', path, body: '', date: DATE })).toBe(
      WRONG.queryInPath,
    );
    const lines = [
      'POST',
      text.md5,
      'application/json; charset=utf-8',
      DATE,
      `${BASE}${text.path}`,
    ];
    expect(createHmac('sha1', SECRET).update(lines.join('\n')).digest('hex')).toBe(
      WRONG.charsetInType,
    );
    expect(contentMd5(JSON.stringify(JSON.parse(text.body), null, 2))).toBe(WRONG.prettyMd5);
  });

  test('amocrm.ru has a chat API of its own', async () => {
    const { kommo, sent } = chatApi();
    await sendTyping(kommo, { ...scope, tld: 'amocrm.ru' }, { conversationId: 'c', personId: 'p' });
    expect(new URL(String(sent[0]?.url)).host).toBe('amojo.amocrm.ru');
  });
});

describe('a delivery status', () => {
  const failed = {
    kommoMessageId: KOMMO_MESSAGE,
    status: 'failed',
    errorCode: 905,
    errorText: 'Blocked by the user',
  } as const;

  test('can be named as the older samples do, byte for byte', () => {
    const body = JSON.stringify(deliveryStatusJson(failed, 'delivery_status'));
    const { failed: vector } = REQUESTS;
    expect(body).toBe(vector.body);
    expect(Buffer.byteLength(body)).toBe(vector.bytes);
    expect(contentMd5(body)).toBe(vector.md5);
    const path = BASE + vector.path;
    expect(amojoSignature(SECRET, { method: 'POST', path, body, date: DATE })).toBe(
      vector.signature,
    );
  });

  test('is named as the newest page does unless told otherwise', () => {
    expect(deliveryStatusJson(failed)).toEqual({
      status_code: -1,
      error_code: 905,
      error: 'Blocked by the user',
    });
    expect(deliveryStatusJson({ kommoMessageId: KOMMO_MESSAGE, status: 'delivered' })).toEqual({
      status_code: 1,
    });
  });

  test('can carry both names', () => {
    expect(deliveryStatusJson(failed, 'both')).toEqual({
      msgid: KOMMO_MESSAGE,
      delivery_status: -1,
      status_code: -1,
      error_code: 905,
      error: 'Blocked by the user',
    });
  });

  test('of a failure without a reason says that the fault is ours', () => {
    expect(deliveryStatusJson({ kommoMessageId: KOMMO_MESSAGE, status: 'failed' })).toEqual({
      status_code: -1,
      error_code: 903,
    });
  });
});

describe('the parts of a message', () => {
  async function payloadOf(change: Partial<NewMessage>): Promise<Record<string, unknown>> {
    const { kommo, sent } = chatApi();
    await sendMessage(kommo, scope, { ...textIn, ...change });
    return (JSON.parse(String(sent[0]?.body)) as { payload: Record<string, unknown> }).payload;
  }

  const media = { url: 'https://connector.example/m/1', fileName: 'a.bin', bytes: 5, seconds: 2.6 };

  test.each<[MessageContent, object]>([
    [
      { kind: 'text', text: 'Tuesday', callbackData: 'row-2' },
      { type: 'text', text: 'Tuesday', callback_data: 'row-2' },
    ],
    [
      { kind: 'location', lat: -23.55, lon: -46.63 },
      { type: 'location', location: { lon: -46.63, lat: -23.55 } },
    ],
    [
      { kind: 'contact', name: 'Rui', phone: '+351910000000', text: 'Here' },
      { type: 'contact', text: 'Here', contact: { name: 'Rui', phone: '+351910000000' } },
    ],
    ...(['picture', 'video', 'voice', 'audio', 'file', 'sticker'] as const).map(
      (kind): [MessageContent, object] => [
        { kind, media, text: 'Look' },
        {
          type: kind,
          text: 'Look',
          media: media.url,
          file_name: 'a.bin',
          file_size: 5,
          media_duration: 3,
        },
      ],
    ),
  ])('are typed as the API demands: %j', async (content, expected) => {
    expect((await payloadOf({ content })).message).toEqual(expected);
  });

  test.each(['', '\0'])('an empty text is sent as a blank: %j', async (text) => {
    expect((await payloadOf({ content: { kind: 'text', text } })).message).toEqual({
      type: 'text',
      text: ' ',
    });
  });

  test('broken characters are replaced and NUL is removed, wherever they are', async () => {
    const payload = await payloadOf({
      msgid: 'a\ud83db',
      sender: { id: 'p', name: 'A\0na\udc00' },
      content: { kind: 'text', text: 'x\0y\ud83d' },
    });
    expect(payload).toMatchObject({
      msgid: 'a\ufffdb',
      sender: { id: 'p', name: 'Ana\ufffd' },
      message: { text: 'xy\ufffd' },
    });
  });

  test('a person has all that is known of them, and nothing empty', async () => {
    const sender = {
      id: 'p',
      kommoId: '76fc2bea-902f-425c-9a3d-dcdac4766090',
      name: 'Ana',
      phone: '+5511999990000',
      email: 'ana@example.com',
      avatarUrl: 'https://connector.example/a/1',
    };
    expect((await payloadOf({ sender })).sender).toEqual({
      id: 'p',
      name: 'Ana',
      avatar: 'https://connector.example/a/1',
      profile: { phone: '+5511999990000', email: 'ana@example.com' },
      ref_id: '76fc2bea-902f-425c-9a3d-dcdac4766090',
    });
    expect((await payloadOf({ sender: { id: 'p', name: 'A', phone: '' } })).sender).toEqual({
      id: 'p',
      name: 'A',
    });
  });

  test('a chat begun in Kommo is bound by its id there', async () => {
    expect(await payloadOf({ kommoChatId: KOMMO_CHAT })).toMatchObject({
      conversation_id: 'tg:77:555',
      conversation_ref_id: KOMMO_CHAT,
    });
  });

  test.each([
    [{ kommoId: KOMMO_MESSAGE }, { id: KOMMO_MESSAGE }],
    [{ msgid: 'tg:77:1000' }, { msgid: 'tg:77:1000' }],
    [
      { type: 'text', text: 'Before', atMs: 1_795_773_500_007, senderName: 'Ana' } as const,
      {
        type: 'text',
        text: 'Before',
        timestamp: 1_795_773_500,
        msec_timestamp: 1_795_773_500_007,
        sender: { name: 'Ana' },
      },
    ],
  ])('a quote names the message or repeats it: %j', async (replyTo, message) => {
    expect((await payloadOf({ replyTo })).reply_to).toEqual({ message });
  });

  test('an instant between two milliseconds is sent as whole numbers', async () => {
    expect(await payloadOf({ atMs: 1_999.7 })).toMatchObject({
      timestamp: 1,
      msec_timestamp: 1_999,
    });
  });

  test('a reaction is taken back without an emoji, and names staff by Kommo’s id', async () => {
    const { kommo, sent } = chatApi();
    await sendReaction(kommo, scope, {
      conversationId: 'c',
      kommoMessageId: KOMMO_MESSAGE,
      person: { id: 'p', kommoId: KOMMO_CHAT },
      emoji: null,
    });
    expect(JSON.parse(String(sent[0]?.body))).toEqual({
      conversation_id: 'c',
      id: KOMMO_MESSAGE,
      user: { id: 'p', ref_id: KOMMO_CHAT },
      type: 'unreact',
    });
  });
});

describe('what Kommo answers to a message', () => {
  const ids = {
    conversation_id: KOMMO_CHAT,
    sender_id: '2ed64e26-70a1-4857-8382-bb066a076219',
    receiver_id: 'f1910c7f-b1e0-4184-bd09-c7def2a9109a',
    msgid: KOMMO_MESSAGE,
    ref_id: 'tg:77:1001',
  };
  const answerTo = (new_message: object, message = textIn) =>
    sendMessage(chatApi({ body: { new_message } }).kommo, scope, message);

  test('gives Kommo’s ids', async () => {
    expect(await answerTo(ids)).toEqual({
      kommoMessageId: KOMMO_MESSAGE,
      kommoChatId: KOMMO_CHAT,
      kommoSenderId: ids.sender_id,
      kommoReceiverId: ids.receiver_id,
    });
  });

  test.each([
    { msgid: KOMMO_MESSAGE },
    { ...ids, conversation_id: 'tg:77:555', sender_id: 'tg:555', receiver_id: null },
    { ...ids, conversation_id: 7, sender_id: {}, receiver_id: '' },
  ])('may hold ours instead, or none: %j', async (given) => {
    expect(await answerTo(given)).toEqual({ kommoMessageId: KOMMO_MESSAGE });
  });

  test('does not make Kommo’s of ids of ours that look the same', async () => {
    const message = {
      ...textIn,
      conversationId: ids.conversation_id,
      sender: { ...ana, id: ids.sender_id },
    };
    expect(await answerTo({ ...ids, receiver_id: null }, message)).toEqual({
      kommoMessageId: KOMMO_MESSAGE,
    });
  });

  test('must name the message', async () => {
    await expect(answerTo({ ...ids, msgid: null })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('to a chat names the chat and the client', async () => {
    const body = { id: KOMMO_CHAT, user: { id: ids.sender_id, client_id: 'tg:555' } };
    const { kommo, sent } = chatApi({ body });
    const chat = { conversationId: 'tg:77:555', sourceExternalId: 'ch_77', person: ana };
    expect(await openChat(kommo, scope, chat)).toEqual({
      kommoChatId: KOMMO_CHAT,
      kommoPersonId: ids.sender_id,
    });
    expect(String(sent[0]?.body)).toBe(
      '{"conversation_id":"tg:77:555","source":{"external_id":"ch_77"},"user":{"id":"tg:555","name":"Ana"}}',
    );
  });
});

describe('a refusal of the chat API', () => {
  async function refusal(answer: Parameters<typeof chatApi>[0]) {
    const api = chatApi(answer);
    try {
      await sendMessage(api.kommo, scope, textIn);
    } catch (error) {
      if (isKommoError(error)) return { ...api, error };
      throw error;
    }
    throw new Error('The call was not refused.');
  }

  const problem = {
    status: 0,
    error_code: 403,
    error_type: 'ORIGIN_INVALID_SIGNATURE',
    error_description: 'invalid signature of Hola',
  };

  test.each<[number, KommoError['kind']]>([
    [400, 'rejected'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'rejected'],
    [422, 'rejected'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('with %i is told as %s, with Kommo’s word for it', async (status, kind) => {
    const { error } = await refusal({ status, body: problem });
    expect(error).toMatchObject({ kind, status, api: 'amojo', hint: problem.error_type });
  });

  test('never brings its description, or what was sent, into the error or the log', async () => {
    for (const status of [400, 403, 429]) {
      const { error, logs } = await refusal({ status, body: problem });
      const told = JSON.stringify([logs, error, error.message, error.stack]);
      expect(told).not.toContain('invalid signature of');
      expect(told).not.toContain('Hola');
    }
  });

  test('has its word cut to a length that can be shown', async () => {
    const { error } = await refusal({ status: 400, body: { error_type: 'x'.repeat(500) } });
    expect(error.hint).toHaveLength(200);
  });

  test.each(['', 'x', [], { error_type: 7 }])('may say nothing: %j', async (body) => {
    const { error } = await refusal({ status: 404, body });
    expect(error).toMatchObject({ kind: 'not_found', hint: undefined });
  });

  test('to slow down stops the calls of everybody for as long as it asks', async () => {
    const { pauses, error } = await refusal({ status: 429, headers: { 'retry-after': '17' } });
    expect(pauses).toEqual([17]);
    expect(error.retryAfterSeconds).toBe(17);
  });

  test('of another kind stops nobody', async () => {
    expect((await refusal({ status: 500 })).pauses).toEqual([]);
  });

  test('of our own budget leaves before anything is sent', async () => {
    const { kommo, sent } = chatApi();
    const full = new Error('no turn');
    const amojoBudget = { ...kommo.amojoBudget, wait: () => Promise.reject(full) };
    await expect(sendMessage({ ...kommo, amojoBudget }, scope, textIn)).rejects.toBe(full);
    expect(sent).toEqual([]);
  });
});

test('each call takes one turn, as its account', async () => {
  const { kommo, waits } = chatApi();
  for (const [, , call] of CALLS) await call(kommo);
  expect(waits).toEqual(CALLS.map(() => SCOPE));
});

test('the vectors are those of the channel these tests are configured with', () => {
  const { channelId, channelSecret } = testConfig(9000).kommo;
  expect([channelId, channelSecret]).toEqual([CHANNEL, SECRET]);
  for (const { body, md5 } of Object.values(REQUESTS)) {
    expect(createHash('md5').update(body).digest('hex')).toBe(md5);
  }
});

describe('the history', () => {
  const of = (messages: unknown) =>
    readHistory(chatApi({ body: { messages } }).kommo, scope, KOMMO_CHAT, { limit: 99, offset: 0 });

  const entry = {
    timestamp: 1_795_773_600,
    msec_timestamp: 1_795_773_600_123,
    sender: { id: '2ed64e26-70a1-4857-8382-bb066a076219', name: 'Ana', client_id: 'tg:555' },
    message: {
      id: KOMMO_MESSAGE,
      client_id: 'tg:77:1001',
      type: 'picture',
      text: '',
      media: 'https://amojo.kommo.com/attachments/1',
      file_name: 'a.png',
      file_size: 12,
      media_group_id: 'g',
    },
  };

  test('tells of each message who wrote what and when', async () => {
    expect(await of([entry])).toEqual([
      {
        kommoMessageId: KOMMO_MESSAGE,
        msgid: 'tg:77:1001',
        atMs: 1_795_773_600_123,
        senderKommoId: entry.sender.id,
        senderId: 'tg:555',
        type: 'picture',
        mediaUrl: 'https://amojo.kommo.com/attachments/1',
        fileName: 'a.png',
        fileBytes: 12,
        mediaGroupId: 'g',
      },
    ]);
  });

  test('knows seconds where Kommo leaves out the milliseconds', async () => {
    const { msec_timestamp: _, ...older } = entry;
    expect(await of([older])).toMatchObject([{ atMs: 1_795_773_600_000 }]);
  });

  test('leaves out what cannot be read', async () => {
    const nameless = { ...entry, message: { type: 'text' } };
    expect(await of([null, nameless, { ...entry, sender: 7 }])).toMatchObject([
      { kommoMessageId: KOMMO_MESSAGE },
    ]);
  });

  test('is never asked for more than Kommo gives at once', async () => {
    const { kommo, sent } = chatApi({ body: { messages: [] } });
    await readHistory(kommo, scope, KOMMO_CHAT, { limit: 99, offset: 0 });
    expect(String(sent[0]?.url)).toMatch(/limit=50$/);
  });

  test('of a chat without messages is empty', async () => {
    const { kommo } = chatApi({ status: 204, body: '' });
    expect(await readHistory(kommo, scope, KOMMO_CHAT, { limit: 50, offset: 0 })).toEqual([]);
  });
});
