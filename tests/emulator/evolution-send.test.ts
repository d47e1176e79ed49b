import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { EVOLUTION_API_KEY } from '../../src/emulator/services/evolution.ts';
import { type Listener, listen } from '../support/emulator-client.ts';
import { BEATRIZ, BUSINESS, eventsOf, evolutionServer } from '../support/evolution.ts';

const JID = `${BEATRIZ.phone}@s.whatsapp.net`;
const SAMPLES = 'src/emulator/services/telegram/samples';
const PHOTO = readFileSync(`${SAMPLES}/photo-90.jpg`);

/** A server with one picture, and nothing else. */
async function startFiles() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/photo.jpg')) {
      response.setHeader('content-type', 'image/jpeg');
      response.end(PHOTO);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Sent {
  key: { remoteJid: string; fromMe: boolean; id: string };
  [name: string]: unknown;
}

describe('sending through the emulated Evolution API', () => {
  let emulator: Emulator;
  let server: ReturnType<typeof evolutionServer>;
  let files: Awaited<ReturnType<typeof startFiles>>;

  beforeAll(async () => {
    emulator = await createEmulator();
    files = await startFiles();
  });
  afterAll(async () => {
    await emulator.close();
    await files.close();
  });
  beforeEach(async () => {
    emulator.reset();
    server = evolutionServer(emulator);
    await server.link();
    await server.act('client', { client: BEATRIZ });
  });

  const number = BEATRIZ.phone;
  const sent = async (method: string, json: object) => {
    const reply = await server.send(method, { number, ...json });
    if (reply.status !== 201) throw new Error(reply.text);
    return reply.json as Sent;
  };
  const refused = async (method: string, json: object) => {
    const { status, json: body } = await server.send(method, json);
    return [status, (body as { response: { message: unknown } }).response.message];
  };
  const last = async () => (await server.chat()).messages.at(-1);

  test.each<[string, object, string, object]>([
    ['sendText', { text: 'It is.' }, 'conversation', { kind: 'text', text: 'It is.' }],
    [
      'sendMedia',
      { mediatype: 'image', media: PHOTO.toString('base64'), caption: 'Look' },
      'imageMessage',
      { kind: 'image', text: 'Look', file: { size: PHOTO.length, mime: 'image/jpeg' } },
    ],
    [
      'sendMedia',
      {
        mediatype: 'document',
        media: Buffer.from('Dear all').toString('base64'),
        fileName: 'letter.txt',
      },
      'documentMessage',
      { kind: 'document', file: { name: 'letter.txt', mime: 'text/plain', size: 8 } },
    ],
    [
      'sendMedia',
      {
        mediatype: 'document',
        media: Buffer.from('????').toString('base64'),
        fileName: 'letter.strange',
      },
      'documentMessage',
      { kind: 'document', file: { mime: 'false' } },
    ],
    [
      'sendWhatsAppAudio',
      { audio: Buffer.from('OggS').toString('base64') },
      'audioMessage',
      { kind: 'voice', file: { mime: 'audio/ogg; codecs=opus' } },
    ],
    [
      'sendSticker',
      { sticker: PHOTO.toString('base64') },
      'stickerMessage',
      { kind: 'sticker', file: { mime: 'image/webp' } },
    ],
    [
      'sendLocation',
      { latitude: 1.5, longitude: -2.5, name: 'Shop', address: 'Main street' },
      'locationMessage',
      { kind: 'location', location: { latitude: 1.5, longitude: -2.5, name: 'Shop' } },
    ],
    [
      'sendContact',
      { contact: [{ fullName: 'Rui', phoneNumber: '+55 11 90000-0001' }] },
      'contactMessage',
      { kind: 'contacts', contacts: [{ name: 'Rui', phone: '5511900000001' }] },
    ],
    [
      'sendPoll',
      { name: 'When?', selectableCount: 1, values: ['Now', 'Later'] },
      'pollCreationMessageV3',
      { kind: 'poll', extra: { question: 'When?', options: ['Now', 'Later'] } },
    ],
    [
      'sendList',
      {
        title: 'Sizes',
        footerText: '',
        buttonText: 'Choose',
        sections: [{ title: 'All', rows: [{ title: 'Small', rowId: 's' }] }],
      },
      'listMessage',
      { kind: 'list', text: 'Sizes' },
    ],
    [
      'sendButtons',
      { title: 'Keep it?', buttons: [{ type: 'reply', displayText: 'Yes', id: 'y' }] },
      'viewOnceMessage',
      { kind: 'buttons', text: '*Keep it?*' },
    ],
  ])('%s brings its message to the client', async (method, json, messageType, seen) => {
    const answer = await sent(method, json);
    expect(answer).toMatchObject({
      key: { remoteJid: JID, fromMe: true, id: expect.stringMatching(/^3EB0/) },
      status: 'PENDING',
      messageType,
    });
    expect(await last()).toMatchObject({ id: answer.key.id, source: 'api', ack: 2, ...seen });
  });

  test('fetches media by address, and says what came instead', async () => {
    await sent('sendMedia', { mediatype: 'image', media: `${files.url}/photo.jpg?sign=1` });
    expect(await last()).toMatchObject({ file: { size: PHOTO.length } });
    expect(files.asked.at(-1)).toBe('/photo.jpg?sign=1');
    await sent('sendSticker', { sticker: `${files.url}/photo.jpg?sign=1` });
    expect(files.asked.at(-1)).toMatch(/^\/photo\.jpg\?sign=1&timestamp=\d+$/);
    const gone = `${files.url}/gone.jpg`;
    await expect(
      refused('sendMedia', { number, mediatype: 'image', media: gone }),
    ).resolves.toEqual([500, ['AxiosError: Request failed with status code 404']]);
    await expect(refused('sendWhatsAppAudio', { number, audio: gone })).resolves.toEqual([
      404,
      'Request failed with status code 404',
    ]);
  });

  test('takes a file as part of a form, except a sticker', async () => {
    const upload = async (method: string, fields: Record<string, string>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([PHOTO], { type: 'image/jpeg' }), 'photo.jpg');
      return await fetch(`${emulator.url}/__services/evolution/message/${method}/shop`, {
        method: 'POST',
        headers: { apikey: EVOLUTION_API_KEY },
        body: form,
      });
    };
    const quoted = await server.act('send', { text: 'Show me' });
    const answer = await upload('sendMedia', {
      ...{ number, mediatype: 'image', fileName: 'a.png', caption: 'Here' },
      'quoted[key][id]': quoted.message_id,
    });
    expect(answer.status).toBe(201);
    expect(await last()).toMatchObject({
      ...{ text: 'Here', quote: quoted.message_id },
      file: { mime: 'image/png', size: PHOTO.length },
    });
    expect((await upload('sendSticker', { number })).status).toBe(500);
  });

  test.each<[string, string, object, number, unknown]>([
    ['no text', 'sendText', { number }, 400, [['instance requires property "text"']]],
    ['an empty text', 'sendText', { number, text: ' ' }, 400, ['Text is required']],
    ['a number that is none', 'sendText', { number: 5511, text: 'a' }, 400, [['Invalid format']]],
    [
      'an unknown kind of media',
      'sendMedia',
      { number, mediatype: 'gif', media: 'AAAA' },
      400,
      [['mediatype is not one of enum values: image,document,video,audio']],
    ],
    [
      'what is neither address nor base64',
      'sendMedia',
      { number, mediatype: 'image', media: 'http://localhost:1/a.jpg' },
      400,
      ['Owned media must be a url or base64'],
    ],
    [
      'a file without name',
      'sendMedia',
      { number, mediatype: 'document', media: 'AAAA' },
      400,
      ['For base64 the file name must be informed.'],
    ],
    [
      'a picture that is none',
      'sendMedia',
      { number, mediatype: 'image', media: 'AAAA' },
      500,
      ['Error: Input buffer contains unsupported image format'],
    ],
    [
      'a place without address',
      'sendLocation',
      { number, latitude: 1, longitude: 1, name: 'a' },
      400,
      [['instance requires property "address"']],
    ],
    [
      'a quote without id',
      'sendText',
      { number, text: 'a', quoted: { key: {} } },
      400,
      [['quoted.key requires property "id"']],
    ],
    [
      'a delay in words',
      'sendText',
      { number, text: 'a', delay: 'long' },
      400,
      [['Enter a value in milliseconds']],
    ],
    [
      'a list without rows',
      'sendList',
      {
        number,
        title: 'a',
        footerText: 'a',
        buttonText: 'a',
        sections: [{ title: 'a', rows: [] }],
      },
      400,
      [['sections[0].rows does not meet minimum length of 1']],
    ],
    [
      'four buttons',
      'sendButtons',
      { number, title: 'a', buttons: Array(4).fill({ type: 'reply', displayText: 'a', id: 'a' }) },
      400,
      ['Maximum of 3 reply buttons allowed'],
    ],
    [
      'a group that is none',
      'sendText',
      { number: '1203@g.us', text: 'a' },
      400,
      ['[object Object]'],
    ],
    [
      'a hidden id of nobody',
      'sendText',
      { number: '999@lid', text: 'a' },
      400,
      ['SessionError: No sessions'],
    ],
  ])('refuses %s', async (_what, method, json, status, message) => {
    await expect(refused(method, json)).resolves.toEqual([status, message]);
  });

  test('says who is not on WhatsApp, and how WhatsApp spells a number', async () => {
    await server.control('whatsapp/absent', { phone: '5511955550199' });
    await expect(refused('sendText', { number: '5511955550199', text: 'a' })).resolves.toEqual([
      400,
      [{ jid: '5511955550199@s.whatsapp.net', exists: false, number: '5511955550199' }],
    ]);
    await server.act('client', { client: { phone: '554788887777', name: 'Rui' } });
    const { key } = await sent('sendText', { number: '5547988887777', text: 'Oi' });
    expect(key.remoteJid).toBe('554788887777@s.whatsapp.net');
    const known = await server.ask('POST', '/chat/whatsappNumbers/shop', {
      numbers: ['5547988887777', '5511955550199', '77@lid'],
    });
    expect(known.json).toMatchObject([
      { jid: '554788887777@s.whatsapp.net', exists: true, number: '5547988887777' },
      { exists: false },
      { jid: '77@lid', exists: true, lid: 'lid' },
    ]);
    const wrong = await server.ask('POST', '/chat/whatsappNumbers/shop', { numbers: [1] });
    expect(wrong.json).toEqual({
      status: 400,
      error: 'Bad Request',
      message: [['"numbers" must be an array of numeric strings']],
    });
  });

  test('quotes by id alone, and sends without one that it does not find', async () => {
    const hers = await server.act('send', { text: 'Is it there?' });
    const answer = await sent('sendText', {
      text: 'It is.',
      quoted: { key: { id: hers.message_id } },
    });
    expect(answer.contextInfo).toMatchObject({ stanzaId: hers.message_id });
    expect(await last()).toMatchObject({ quote: hers.message_id });
    await sent('sendText', { text: 'Alone', quoted: { key: { id: '3EB0NOTHING' } } });
    expect(await last()).toMatchObject({ text: 'Alone', quote: null });
  });

  test('reacts, when the key fits the message', async () => {
    const { message_id: id } = await server.act('send', { text: 'Thanks' });
    const react = (key: object, reaction = '❤️') =>
      server.send('sendReaction', { key: { id, remoteJid: JID, ...key }, reaction });
    expect((await react({ fromMe: true })).status).toBe(201);
    expect(await last()).toMatchObject({ reactions: [] });
    expect((await react({ fromMe: false })).json).toMatchObject({
      messageType: 'reactionMessage',
      message: { reactionMessage: { text: '❤️', key: { id } } },
    });
    expect(await last()).toMatchObject({ reactions: [{ by: BUSINESS, emoji: '❤️' }] });
    expect((await react({ fromMe: false }, '')).status).toBe(201);
    expect(await last()).toMatchObject({ reactions: [] });
    expect((await react({ fromMe: false }, 'ok')).json).toMatchObject({
      response: { message: ['Reaction must be a single emoji or empty string'] },
    });
    expect((await react({})).status).toBe(400);
  });

  test('marks as read what has a phone or group in its key', async () => {
    const { message_id: id } = await server.act('send', { text: 'Hello?' });
    const read = (remoteJid: string) =>
      server.ask('POST', '/chat/markMessageAsRead/shop', {
        readMessages: [{ remoteJid, fromMe: false, id }],
      });
    const { lid } = (await server.act('client', {})) as unknown as { lid: string };
    expect((await read(`${lid}@lid`)).status).toBe(201);
    expect(await last()).toMatchObject({ is_seen: false });
    expect((await read(JID)).json).toEqual({ message: 'Read messages', read: 'success' });
    expect(await last()).toMatchObject({ is_seen: true });
  });

  test('shows that it types, and holds the request meanwhile', async () => {
    const typing = server.ask('POST', '/chat/sendPresence/shop', {
      number,
      presence: 'composing',
      delay: 300,
    });
    while ((await server.chat()).own_presence !== 'composing') await undefined;
    expect((await typing).json).toEqual({ presence: 'composing' });
    expect((await server.chat()).own_presence).toBe('paused');
    await server.control('whatsapp/absent', { phone: '5511955550199' });
    const nobody = await server.ask('POST', '/chat/sendPresence/shop', {
      number: '5511955550199',
      presence: 'composing',
      delay: 0,
    });
    expect(nobody.json).toMatchObject({ response: { message: ['[object Object]'] } });
  });

  describe('with a webhook', () => {
    let backend: Listener;

    beforeEach(async () => {
      backend = await listen();
      await server.setWebhook({ url: `${backend.url}/hook` });
    });
    afterEach(() => backend.close());

    test('tells of what it sent as `send.message`, and of no message from the phone', async () => {
      const { key } = await sent('sendText', { text: 'Through the server' });
      const [event] = await eventsOf(backend, 'send.message');
      expect(event?.data).toMatchObject({
        key,
        pushName: 'Você',
        status: 'PENDING',
        message: { conversation: 'Through the server' },
      });
      await eventsOf(backend, 'messages.update', 2);
      expect(backend.received.some(({ body }) => body.includes('messages.upsert'))).toBe(false);
    });

    test('edits texts and captions, and tells of it', async () => {
      const { key } = await sent('sendText', { text: 'Its there' });
      const edit = (given: object) =>
        server.ask('POST', '/chat/updateMessage/shop', {
          number,
          key,
          text: 'It’s there',
          ...given,
        });
      expect((await edit({})).status).toBe(200);
      expect(await last()).toMatchObject({ text: 'It’s there', earlier: ['Its there'] });
      const [event] = await eventsOf(backend, 'send.message.update');
      expect(event?.data).toMatchObject({ key: { id: key.id }, type: 'MESSAGE_EDIT' });
      expect((await edit({ number: '5511900000009' })).json).toMatchObject({
        response: { message: ['RemoteJid does not match'] },
      });
      const unknown = { ...key, id: '3EB0NOTHING' };
      expect((await edit({ key: unknown })).json).toMatchObject({
        response: { message: ['Message not compatible'] },
      });
    });

    test('deletes for everybody, and tells of it', async () => {
      const { key } = await sent('sendText', { text: 'Oops' });
      const gone = await server.ask('DELETE', '/chat/deleteMessageForEveryone/shop', key);
      expect(gone.status).toBe(201);
      expect(gone.json).toMatchObject({ message: { protocolMessage: { type: 'REVOKE' } } });
      expect(await last()).toMatchObject({ revoked_at: expect.any(Number) });
      const [event] = await eventsOf(backend, 'messages.delete');
      expect(event?.data).toMatchObject({ key: { id: key.id }, status: 'DELETED' });
    });
  });

  test('gives files only of messages that it has, and that WhatsApp still has', async () => {
    const ask = async (body: object) =>
      await server.ask('POST', '/chat/getBase64FromMediaMessage/shop', body);
    const text = await server.act('send', { text: 'No file' });
    const picture = await server.act('send', { kind: 'image' });
    const message = (id: string) => ({ message: { key: { id } } });
    const words = async (body: object) =>
      ((await ask(body)).json as { response: { message: unknown } }).response.message;
    await expect(words(message('3EB0NOTHING'))).resolves.toEqual(['Message not found']);
    await expect(words(message(text.message_id))).resolves.toEqual([
      'The message is not of the media type',
    ]);
    await expect(words({})).resolves.toEqual([
      "TypeError: Cannot read properties of undefined (reading 'key')",
    ]);
    expect((await ask(message(picture.message_id))).status).toBe(201);
    await server.control('evolution/settings', { media_gone: true });
    expect((await ask(message(picture.message_id))).status).toBe(400);
  });

  test('finds messages, the newest first', async () => {
    const hers = await server.act('send', { text: 'One' });
    emulator.advance(2_000);
    await sent('sendText', { text: 'Two' });
    const find = async (body: object) =>
      (await server.ask('POST', '/chat/findMessages/shop', body)).json as {
        messages: { total: number; records: { key: { id: string } }[] };
      };
    const all = await find({ where: { key: { remoteJid: JID } } });
    expect(all.messages).toMatchObject({
      ...{ total: 2, pages: 1, currentPage: 1 },
      records: [{ message: { conversation: 'Two' } }, { message: { conversation: 'One' } }],
    });
    const one = await find({ where: { key: { id: hers.message_id } } });
    expect(one.messages.records).toHaveLength(1);
    expect((await find({ page: 2, offset: 1 })).messages.records).toMatchObject([
      { key: { id: hers.message_id } },
    ]);
  });

  test('goes wrong on request: answers get lost, pages come instead', async () => {
    const fault = (action: unknown) =>
      server.control('evolution/fault', { method: 'message/sendText', instance: 'shop', action });
    await fault('lose_answer');
    await expect(sent('sendText', { text: 'Did it arrive?' })).rejects.toThrow();
    expect(await last()).toMatchObject({ text: 'Did it arrive?' });
    await fault('reset');
    await expect(sent('sendText', { text: 'Never' })).rejects.toThrow();
    await fault('html');
    const page = await server.send('sendText', { number, text: 'Never' });
    expect(page).toMatchObject({ status: 502, text: expect.stringContaining('502 Bad Gateway') });
    await fault(500);
    expect((await server.send('sendText', { number, text: 'Never' })).json).toMatchObject({
      status: 500,
      response: { message: 'Internal Server Error' },
    });
    expect(await last()).toMatchObject({ text: 'Did it arrive?' });
    expect((await server.send('sendText', { number, text: 'Now' })).status).toBe(201);
  });

  test('judges: the same twice, keys in addresses, answers without having read', async () => {
    const [{ token }] = (await server.ask('GET', '/instance/fetchInstances')).json as [
      { token: string },
    ];
    await server.act('send', { text: 'Hello?' });
    const first = await sent('sendText', { text: 'Same' });
    emulator.advance(700);
    const second = await sent('sendText', { text: 'Same' });
    await sent('sendMedia', { mediatype: 'image', media: `${files.url}/photo.jpg?k=${token}` });
    expect(await server.control('evolution/judge')).toMatchObject({
      duplicates: [{ chat: number, kind: 'text', message_ids: [first.key.id, second.key.id] }],
      secrets_seen: [{ instance: 'shop', method: 'sendMedia', field: 'media' }],
      answered_unseen: [{ message_id: first.key.id }, {}, {}],
      shortest_pause_ms: expect.any(Number),
    });
  });
});
