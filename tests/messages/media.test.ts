import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import { mediaLink } from '../../src/server/messages/media/media-link.ts';
import { messageText } from '../../src/server/messages/message-text.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { Flow } from '../connectors/support/bulk-server.ts';
import { DEMO, PUBLIC_URL } from '../support/config.ts';
import {
  connectOwn,
  eventOf,
  type OwnService,
  postEvent,
  type Setup,
  startOwnService,
} from '../support/own-service.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { SUPPORT_TOKEN } from '../support/telegram.ts';
import { connectTelegram, saveAll, type TelegramStage } from '../support/telegram-stage.ts';

const MB = 1024 * 1024;

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Our own address of a file that Kommo was given. */
function addressOf(server: TestServer, { message }: Pick<Message, 'message'>): string {
  const link = String(message.media);
  if (!link.startsWith(`${PUBLIC_URL}/media/`)) throw new Error('not one of our links');
  return server.url + link.slice(PUBLIC_URL.length);
}

/** What may differ between two answers that say the same. */
const VARYING = ['date', 'x-request-id', 'keep-alive', 'connection'];

async function seenOf(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const body = Buffer.from(await answer.arrayBuffer());
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !VARYING.includes(name)),
  );
  return { status: answer.status, headers, body };
}

/** The whole of an answer that says no, without what names the request. */
async function refusalOf(url: string) {
  const { body, ...seen } = await seenOf(url);
  return { ...seen, body: JSON.parse(body.toString()).error.code };
}

/** Until a fetched file has settled at Kommo. */
function settled(server: TestServer, message: Message) {
  return server.waitFor(() => (message.media?.state === 'waiting' ? undefined : message.media));
}

