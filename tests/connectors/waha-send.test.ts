import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
  ChatAddress,
  OutgoingMessage,
  SendOutcome,
} from '../../src/server/connectors/messages.ts';
import { wahaMessages } from '../../src/server/connectors/waha/carrier.ts';
import { FILE_CONTENT, heldFile } from './support/held-file.ts';
import { outgoing } from './support/message-kinds.ts';
import type { SmallAnswer } from './support/small-double.ts';
import { createTools, type TestTools } from './support/tools.ts';
import { ANA, ANA_LID, GROUP } from './support/waha-events.ts';
import {
  API_KEY,
  NOT_WORKING,
  refusal,
  SESSION,
  startWahaServer,
  type WahaServer,
} from './support/waha-server.ts';

const NUMBER = '5511999990000';
const CREDENTIALS = { session: SESSION };
const MEGABYTE = 1024 * 1024;

let server: WahaServer;
let tools: TestTools;
let carrier: ReturnType<typeof wahaMessages>;

beforeEach(async () => {
  server = await startWahaServer();
  tools = createTools('waha');
  carrier = wahaMessages({ url: `http://127.0.0.1:${server.port}`, apiKey: API_KEY });
});
afterEach(async () => {
  await tools.close();
  await server.close();
});

const chatWith = (fields: Partial<ChatAddress> = {}): ChatAddress => ({
  chatId: NUMBER,
  personId: NUMBER,
  isNew: false,
  ...fields,
});

async function send(
  fields: Partial<OutgoingMessage>,
  address: Partial<ChatAddress> = {},
): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  for (const part of carrier.compose(outgoing(fields))) {
    outcomes.push(await carrier.send(tools, CREDENTIALS, chatWith(address), part));
  }
  return outcomes;
}

const pathsOf = () => server.calls.map(({ path }) => path);

