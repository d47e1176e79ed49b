import { Readable } from 'node:stream';
import { evolutionMessages } from '../../src/server/connectors/evolution/carrier.ts';
import { EvolutionClient } from '../../src/server/connectors/evolution/client.ts';
import type {
  ChatAddress,
  OutgoingMessage,
  SendOutcome,
} from '../../src/server/connectors/messages.ts';
import {
  API_KEY,
  type EvolutionApi,
  refusal,
  sent,
  startEvolutionApi,
  unknownNumber,
} from './support/evolution-api.ts';
import { ANA, ANA_JID, ANA_LID, GROUP_JID, INSTANCE } from './support/evolution-events.ts';
import { FILE_CONTENT, heldFile } from './support/held-file.ts';
import { outgoing } from './support/message-kinds.ts';
import { createTools, type TestTools } from './support/tools.ts';

const CREDENTIALS = { session: INSTANCE };
const FILE = FILE_CONTENT.toString('base64');
const SENT = { state: 'sent', messageId: '3EB0F1', isDelivered: false };

const chatWith = (fields: Partial<ChatAddress> = {}): ChatAddress => ({
  chatId: ANA,
  personId: ANA,
  isNew: false,
  ...fields,
});

describe('a message of a manager', () => {
  let api: EvolutionApi;
  let tools: TestTools;
  let carrier: ReturnType<typeof evolutionMessages>;

  beforeEach(async () => {
    api = await startEvolutionApi();
    tools = createTools('evolution');
    const server = { url: `http://127.0.0.1:${api.port}`, apiKey: API_KEY };
    carrier = evolutionMessages(server, new EvolutionClient(server), 0);
  });
  afterEach(async () => {
    await tools.close();
    await api.close();
  });

  async function send(
    fields: Partial<OutgoingMessage>,
    chat: ChatAddress = chatWith(),
  ): Promise<SendOutcome[]> {
    const outcomes: SendOutcome[] = [];
    for (const part of carrier.compose(outgoing(fields))) {
      outcomes.push(await carrier.send(tools, CREDENTIALS, chat, part));
    }
    return outcomes;
  }

  test('is one call with the id that WhatsApp knows the chat by, and not delivered yet', async () => {
    expect(await send({ text: ' Olá\r\n*Ana* ', replyTo: '3EB0AA' })).toEqual([SENT]);
    expect(api.calls).toEqual([
      {
        path: '/message/sendText',
        json: { number: ANA_JID, text: 'Olá\n*Ana*', quoted: { key: { id: '3EB0AA' } } },
      },
    ]);
  });

  test.each([
    [ANA, ANA_JID],
    [GROUP_JID, GROUP_JID],
    [ANA_LID, ANA_LID],
  ])('to %s goes to %s', async (chatId, number) => {
    expect(await send({ text: 'Olá' }, chatWith({ chatId }))).toEqual([SENT]);
    expect(api.calls[0]?.json.number).toBe(number);
  });

  test.each(['', 'status@broadcast', '../x', 'of-message:3EB0AA'])(
    'to "%s" goes nowhere',
    async (chatId) => {
      const outcomes = await send({ text: 'Olá' }, chatWith({ chatId }));
      expect(outcomes).toEqual([{ state: 'refused', reason: 'chat_unknown' }]);
      expect(api.calls).toEqual([]);
    },
  );

  const document = { mediatype: 'document' };
  const mp4 = { mediatype: 'video', mimetype: 'video/mp4' };

  test.each([
    [
      'picture',
      'a.jpg',
      'image/jpeg',
      'sendMedia',
      'media',
      { mediatype: 'image', mimetype: 'image/jpeg' },
    ],
    ['picture', 'a.png', '', 'sendMedia', 'media', { mediatype: 'image', mimetype: 'image/png' }],
    [
      'picture',
      'a.gif',
      'image/gif',
      'sendMedia',
      'media',
      { ...document, mimetype: 'image/gif', fileName: 'a.gif' },
    ],
    ['video', 'a.mp4', 'video/mp4', 'sendMedia', 'media', mp4],
    [
      'video',
      'a.mov',
      'video/quicktime',
      'sendMedia',
      'media',
      { ...document, mimetype: 'video/quicktime', fileName: 'a.mov' },
    ],
    ['voice', 'a.ogg', 'audio/ogg', 'sendWhatsAppAudio', 'audio', {}],
    ['voice', 'a.m4a', 'audio/mp4', 'sendWhatsAppAudio', 'audio', {}],
    [
      'audio',
      'a.mp3',
      'audio/mpeg',
      'sendMedia',
      'media',
      { ...document, mimetype: 'audio/mpeg', fileName: 'a.mp3' },
    ],
    ['sticker', 'a.webp', 'image/webp', 'sendSticker', 'sticker', { notConvertSticker: true }],
    ['sticker', 'a.png', 'image/png', 'sendSticker', 'sticker', {}],
    [
      'sticker',
      'a.tgs',
      'application/x-tgsticker',
      'sendMedia',
      'media',
      { ...document, mimetype: 'application/x-tgsticker', fileName: 'a.tgs.bin' },
    ],
    [
      'file',
      'a.pdf',
      'application/pdf',
      'sendMedia',
      'media',
      { ...document, mimetype: 'application/pdf', fileName: 'a.pdf' },
    ],
    [
      'file',
      'price',
      'application/pdf',
      'sendMedia',
      'media',
      { ...document, mimetype: 'application/pdf', fileName: 'price.pdf' },
    ],
    [
      'file',
      'a.pdf',
      'application/octet-stream',
      'sendMedia',
      'media',
      { ...document, mimetype: 'application/pdf', fileName: 'a.pdf' },
    ],
  ] as const)('with a %s %s (%s) is %s', async (kind, name, type, call, field, members) => {
    for (const isCounted of [true, false]) {
      api.calls.length = 0;
      const media = { kind, ...heldFile(name, type, { isCounted }) };
      expect(await send({ media })).toMatchObject([{ state: 'sent' }]);
      expect(api.calls).toEqual([
        { path: `/message/${call}`, json: { number: ANA_JID, ...members, [field]: FILE } },
      ]);
    }
  });

  test('has its words below the file where they fit, and after it where not', async () => {
    const media = { kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg') };
    await send({ media, text: 'Look', replyTo: '3EB0AA' });
    expect(api.calls[0]?.json).toMatchObject({
      caption: 'Look',
      quoted: { key: { id: '3EB0AA' } },
    });
    api.calls.length = 0;
    await send({ media: { kind: 'voice', ...heldFile('a.ogg', 'audio/ogg') }, text: 'Listen' });
    expect(api.calls.map(({ path }) => path)).toEqual([
      '/message/sendWhatsAppAudio',
      '/message/sendText',
    ]);
  });

  test('has its buttons as numbered lines', async () => {
    const buttons = [[{ text: 'Yes' }, { text: 'Shop', url: 'https://shop.example/' }]];
    await send({ text: 'Well?', buttons });
    expect(api.calls[0]?.json.text).toBe('Well?\n\n1. Yes\nShop: https://shop.example/');
  });

  test.each([
    [500, ['Error: Input buffer contains unsupported image format']],
    [500, 'ffmpeg exited with code 1: Conversion failed!'],
    [400, ['Error: Invalid media duration']],
  ])('goes as a document when the server cannot show its file: %s %j', async (status, words) => {
    const media = { kind: 'picture' as const, ...heldFile('a.jpg', 'image/jpeg') };
    api.say('/message/sendMedia', refusal(status, words));
    expect(await send({ media, text: 'Look' })).toEqual([SENT]);
    expect(api.calls.map(({ json }) => json.mediatype)).toEqual(['image', 'document']);
    expect(api.calls[1]?.json).toMatchObject({ caption: 'Look', fileName: 'a.jpg', media: FILE });
  });

  test('is refused where the number is not on WhatsApp, and the number is not repeated', async () => {
    api.say('/message/sendText', unknownNumber(ANA));
    const outcomes = await send({ text: 'Olá' });
    expect(outcomes).toEqual([{ state: 'refused', reason: 'chat_unknown' }]);
  });

  test.each<[string, number, unknown, SendOutcome]>([
    [
      'nothing to send',
      400,
      ['Text is required'],
      { state: 'refused', reason: 'unsupported', detail: 'Text is required' },
    ],
    [
      'an empty file',
      400,
      ['Owned media must be a url or base64'],
      {
        state: 'refused',
        reason: 'file_unavailable',
        detail: 'Owned media must be a url or base64',
      },
    ],
    [
      'a file that is too large',
      413,
      'Payload Too Large',
      { state: 'refused', reason: 'too_large', detail: 'Payload Too Large' },
    ],
    [
      'a group one was removed from',
      400,
      ['Error: forbidden'],
      { state: 'refused', reason: 'removed_from_chat', detail: 'Error: forbidden' },
    ],
    [
      'something else',
      400,
      [['instance requires property "x"']],
      { state: 'refused', reason: 'refused', detail: 'instance requires property "x"' },
    ],
    [
      'its database, after it was sent',
      400,
      [
        'PrismaClientKnownRequestError: Invalid `this.prismaRepository.message.create()`: Timed out',
      ],
      { state: 'unknown' },
    ],
    ['something nobody foresaw', 500, 'Internal Server Error', { state: 'unknown' }],
  ])('that fails for %s', async (_why, status, words, outcome) => {
    api.say('/message/sendText', refusal(status, words));
    expect(await send({ text: 'Olá' })).toEqual([outcome]);
  });

  test.each([
    [400, ['Error: Connection Closed']],
    [500, 'Connection Closed'],
    [500, ['Error: Connection Closed']],
    [400, ['Error: Timed Out']],
    [400, ['Error: Media upload failed on all hosts']],
    [400, ["TypeError: Cannot read properties of undefined (reading 'sendMessage')"]],
    [500, "Cannot read properties of undefined (reading 'onWhatsApp')"],
  ])('waits while there is no connection to WhatsApp: %s %j', async (status, words) => {
    api.say('/message/sendText', refusal(status, words));
    await expect(send({ text: 'Olá' })).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test.each<[string, { status: number; json: unknown }, string]>([
    ['a refused key', { status: 401, json: {} }, 'misconfigured'],
    ['another server', { status: 404, json: { message: 'no' } }, 'misconfigured'],
    ['a guard in between', { status: 403, json: {} }, 'misconfigured'],
    ['WhatsApp that wants a pause', refusal(400, ['Error: rate-overlimit']), 'rate_limited'],
    ['an instance that is gone', refusal(404, ['The "x" instance does not exist']), 'reauthorize'],
  ])('says nothing of itself when it fails for %s', async (_why, answer, failure) => {
    api.say('/message/sendText', answer);
    await expect(send({ text: 'Olá' })).rejects.toMatchObject({ failure });
  });

  describe('to a group the server cannot find', () => {
    const group = chatWith({ chatId: GROUP_JID });
    const connected = (state: string) => ({ status: 200, json: { instance: { state } } });
    const nameless = refusal(400, ['[object Object]']);

    test('is refused when the server is connected', async () => {
      api.say('/message/sendText', nameless);
      const outcome = { state: 'refused', reason: 'removed_from_chat' };
      expect(await send({ text: 'Olá' }, group)).toEqual([outcome]);
    });

    test('waits when it is not', async () => {
      api.say('/message/sendText', nameless);
      api.say('/instance/connectionState', connected('connecting'));
      await expect(send({ text: 'Olá' }, group)).rejects.toMatchObject({ failure: 'unavailable' });
    });
  });

  describe('that is the first to a number', () => {
    const first = (phone?: string) => chatWith({ chatId: '', personId: '', isNew: true, phone });

    test('goes to the number as it is dialled, and learns the chat', async () => {
      api.say('/message/sendText', sent('551199990000', '3EB0F1'));
      expect(await send({ text: 'Olá' }, first(`+${ANA}`))).toEqual([
        { ...SENT, chatId: '551199990000' },
      ]);
      expect(api.calls[0]?.json.number).toBe(ANA);
    });

    test('has a chat by the number that the server knows behind a hidden one', async () => {
      api.say('/message/sendText', sent(ANA_LID, '3EB0F1'));
      const jid = '551199990000@s.whatsapp.net';
      api.say('/chat/whatsappNumbers', { status: 200, json: [{ jid, number: ANA_LID }] });
      expect(await send({ text: 'Olá' }, first(`+${ANA}`))).toEqual([
        { ...SENT, chatId: '551199990000' },
      ]);
    });

    test.each([
      ['knows none', { status: 200, json: [] }],
      ['cannot be asked', refusal(500, ['x'])],
    ])(
      'has a chat by the dialled number when the server %s behind a hidden one',
      async (_why, answer) => {
        api.say('/message/sendText', sent(ANA_LID, '3EB0F1'));
        api.say('/chat/whatsappNumbers', answer);
        expect(await send({ text: 'Olá' }, first(`+${ANA}`))).toEqual([{ ...SENT, chatId: ANA }]);
      },
    );

    test('has a chat by that number when WhatsApp hides it', async () => {
      api.say('/message/sendText', sent(ANA_LID, '3EB0F1'));
      expect(await send({ text: 'Olá' }, first(`+${ANA}`))).toEqual([{ ...SENT, chatId: ANA }]);
    });

    test('is refused when the number is not on WhatsApp, or is none', async () => {
      const refused = [{ state: 'refused', reason: 'chat_unknown' }];
      expect(await send({ text: 'Olá' }, first('+5511000000000'))).toEqual(refused);
      expect(await send({ text: 'Olá' }, first('+55 11'))).toEqual(refused);
      expect(await send({ text: 'Olá' }, first())).toEqual(refused);
    });
  });

  test('names the chat that it went to, where that has another number', async () => {
    api.say('/message/sendText', sent('525512345678', '3EB0F1'));
    const chat = chatWith({ chatId: '5215512345678' });
    expect(await send({ text: 'Olá' }, chat)).toEqual([{ ...SENT, chatId: '525512345678' }]);
    api.say('/message/sendText', sent(ANA_LID, '3EB0F1'));
    expect(await send({ text: 'Olá' })).toEqual([SENT]);
  });

  describe('shows first that the client was read', () => {
    const seen = {
      path: '/chat/markMessageAsRead',
      json: { readMessages: [{ remoteJid: ANA_JID, id: '3EB0AA', fromMe: false }] },
    };
    const paths = () => api.calls.map(({ path }) => path);

    test('once for a message of several parts', async () => {
      const media = { kind: 'voice' as const, ...heldFile('a.ogg', 'audio/ogg') };
      await send({ media, text: 'Listen' }, chatWith({ lastReceivedId: '3EB0AA' }));
      expect(paths()).toEqual([seen.path, '/message/sendWhatsAppAudio', '/message/sendText']);
      expect(api.calls[0]).toEqual(seen);
    });

    test('of all that waits for an answer', async () => {
      const unanswered = { lastReceivedId: '3EB0AA', earlierReceivedIds: ['3EB0A9', '3EB0A8'] };
      await send({ text: 'Olá' }, chatWith(unanswered));
      expect(api.calls[0]?.json).toMatchObject({
        readMessages: [{ id: '3EB0AA' }, { id: '3EB0A9' }, { id: '3EB0A8' }],
      });
    });

    test('and goes on when that fails', async () => {
      api.say(seen.path, refusal(500, ['Read messages fail']));
      const chat = chatWith({ lastReceivedId: '3EB0AA' });
      expect(await send({ text: 'Olá' }, chat)).toEqual([SENT]);
    });

    test.each([GROUP_JID, ANA_LID])(
      'but not in %s, where the server does nothing',
      async (chatId) => {
        await send({ text: 'Olá' }, chatWith({ chatId, lastReceivedId: '3EB0AA' }));
        expect(paths()).toEqual(['/message/sendText']);
      },
    );
  });

  describe('a reaction', () => {
    const react = (emoji: string | null, isOurs = false) =>
      carrier.react?.(tools, CREDENTIALS, chatWith(), { messageId: '3EB0AA', isOurs, emoji });

    test.each([
      ['👍', false, '👍'],
      ['❤️', true, '❤️'],
      [null, false, ''],
    ])('%s names the message and whose it is', async (emoji, isOurs, reaction) => {
      expect(await react(emoji, isOurs)).toMatchObject({ state: 'sent', messageId: '3EB0AA' });
      expect(api.calls).toEqual([
        {
          path: '/message/sendReaction',
          json: { key: { remoteJid: ANA_JID, fromMe: isOurs, id: '3EB0AA' }, reaction },
        },
      ]);
    });

    test('whose fate is unknown does not hold up what is written next', async () => {
      api.say('/message/sendReaction', refusal(500, ['Cannot read properties of undefined']));
      expect(await react('👍')).toEqual({ state: 'unknown' });
    });

    test('that is no emoji is refused', async () => {
      api.say(
        '/message/sendReaction',
        refusal(400, ['Reaction must be a single emoji or empty string']),
      );
      expect(await react('x')).toMatchObject({ state: 'refused', reason: 'unsupported' });
    });
  });

  test('is announced by some seconds of writing', async () => {
    await carrier.typing?.(tools, CREDENTIALS, chatWith());
    expect(api.calls).toEqual([
      { path: '/chat/sendPresence', json: { number: ANA_JID, presence: 'composing', delay: 4000 } },
    ]);
  });

  test('is not sent again when its file broke off', async () => {
    const body = () =>
      Readable.from(
        (function* () {
          yield FILE_CONTENT;
          throw new Error('reset');
        })(),
      );
    const media = {
      kind: 'file' as const,
      ...heldFile('a.pdf', 'application/pdf', { body, bytes: 9e4 }),
    };
    await expect(send({ media })).rejects.toMatchObject({ failure: 'unavailable' });
    expect(api.calls).toEqual([]);
  });
});