describe('files of clients and managers', () => {
  let server: TestServer;
  let telegram: TelegramStage;
  let service: OwnService;
  let setup: Setup;
  let ownId: string;

  beforeAll(async () => {
    server = await startTestServer({ env: { API_CHANNELS: 'on' } });
    await server.install();
    service = await startOwnService();
    const own = await connectOwn(server, service);
    setup = own.setup;
    ownId = own.channel.id;
    telegram = await connectTelegram(server);
    await telegram.client.act('send', { kind: 'text', text: 'Hola' });
    await server.waitFor(() => server.emulator.state.chats[0]);
  });
  afterEach(() => {
    server.emulator.clearFaults();
    server.emulator.setSwitches({ mediaFetch: 'at once' });
  });
  afterAll(async () => {
    await service.close();
    await server.close();
  });

  async function sendPicture(more: object = {}) {
    const file = { content_base64: PNG.toString('base64'), name: 'a.png', mime: 'image/png' };
    const sent = await telegram.client.act('send', { kind: 'photo', file, ...more });
    const { message } = await telegram.arrived(sent);
    return { sent, message, url: addressOf(server, message) };
  }

  describe('from a client', () => {
    test.each([
      ['photo', 'picture', 'image/jpeg'],
      ['document', 'file', 'application/pdf'],
      ['voice', 'voice', 'audio/ogg'],
      ['audio', 'audio', 'audio/mpeg'],
      ['video', 'video', 'video/mp4'],
      ['video_note', 'video', 'video/mp4'],
      ['sticker', 'sticker', 'image/webp'],
    ])('a %s is fetched by Kommo as a %s, byte for byte', async (kind, type, contentType) => {
      const sent = await telegram.client.act('send', { kind });
      const [file] = sent.files ?? [];
      const { message } = await telegram.arrived(sent);
      expect(message.message).toMatchObject({ type });
      expect(await settled(server, message)).toMatchObject({
        ...{ state: 'fetched', status: 200, reason: null },
        ...{ content_type: contentType, size: file?.size, sha256: file?.sha256 },
      });
    });

    test('a file keeps its name and caption, and Kommo is told its size before it asks', async () => {
      const name = 'Preços 2026 (ação).pdf';
      const sent = await telegram.client.act('send', {
        ...{ kind: 'document', file: { name, size: 3 * MB }, caption: 'As agreed' },
      });
      const { message } = await telegram.arrived(sent);
      expect(message.message).toMatchObject({
        ...{ type: 'file', text: 'As agreed', file_name: name, file_size: 3 * MB },
      });
      expect(await settled(server, message)).toMatchObject({ state: 'fetched', size: 3 * MB });
      const { headers } = await seenOf(addressOf(server, message), { method: 'HEAD' });
      expect(headers['content-disposition']).toContain(encodeURIComponent('Preços 2026'));
    });

    test('a file is there when Kommo comes for it later', async () => {
      server.emulator.setSwitches({ mediaFetch: 'after 2 s' });
      const { sent, message } = await sendPicture();
      expect(message.media?.state).toBe('waiting');
      expect(await settled(server, message)).toMatchObject({
        ...{ state: 'fetched', size: PNG.length, sha256: sent.files?.[0]?.sha256 },
      });
    });

    test('a file above 20 MB, which Telegram gives to no bot, arrives as a note with its name', async () => {
      const sent = await telegram.client.act('send', {
        ...{ kind: 'video', file: { name: 'party.mp4', size: 20 * MB + 1 }, caption: 'Look' },
      });
      const { message } = await telegram.arrived(sent);
      const note = messageText('en', 'placeholder', 'file_too_large');
      expect(message).toMatchObject({
        media: null,
        message: { type: 'text', text: `${note} party.mp4\nLook` },
      });
    });
  });

  describe('the link Kommo is given', () => {
    test('is answered at once, without a redirect, and is of no use to anybody but a reader', async () => {
      const { url } = await sendPicture();
      const { status, headers, body } = await seenOf(url);
      expect([status, sha256(body)]).toEqual([200, sha256(PNG)]);
      expect(headers).toMatchObject({
        ...{ 'content-type': 'image/jpeg', 'content-length': String(PNG.length) },
        ...{ 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' },
        'content-disposition': expect.stringMatching(/^attachment; filename="/),
        'content-security-policy': expect.stringContaining('sandbox'),
      });
      expect(headers).not.toHaveProperty('set-cookie');
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        expect([method, (await seenOf(url, { method })).status]).toEqual([method, 405]);
      }
    });

    test('says the same to HEAD, without the bytes', async () => {
      const { url } = await sendPicture();
      const [get, head] = [await seenOf(url), await seenOf(url, { method: 'HEAD' })];
      expect([head.status, head.headers]).toEqual([200, get.headers]);
      expect(head.body).toHaveLength(0);
    });

    test('gives parts of a file, as players ask for them', async () => {
      const sent = await telegram.client.act('send', { kind: 'video' });
      const { message } = await telegram.arrived(sent);
      const url = addressOf(server, message);
      const { body: whole } = await seenOf(url);
      for (const [range, from, to] of [
        ['bytes=0-99', 0, 99],
        ['bytes=100-', 100, whole.length - 1],
        ['bytes=-10', whole.length - 10, whole.length - 1],
        ['bytes=5-999999999', 5, whole.length - 1],
      ] as const) {
        const part = await seenOf(url, { headers: { range } });
        expect([range, part.status, part.headers['content-range']]).toEqual([
          ...[range, 206, `bytes ${from}-${to}/${whole.length}`],
        ]);
        expect(part.headers['content-length']).toBe(String(to - from + 1));
        expect(part.body.equals(whole.subarray(from, to + 1))).toBe(true);
      }
      for (const range of ['bytes=9-3', 'bytes=0-1,4-5', 'lines=1-2']) {
        const all = await seenOf(url, { headers: { range } });
        expect([range, all.status, all.body.length]).toEqual([range, 200, whole.length]);
      }
      const behind = await seenOf(url, { headers: { range: `bytes=${whole.length}-` } });
      expect([behind.status, behind.headers['content-range'], behind.body.length]).toEqual([
        ...[416, `bytes */${whole.length}`, 0],
      ]);
      const head = await seenOf(url, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
        206,
        '10',
        0,
      ]);
    });

    test('holds no secret, neither the bot’s token nor a key nor an id of Telegram’s', async () => {
      const { sent, message } = await sendPicture();
      const link = decodeURIComponent(String(message.message.media));
      const { secretKeys, kommo } = server.context.config;
      for (const secret of [
        ...[SUPPORT_TOKEN, SUPPORT_TOKEN.split(':')[1] ?? '', sent.files?.[0]?.file_id ?? ''],
        ...[kommo.clientSecret, kommo.channelSecret, setup.secret],
        ...secretKeys.map(({ key }) => key.toString('base64')),
        server.emulator.url,
      ]) {
        expect(secret).not.toBe('');
        expect(link).not.toContain(secret);
      }
      expect(server.emulator.world.judge.tallies().secrets_in_media.count).toBe(0);
    });

    test('that is not ours, has ended, was tampered with or leads nowhere: all alike', async () => {
      const { url } = await sendPicture();
      const { context } = server;
      const [path = '', query = ''] = url.split('?');
      const parts = new URLSearchParams(query);
      const [e = '', s = ''] = [parts.get('e') ?? '', parts.get('s') ?? ''];
      const id = path.split('/').at(-1) ?? '';
      const old = new Date(Date.now() - 8 * 24 * 3_600_000);
      const foreign = new Secrets([{ id: 'test', key: Buffer.alloc(32, 9) }]);
      const nobody = { id: '0197f0aa-0000-7000-8000-000000000001', storedAt: new Date() };
      const ours = (link: string) => server.url + link.slice(PUBLIC_URL.length);
      const links = [
        path,
        `${path}?e=${e}`,
        `${path}?s=${s}`,
        `${path}?e=${Number(e) + 1}&s=${s}`,
        `${path}?e=${e}&s=${s.slice(0, -1)}`,
        `${path}?e=${e}&s=${s}&s=${s}`,
        `${path}?e=${e}&e=${e}&s=${s}`,
        `${server.url}/media/${nobody.id}?e=${e}&s=${s}`,
        `${server.url}/media/x?e=${e}&s=${s}`,
        ours(mediaLink(context, { id, storedAt: old })),
        ours(mediaLink({ ...context, secrets: foreign }, { id, storedAt: new Date() })),
        ours(mediaLink(context, nobody)),
      ];
      const refusals = await Promise.all(links.map(refusalOf));
      for (const [at, refusal] of refusals.entries()) {
        expect([links[at], refusal]).toEqual([links[at], refusals[0]]);
      }
      expect(refusals[0]).toMatchObject({ status: 404, body: 'not_found' });
      expect((await seenOf(url)).status).toBe(200);
    });

    test('of a text is none either, though it is signed', async () => {
      const sent = await telegram.client.act('send', { kind: 'text', text: 'no file here' });
      await telegram.arrived(sent);
      const row = await tablesOf(server.context.db)
        .selectFrom('messages')
        .select(['id', 'stored_at'])
        .where('key', '=', `${sent.chat_id}:${sent.message_id}`)
        .executeTakeFirstOrThrow();
      const link = mediaLink(server.context, { id: row.id, storedAt: row.stored_at });
      expect(await refusalOf(server.url + link.slice(PUBLIC_URL.length))).toMatchObject({
        ...{ status: 404, body: 'not_found' },
      });
    });

    test('is gone with the file at the service', async () => {
      const { sent, url } = await sendPicture();
      const { file_id } = sent.files?.[0] ?? {};
      await telegram.client.post('file', { file_id, is_available: false });
      expect(await refusalOf(url)).toMatchObject({ status: 404, body: 'not_found' });
      await telegram.client.post('file', { file_id, is_available: true });
      expect((await seenOf(url)).status).toBe(200);
    });

    test('says no more than that it does not work now when the channel is signed out', async () => {
      const { url } = await sendPicture();
      await telegram.client.post('token', { bot: SUPPORT_TOKEN });
      expect(await refusalOf(url)).toMatchObject({ status: 502, body: 'connector_unavailable' });
      await telegram.client.post('token', { bot: SUPPORT_TOKEN, is_revoked: false });
      expect((await seenOf(url)).status).toBe(200);
    });

    test('waits for better times when the service is down, and then works again', async () => {
      const { url } = await sendPicture();
      const path = '/__services/telegram/*/getFile';
      server.emulator.fault({ match: { path }, times: 0, action: { status: 502, body: 'down' } });
      const down = await refusalOf(url);
      expect(down.status).toBeGreaterThanOrEqual(500);
      expect(down.body).toBe('connector_unavailable');
      server.emulator.clearFaults();
      expect((await seenOf(url)).status).toBe(200);
    });
  });

  describe('a file that a browser could run', () => {
    const HTML = '<script>alert(document.domain)</script>';

    test.each([
      ['document', 'text/html', 'page.html'],
      ['document', 'image/svg+xml', 'logo.svg'],
      ['document', 'application/xhtml+xml', 'page.png'],
      ['document', 'text/javascript', 'code.js'],
    ])('a %s of type %s is served as bytes to be saved', async (kind, mime, name) => {
      const file = { content_base64: Buffer.from(HTML).toString('base64'), name, mime };
      const sent = await telegram.client.act('send', { kind, file });
      const { message } = await telegram.arrived(sent);
      const { status, headers, body } = await seenOf(addressOf(server, message));
      expect([status, body.toString()]).toEqual([200, HTML]);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/sandbox; default-src 'none'/),
      });
    });

    test('says it is a picture, and may only be looked at as one', async () => {
      const path = service.serve('cat.png', (response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end(HTML);
      });
      const { message } = await ownFile(path, { kind: 'picture', file_size: HTML.length });
      const { headers } = await seenOf(addressOf(server, message));
      expect(headers).toMatchObject({
        ...{ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' },
      });
    });
  });

  /** A client of the service of one's own sends a file that lies at an address. */
  async function ownFile(media_url: string, more: object = {}) {
    const message = { kind: 'voice', media_url, ...more };
    const event = eventOf({ message });
    expect((await postEvent(server, setup, event)).status).toBe(204);
    const found = await server.waitFor(() =>
      server.emulator.state.chats
        .flatMap(({ messages }) => messages)
        .find(({ client_id: id }) => id?.endsWith(`:${event.id}`)),
    );
    return { message: found };
  }

  test('a picture whose service does not say how long it is arrives all the same', async () => {
    const url = service.serve('cat.png', (response) => {
      response.writeHead(200, { 'content-length': PNG.length }).end(PNG);
    });
    const { message } = await ownFile(url, { kind: 'picture' });
    expect(message.message).toMatchObject({ type: 'picture', file_size: PNG.length });
    expect(await settled(server, message)).toMatchObject({
      ...{ state: 'fetched', content_type: 'image/png', sha256: sha256(PNG) },
    });
  });

  describe('a file that does no good', () => {
    test('that never begins, or stalls in the middle, is given up in seconds', async () => {
      server.emulator.setSwitches({ mediaFetch: 'never' });
      const silent = service.serve('silent', () => undefined);
      const stalls = service.serve('stalls', (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('only the beginning');
      });
      const [one, other] = [await ownFile(silent), await ownFile(stalls)];
      const began = performance.now();
      const [never, cut] = await Promise.allSettled([
        refusalOf(addressOf(server, one.message)),
        seenOf(addressOf(server, other.message)),
      ]);
      expect(performance.now() - began).toBeLessThan(60_000);
      expect(never).toMatchObject({ value: { status: 502, body: 'connector_unavailable' } });
      // Whoever reads it notices that something is missing.
      expect(cut.status).toBe('rejected');
    }, 90_000);

    test('that breaks off is not taken for a whole one, however its length is told', async () => {
      server.emulator.setSwitches({ mediaFetch: 'never' });
      for (const headers of [{ 'content-length': 1000 }, {}]) {
        const url = service.serve('broken', (response) => {
          response.writeHead(200, headers).write('half');
          setImmediate(() => response.destroy());
        });
        const { message } = await ownFile(url);
        await expect(seenOf(addressOf(server, message))).rejects.toThrow();
      }
    });

    test.each([
      [404, 404],
      [403, 404],
      [302, 404],
      [500, 502],
    ])('that the service answers with %d is answered with %d', async (status, answered) => {
      server.emulator.setSwitches({ mediaFetch: 'never' });
      const url = service.serve('odd', (response) => {
        response.writeHead(status, { location: `${service.origin}/files/secret` }).end('canary');
      });
      const { message } = await ownFile(url);
      const { status: given, headers, body } = await seenOf(addressOf(server, message));
      expect(given).toBe(answered);
      expect(headers).not.toHaveProperty('location');
      expect(body.toString()).not.toContain('canary');
    });
  });

  test('ten large files at once are held nowhere: each waits for its reader', async () => {
    server.emulator.setSwitches({ mediaFetch: 'never' });
    const flow = new Flow();
    const readers: IncomingMessage[] = [];
    for (let at = 0; at < 10; at += 1) {
      const single = new Flow();
      const url = service.serve(`large-${at}`, (response) => {
        response.writeHead(200, { 'content-type': 'video/mp4' });
        single
          .source()
          .on('data', (piece: Buffer) => {
            flow.made += piece.length;
          })
          .pipe(response);
      });
      const { message } = await ownFile(url);
      expect(message.message).toMatchObject({ type: 'voice' });
      readers.push(await openUnread(addressOf(server, message)));
    }
    // Until nothing moves any more.
    let before = -1;
    await server.waitFor(() => {
      const isStill = flow.made === before && flow.made > 0;
      before = flow.made;
      return isStill;
    });
    // What sockets hold, and by far not what the files are.
    expect(flow.made).toBeLessThan((10 * 48 * MB) / 2);
    for (const reader of readers) reader.destroy();
  });

  function openUnread(url: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    httpRequest(url, { agent: false }, (response) => {
      response.on('error', () => undefined);
      resolve(response);
    })
      .on('error', reject)
      .end();
    return promise;
  }

  describe('from a manager', () => {
    interface Seen {
      kind: string;
      caption: string | null;
      files: { type: string; name: string; size: number; sha256: string }[];
    }

    async function seenAfter(after: number): Promise<Seen> {
      const { json } = await telegram.client.post('wait', {
        ...{ bot: SUPPORT_TOKEN, client: 555, after, timeout_ms: 60_000 },
      });
      const [seen] = (json as { messages: Seen[] }).messages;
      if (seen === undefined) throw new Error('nothing arrived at the client');
      return seen;
    }

    async function lastId(): Promise<number> {
      const chat = await telegram.client.get(`chat?bot=${SUPPORT_TOKEN}&client=555`);
      return (chat as { last_message_id: number }).last_message_id;
    }

    const OGG = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(5000, 'voice')]);

    test.each([
      ['picture', 'photo', { name: 'a.png', base64: PNG.toString('base64') }, PNG],
      [
        ...['voice', 'voice'],
        ...[{ name: 'v.ogg', base64: OGG.toString('base64'), type: 'voice' }, OGG],
      ],
      ['file', 'document', { name: 'Preço.txt', text: 'ação' }, Buffer.from('ação')],
      [
        ...['file of 49 MB', 'document', { name: 'big.zip', size: 49 * MB }],
        Buffer.alloc(49 * MB, 'emulated file '),
      ],
    ] as const)(
      'a %s arrives as a %s, byte for byte',
      async (_what, type, file, bytes) => {
        const after = await lastId();
        const id = await telegram.write({ text: 'For you', file });
        const seen = await seenAfter(after);
        expect(seen.files).toEqual([
          expect.objectContaining({ type, size: bytes.length, sha256: sha256(bytes) }),
        ]);
        expect(seen.caption).toBe('For you');
        expect((await telegram.told(id)).delivery).toMatchObject({ status: 1 });
      },
      60_000,
    );

    const UNAVAILABLE = messageText('en', 'failed', 'file_unavailable');
    const TOO_LARGE = messageText('en', 'failed', 'too_large');

    test.each([
      ['of another host', 'https://amojo.kommo.com.evil.example/attachments/1/a.png'],
      ['of this machine', 'https://127.0.0.1/attachments/1/a.png'],
      ['over plain http', 'http://amojo.kommo.com/attachments/1/a.png'],
      ['with a user in it', 'https://amojo.kommo.com@evil.example/a.png'],
      ['of another port', 'https://amojo.kommo.com:8443/attachments/1/a.png'],
      ['that names a host twice', 'https://amojo.kommo.com//evil.example/a.png'],
      ['that is none', 'not a link'],
    ])('a link %s is not followed: the manager reads why', async (_what, media) => {
      const before = server.emulator.requests({ path: '/attachments/*' }).length;
      const message = { type: 'picture', media, file_name: 'a.png', file_size: 10 };
      const id = await telegram.write({ message });
      expect((await telegram.told(id)).delivery).toMatchObject({
        ...{ status: -1, error_code: 905, error: UNAVAILABLE },
      });
      expect(server.emulator.requests({ path: '/attachments/*' })).toHaveLength(before);
    });

    test.each(['https://127.0.0.1/secret', 'https://amojo.kommo.com/attachments/other'])(
      'a file that redirects to %s is not followed',
      async (location) => {
        server.emulator.fault({
          match: { path: '/attachments/*' },
          action: { status: 302, headers: { location } },
        });
        const id = await telegram.write({ file: { name: 'a.png', text: 'x' } });
        expect((await telegram.told(id)).delivery).toMatchObject({
          status: -1,
          error: UNAVAILABLE,
        });
        const path = new URL(location).pathname;
        expect(server.emulator.requests({ path })).toEqual([]);
      },
    );

    test('a file whose link has ended is said to be gone', async () => {
      const file = { name: 'late.pdf', text: 'too late', expires_in_ms: 0 };
      const id = await telegram.write({ file });
      expect((await telegram.told(id)).delivery).toMatchObject({ status: -1, error: UNAVAILABLE });
    });

    test('a file of 51 MB is said to be too large, and is not even fetched', async () => {
      const before = server.emulator.requests({ path: '/attachments/*' }).length;
      const id = await telegram.write({ file: { name: 'big.zip', size: 51 * MB } });
      expect((await telegram.told(id)).delivery).toMatchObject({ status: -1, error: TOO_LARGE });
      expect(server.emulator.requests({ path: '/attachments/*' })).toHaveLength(before);
    });

    test('the next message is not held up by one whose file is gone', async () => {
      const after = await lastId();
      await telegram.write({ file: { name: 'gone.pdf', text: 'x', expires_in_ms: 0 } });
      const id = await telegram.write({ text: 'and now' });
      expect((await telegram.told(id)).delivery).toMatchObject({ status: 1 });
      expect(await lastId()).toBe(after + 1);
    });
  });

  describe('a link that outlives', () => {
    test('its channel leads nowhere', async () => {
      const url = service.serve('later.txt', (response) => response.writeHead(200).end('later'));
      const { message } = await ownFile(url);
      const link = addressOf(server, message);
      expect((await seenOf(link)).status).toBe(200);
      await server.api('DELETE', `/messenger/channels/${ownId}`);
      expect(await refusalOf(link)).toMatchObject({ status: 404, body: 'not_found' });
    });

    test('its install leads nowhere', async () => {
      const { url } = await sendPicture();
      await server.emulator.disable(DEMO.subdomain);
      await server.waitFor(async () => (await seenOf(url)).status === 404);
      expect(await refusalOf(url)).toMatchObject({ status: 404, body: 'not_found' });
    });
  });
});