describe('a message of a manager', () => {
  test('is one call, and an acknowledgement will say when it is there', async () => {
    expect(await send({ text: ' Oi\r\n_tea_ ' })).toEqual([
      { state: 'sent', messageId: '3EB0101', isDelivered: false },
    ]);
    expect(server.calls).toEqual([
      { path: '/api/sendText', json: { session: SESSION, chatId: ANA, text: 'Oi\n_tea_' } },
    ]);
  });

  test.each([
    [ANA_LID, ANA_LID],
    [GROUP, GROUP],
    [NUMBER, ANA],
  ])('to %s goes to %s', async (chatId, wire) => {
    expect(await send({ text: 'Oi' }, { chatId })).toMatchObject([{ state: 'sent' }]);
    expect(server.calls[0]?.json.chatId).toBe(wire);
  });

  test.each(['', 'nobody', 'status@broadcast', '1@newsletter', '../../api'])(
    'to %j is refused and not sent',
    async (chatId) => {
      const refused = [{ state: 'refused', reason: 'chat_unknown' }];
      expect(await send({ text: 'Oi' }, { chatId })).toEqual(refused);
      expect(server.calls).toEqual([]);
    },
  );

  test('quotes a message by its whole id, in the first of its parts', async () => {
    await send({ text: 'word '.repeat(7_000), replyTo: '3EB0FF', isReplyToOurs: true });
    await send({ text: 'Yes', replyTo: '3EB0AA' });
    expect(server.calls.map(({ json }) => json.reply_to)).toEqual([
      `true_${ANA}_3EB0FF`,
      undefined,
      undefined,
      `false_${ANA}_3EB0AA`,
    ]);
  });

  test.each<SmallAnswer>([
    refusal(400, 'reply_to: message not found'),
    { status: 500, json: { exception: { message: 'Could not get the quoted message.' } } },
  ])('goes without its quote where WAHA does not know what is quoted: %j', async (answer) => {
    server.say('/api/sendText', answer);
    expect(await send({ text: 'Yes', replyTo: '3EB0FF' })).toMatchObject([{ state: 'sent' }]);
    expect(server.calls.map(({ json }) => 'reply_to' in json)).toEqual([true, false]);
  });

  test('shows once that what the client wrote was seen, before it is answered', async () => {
    const unanswered = { lastReceivedId: '3EB0AA', earlierReceivedIds: ['3EB0A9'] };
    await send({ text: 'word '.repeat(7_000) }, unanswered);
    expect(pathsOf()).toEqual(['/api/sendSeen', ...Array(3).fill('/api/sendText')]);
    expect(server.calls[0]?.json).toEqual({
      session: SESSION,
      chatId: ANA,
      messageIds: [`false_${ANA}_3EB0AA`, `false_${ANA}_3EB0A9`],
    });
    await send({ text: 'Oi' }, { chatId: GROUP, lastReceivedId: '3EB0AA' });
    expect(server.calls[4]?.json).toEqual({ session: SESSION, chatId: GROUP });
  });

  test('is sent also where the client cannot be shown that theirs was seen', async () => {
    server.say('/api/sendSeen', refusal(500, 'Internal server error'));
    const outcomes = await send({ text: 'Oi' }, { lastReceivedId: '3EB0AA' });
    expect(outcomes).toMatchObject([{ state: 'sent' }]);
  });

  test.each([
    ['picture', 'a.jpg', 'image/jpeg', '/api/sendImage', 'image/jpeg', undefined],
    ['picture', 'a.png', '', '/api/sendImage', 'image/png', undefined],
    ['picture', 'a.gif', 'image/gif', '/api/sendFile', 'image/gif', undefined],
    ['video', 'a.mp4', 'video/mp4', '/api/sendVideo', 'video/mp4', false],
    ['video', 'a.avi', 'video/x-msvideo', '/api/sendVideo', 'video/x-msvideo', true],
    ['voice', 'a.ogg', 'audio/ogg', '/api/sendVoice', 'audio/ogg; codecs=opus', false],
    ['voice', 'a.mp3', 'audio/mpeg', '/api/sendVoice', 'audio/mpeg', true],
    ['audio', 'a.mp3', 'audio/mpeg', '/api/sendFile', 'audio/mpeg', undefined],
    ['sticker', 'a.webp', 'image/webp', '/api/sendImage', 'image/webp', undefined],
    ['file', 'a.jpg', 'image/jpeg', '/api/sendFile', 'image/jpeg', undefined],
    ['file', 'a', 'odd', '/api/sendFile', 'application/octet-stream', undefined],
  ] as const)(
    'with a %s named %s of type %j goes by %s as %s',
    async (kind, name, type, path, mimetype, convert) => {
      expect(await send({ media: { kind, ...heldFile(name, type) } })).toMatchObject([
        { state: 'sent' },
      ]);
      const [call] = server.calls;
      expect(call).toMatchObject({ path, json: { file: { mimetype, filename: name } } });
      expect(call?.json.convert).toBe(convert);
      expect(call?.content?.equals(FILE_CONTENT)).toBe(true);
    },
  );

  test.each([0, 1, 2, 3, 4, 64 * 1024 + 1])(
    'has a file that arrives whole, whatever pieces it comes in: %d more',
    async (more) => {
      const pieces = [Buffer.alloc(1, 'a'), Buffer.alloc(5, 'b'), Buffer.alloc(more, 'c')];
      const body = () => Readable.from(pieces);
      const whole = Buffer.concat(pieces);
      for (const isCounted of [true, false]) {
        const file = heldFile('a.bin', 'application/zip', { body, bytes: whole.length, isCounted });
        expect(await send({ media: { kind: 'file', ...file } })).toMatchObject([{ state: 'sent' }]);
        expect(server.calls.at(-1)?.content?.equals(whole)).toBe(true);
        expect(server.calls.at(-1)?.json.isChunked).toBe(isCounted ? undefined : true);
      }
    },
  );

  test('with a file that is too large for JSON goes by our link', async () => {
    const file = heldFile('a.bin', 'application/zip', { bytes: 38 * MEGABYTE });
    const media = { kind: 'file' as const, ...file };
    expect(await send({ media, text: 'Look' })).toMatchObject([{ state: 'sent' }]);
    expect(server.calls[0]?.json).toMatchObject({
      caption: 'Look',
      file: { url: media.link, filename: 'a.bin', mimetype: 'application/zip' },
    });
    expect(file.left()).toBe(0);
  });

  test('with a file that turns out too large is refused', async () => {
    const piece = Buffer.alloc(MEGABYTE);
    const body = () => Readable.from(Array.from({ length: 38 }, () => piece));
    const file = heldFile('a.bin', 'application/zip', { body, isCounted: false });
    const refused = [{ state: 'refused', reason: 'too_large' }];
    expect(await send({ media: { kind: 'file', ...file } })).toEqual(refused);
  });

  test('has its words below the file, or after it', async () => {
    const picture = () => ({ kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg') });
    await send({ media: picture(), text: 'Look' });
    await send({ media: picture(), text: 'Look! '.repeat(200) });
    await send({ media: { kind: 'voice', ...heldFile('a.ogg', 'audio/ogg') }, text: 'Listen' });
    expect(server.calls.map(({ path, json }) => [path, json.caption ?? json.text])).toEqual([
      ['/api/sendImage', 'Look'],
      ['/api/sendImage', undefined],
      ['/api/sendText', 'Look! '.repeat(200).trim()],
      ['/api/sendVoice', undefined],
      ['/api/sendText', 'Listen'],
    ]);
  });

  test('has its buttons as numbered lines', async () => {
    const buttons = [
      [
        { text: 'Tea', callbackData: 'r1' },
        { text: 'Shop', url: 'https://s.example/' },
      ],
      [{ text: 'No' }],
    ];
    await send({ text: 'Choose', buttons });
    expect(server.calls[0]?.json.text).toBe('Choose\n\n1. Tea\nShop: https://s.example/\n2. No');
  });

  test.each(['a"\\.pdf', 'päge 茶.pdf', '../../a.pdf', '', '\ud800', 'a\n.pdf'])(
    'has a file whose name breaks nothing: %j',
    async (fileName) => {
      const media = { kind: 'file' as const, ...heldFile(fileName, 'application/pdf') };
      expect(await send({ media })).toMatchObject([{ state: 'sent' }]);
      const file = server.calls[0]?.json.file as { filename: string } | undefined;
      expect(file?.filename).not.toMatch(/[/\\\n]|^$/);
      expect(server.calls[0]?.content?.equals(FILE_CONTENT)).toBe(true);
    },
  );

  test.each([
    ['a text', { id: 'true_5511999990000@c.us_3EB0FF' }],
    [
      'the id within an id',
      { id: { fromMe: true, id: '3EB0FF', _serialized: `true_${ANA}_3EB0FF` } },
    ],
    ['an id of an id', { id: { id: { _serialized: `true_${ANA}_3EB0FF` } } }],
    ['a bare id', { id: { id: '3EB0FF' } }],
    ['a key', { key: { remoteJid: '5511999990000@s.whatsapp.net', fromMe: true, id: '3EB0FF' } }],
    ['a key beside an odd id', { id: null, key: { id: '3EB0FF' } }],
    ['data of WhatsApp Web', { _data: { id: { _serialized: `true_${ANA}_3EB0FF_out` } } }],
  ])('is known by the id that the answer has as %s', async (_form, json) => {
    server.say('/api/sendText', { status: 201, json });
    expect(await send({ text: 'Oi' })).toMatchObject([{ state: 'sent', messageId: '3EB0FF' }]);
  });

  test.each([{}, { id: 7 }, { id: '../x' }, []])(
    'may be there when the answer is %j',
    async (json) => {
      server.say('/api/sendText', { status: 201, json });
      expect(await send({ text: 'Oi' })).toEqual([{ state: 'unknown' }]);
    },
  );

  test.each([
    ['while the session does not work', NOT_WORKING, 'unavailable'],
    ['when the session is gone', refusal(404, 'Session not found'), 'reauthorize'],
    [
      'when the session was never there',
      refusal(404, "We didn't find a session with name 'x'.\nPlease start it first"),
      'reauthorize',
    ],
    ['when it is no WAHA', refusal(404, 'Cannot POST /api/sendText'), 'misconfigured'],
    ['when the key is refused', refusal(401, 'Unauthorized'), 'misconfigured'],
    ['when the key may not send', refusal(403, 'Forbidden'), 'misconfigured'],
    [
      'when it is too much',
      { status: 429, json: {}, headers: { 'retry-after': '7' } },
      'rate_limited',
    ],
  ])('waits, or is for the operator, %s', async (_when, answer, failure) => {
    server.say('/api/sendText', answer);
    await expect(send({ text: 'Oi' })).rejects.toMatchObject({ failure });
  });

  test.each([
    [refusal(422, 'The feature is available only in Plus version.'), 'unsupported'],
    [refusal(422, 'The method is not implemented by the engine.'), 'unsupported'],
    [refusal(413, 'request entity too large'), 'too_large'],
    [refusal(400, 'chatId: invalid wid'), 'chat_unknown'],
    [refusal(400, 'something else'), 'refused'],
    [{ status: 413, text: '<h1>Too large</h1>' }, 'too_large'],
    [{ status: 500, json: { exception: { message: 'No LID for user' } } }, 'chat_unknown'],
    [
      {
        status: 500,
        json: { exception: { message: 'PayloadTooLargeError: request entity too large' } },
      },
      'too_large',
    ],
    [
      { status: 500, json: { exception: { message: '2 UNKNOWN: server returned error 463' } } },
      'refused',
    ],
  ])('is refused for itself: %j', async (answer, reason) => {
    server.say('/api/sendText', answer);
    expect(await send({ text: 'Oi' })).toMatchObject([{ state: 'refused', reason }]);
  });
});

describe('a chat that begins in Kommo', () => {
  const isNew = { chatId: '', personId: '', phone: `+${NUMBER}`, isNew: true };

  test('is looked up first, and has the id that WhatsApp gives the number', async () => {
    server.say('check-exists', {
      status: 200,
      json: { numberExists: true, chatId: '551199990000@c.us' },
    });
    expect(await send({ text: 'Oi' }, isNew)).toEqual([
      { state: 'sent', messageId: '3EB0101', chatId: '551199990000', isDelivered: false },
    ]);
    expect(server.calls).toMatchObject([
      { path: 'check-exists', json: { phone: NUMBER, session: SESSION } },
      { path: '/api/sendText', json: { chatId: '551199990000@c.us' } },
    ]);
  });

  test('has the number that WAHA knows behind a hidden one', async () => {
    server.say('check-exists', { status: 200, json: { numberExists: true, chatId: ANA_LID } });
    server.say('lids', { status: 200, json: { lid: ANA_LID, pn: '551199990000@c.us' } });
    expect(await send({ text: 'Oi' }, isNew)).toMatchObject([
      { state: 'sent', chatId: '551199990000' },
    ]);
  });

  test.each([
    ['knows none', { status: 200, json: { lid: ANA_LID, pn: null } }],
    ['cannot be asked', refusal(500, 'x')],
  ])('has the dialled number where WAHA %s behind a hidden one', async (_why, answer) => {
    server.say('check-exists', { status: 200, json: { numberExists: true, chatId: ANA_LID } });
    server.say('lids', answer);
    expect(await send({ text: 'Oi' }, isNew)).toMatchObject([{ state: 'sent', chatId: NUMBER }]);
  });

  test('has the number as its id where WhatsApp answers with a hidden one', async () => {
    server.say('check-exists', { status: 200, json: { numberExists: true, chatId: ANA_LID } });
    expect(await send({ text: 'Oi' }, isNew)).toMatchObject([{ state: 'sent', chatId: NUMBER }]);
  });

  test('with a number that is not on WhatsApp is refused', async () => {
    const nobody = { ...isNew, phone: '+5511000000000' };
    expect(await send({ text: 'Oi' }, nobody)).toEqual([
      { state: 'refused', reason: 'chat_unknown' },
    ]);
    expect(pathsOf()).toEqual(['check-exists']);
  });

  test.each([
    [refusal(500, 'x'), 'unavailable'],
    [NOT_WORKING, 'unavailable'],
    [refusal(404, 'Session not found'), 'reauthorize'],
    [refusal(401, 'Unauthorized'), 'misconfigured'],
    [{ status: 200, json: {} }, 'misconfigured'],
  ])('waits when it cannot be looked up: %j', async (answer, failure) => {
    server.say('check-exists', answer);
    await expect(send({ text: 'Oi' }, isNew)).rejects.toMatchObject({ failure });
  });
});

describe('signs of life', () => {
  test('one of several contacts in a message is named as that message', async () => {
    await carrier.react?.(tools, CREDENTIALS, chatWith(), {
      ...{ messageId: '3EB0AA:2', isOurs: false, emoji: '👍' },
    });
    expect(server.calls).toMatchObject([{ json: { messageId: `false_${ANA}_3EB0AA` } }]);
  });

  test('a reaction names the whole message, and an empty one takes it away', async () => {
    const react = (isOurs: boolean, emoji: string | null) =>
      carrier.react?.(tools, CREDENTIALS, chatWith(), { messageId: '3EB0AA', isOurs, emoji });
    expect(await react(false, '👍')).toMatchObject({ state: 'sent' });
    expect(await react(true, null)).toMatchObject({ state: 'sent' });
    expect(server.calls.map(({ json }) => json)).toEqual([
      { session: SESSION, messageId: `false_${ANA}_3EB0AA`, reaction: '👍' },
      { session: SESSION, messageId: `true_${ANA}_3EB0AA`, reaction: '' },
    ]);
  });

  test('a reaction that the engine fails at holds up nothing', async () => {
    server.say('/api/reaction', refusal(500, 'Internal server error'));
    const reaction = { messageId: '3EB0AA', isOurs: false, emoji: '👍' };
    const outcome = carrier.react?.(tools, CREDENTIALS, chatWith(), reaction);
    await expect(outcome).resolves.toEqual({ state: 'unknown' });
  });

  test('typing is shown, and asked for in return', async () => {
    await carrier.typing?.(tools, CREDENTIALS, chatWith());
    expect(server.calls).toMatchObject([
      { path: '/api/startTyping', json: { session: SESSION, chatId: ANA } },
      { path: 'subscribe', json: { session: SESSION, chat: '5511999990000%40c.us' } },
    ]);
    server.say('/api/startTyping', refusal(500, 'x'));
    await expect(carrier.typing?.(tools, CREDENTIALS, chatWith())).resolves.toBeUndefined();
  });
});

describe('who somebody is', () => {
  test('a hidden id stands for a number, where WAHA knows it', async () => {
    const find = (alias: string) => carrier.findChat?.(tools, CREDENTIALS, alias);
    expect(await find(ANA_LID)).toEqual({ chatId: NUMBER, phone: `+${NUMBER}` });
    expect(await find('1234567890@lid')).toBeUndefined();
    server.say('lids', refusal(500, 'x'));
    await expect(find(ANA_LID)).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test('a person and a group have names', async () => {
    const find = (personId: string) => carrier.findPerson?.(tools, CREDENTIALS, personId);
    expect(await find(NUMBER)).toEqual({ name: 'Ana' });
    expect(await find(`group:${GROUP}`)).toEqual({ name: 'Friends of tea' });
    server.say('groups', { status: 200, json: { groupMetadata: { subject: 'Tea' } } });
    expect(await find(`group:${GROUP}`)).toEqual({ name: 'Tea' });
    server.say('contacts', refusal(404, 'x'));
    expect(await find(NUMBER)).toBeUndefined();
    expect(await find('nobody')).toBeUndefined();
  });
});

describe("a client's file", () => {
  const path = '/api/files/false_5511999990000@c.us_3EB0AA.jpg';
  const ref = { path, chat: ANA, message: `false_${ANA}_3EB0AA` };
  const open = (given: unknown) => carrier.openMedia(tools, CREDENTIALS, given);

  test('is fetched from the configured server, with its key', async () => {
    const { body, type } = await open(ref);
    expect((await buffer(body)).equals(FILE_CONTENT)).toBe(true);
    expect(type).toBe('image/jpeg');
  });

  test('that WAHA deleted by now is fetched from WhatsApp again', async () => {
    server.say('file', refusal(404, 'Not found'));
    const { body } = await open(ref);
    expect((await buffer(body)).equals(FILE_CONTENT)).toBe(true);
    expect(server.calls).toMatchObject([
      { path: 'file' },
      { path: 'message', json: { downloadMedia: 'true', session: SESSION } },
      { path: 'file' },
    ]);
  });

  test('without a byte in it is fetched from WhatsApp again', async () => {
    const nothing = { status: 200, text: '', headers: { 'content-length': '0' } };
    server.say('file', nothing);
    const { body } = await open(ref);
    expect((await buffer(body)).equals(FILE_CONTENT)).toBe(true);
    server.say('file', nothing, nothing);
    await expect(open(ref)).rejects.toMatchObject({ failure: 'rejected' });
  });

  test('that cannot be fetched again while the session does not work is there later', async () => {
    server.say('file', refusal(404, 'Not found'));
    server.say('message', NOT_WORKING);
    await expect(open(ref)).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test.each([
    ['has no message any more', refusal(404, 'Message not found')],
    ['cannot be fetched again', { status: 200, json: { hasMedia: true, media: null } }],
    ['lies elsewhere now', { status: 200, json: { media: { url: 'https://s3.example/a.jpg' } } }],
  ])('that %s is gone', async (_why, answer) => {
    server.say('file', refusal(404, 'Not found'));
    server.say('message', answer);
    await expect(open(ref)).rejects.toMatchObject({ failure: 'rejected' });
  });

  test.each([
    '/api/sessions',
    '/api/files/../sessions',
    '/api/files/%2e%2e/sessions',
    '/api/files/./a',
    '/api/files/',
    'http://elsewhere.example/api/files/a.jpg',
    '//elsewhere.example/api/files/a.jpg',
    '/api/files/a.jpg?x=1',
    '/api/files/a.jpg#x',
    '@elsewhere.example/api/files/a.jpg',
  ])('at %s is nobody’s', async (odd) => {
    await expect(open({ path: odd })).rejects.toMatchObject({ failure: 'rejected' });
    expect(server.calls).toEqual([]);
  });
});