describe('an operator’s own limit', () => {
  let server: TestServer;
  let telegram: TelegramStage;
  let service: OwnService;
  let setup: Setup;

  beforeAll(async () => {
    server = await startTestServer({ env: { API_CHANNELS: 'on', MEDIA_MAX_MB: '1' } });
    await server.install();
    service = await startOwnService();
    ({ setup } = await connectOwn(server, service));
    telegram = await connectTelegram(server);
    await saveAll(server);
    server.emulator.setSwitches({ mediaFetch: 'never' });
  });
  afterAll(async () => {
    await service.close();
    await server.close();
  });

  test('puts a note in the place of a larger file', async () => {
    const sent = await telegram.client.act('send', {
      ...{ kind: 'document', file: { name: 'big.pdf', size: MB + 1 }, caption: 'Read it' },
    });
    const { message } = await telegram.arrived(sent);
    const note = messageText('en', 'placeholder', 'file_too_large');
    expect(message.message).toMatchObject({ type: 'text', text: `${note} big.pdf\nRead it` });
  });

  test('lets a file of just that size through', async () => {
    const sent = await telegram.client.act('send', { kind: 'document', file: { size: MB } });
    const { message } = await telegram.arrived(sent);
    const { status, body } = await seenOf(addressOf(server, message));
    expect([status, body.length]).toEqual([200, MB]);
  });

  test('ends a file that said nothing of its size, or never ends', async () => {
    let given = 0;
    const url = service.serve('endless', (response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' });
      const piece = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed) {
          given += piece.length;
          if (!response.write(piece)) return;
        }
      };
      response.on('drain', more);
      more();
    });
    const event = eventOf({ message: { kind: 'voice', media_url: url } });
    await postEvent(server, setup, event);
    const message = await server.waitFor(() =>
      server.emulator.state.chats
        .flatMap(({ messages }) => messages)
        .find(({ client_id: id }) => id?.endsWith(`:${event.id}`)),
    );
    await expect(seenOf(addressOf(server, message))).rejects.toThrow();
    // What lies in sockets comes on top.
    expect(given).toBeLessThan(20 * MB);
  });

  test('does not give away a file that only its server says is larger', async () => {
    const url = service.serve('larger', (response) => {
      response.writeHead(200, { 'content-length': 2 * MB }).end(Buffer.alloc(2 * MB));
    });
    const event = eventOf({ message: { kind: 'file', media_url: url, file_size: 10 } });
    await postEvent(server, setup, event);
    const message = await server.waitFor(() =>
      server.emulator.state.chats
        .flatMap(({ messages }) => messages)
        .find(({ client_id: id }) => id?.endsWith(`:${event.id}`)),
    );
    expect(await refusalOf(addressOf(server, message))).toMatchObject({ status: 404 });
  });
});
