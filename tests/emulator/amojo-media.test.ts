import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileInput } from '../../src/emulator/kommo/amojo/sent-files.ts';
import { type AmojoBench, openAmojoBench } from '../support/amojo-bench.ts';
import { call } from '../support/emulator-client.ts';

const BYTES = Buffer.from('the bytes of a picture');

let bench: AmojoBench;
let files: Server;
let origin: string;
let asked: string[];

beforeAll(async () => {
  bench = await openAmojoBench();
  files = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/moved') return response.writeHead(302, { location: '/a.png' }).end();
    if (request.url === '/gone') return response.writeHead(410).end();
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      return setImmediate(() => request.socket.destroy());
    }
    response.writeHead(200, { 'content-type': 'image/png' }).end(BYTES);
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await bench.close();
  files.close();
});
beforeEach(async () => {
  asked = [];
  await bench.reset();
});

const picture = (path: string, size = BYTES.length) => ({
  message: { type: 'picture', media: origin + path, file_name: 'a.png', file_size: size },
});
/** Waits until the file of the first message is settled. */
const settled = async (media: string) => {
  const { json } = await bench.control('/chats/wait', { conversation_id: 'c-1', media });
  expect(json).toMatchObject({ timed_out: false });
  return bench.messageAt(0).media;
};

describe('the file of a message', () => {
  test('is fetched, compared with its announced size, and kept to be shown', async () => {
    await bench.message(picture('/a.png'));
    const media = await settled('fetched');
    expect(media).toEqual({
      state: 'fetched',
      reason: null,
      status: 200,
      content_type: 'image/png',
      size: BYTES.length,
      sha256: createHash('sha256').update(BYTES).digest('hex'),
      at: expect.any(Number),
      path: expect.stringMatching(/^\/__emulator\/files\/[0-9a-f-]{36}$/),
    });
    const shown = await call(bench.emulator, media?.path ?? '');
    expect(shown).toMatchObject({ status: 200, text: BYTES.toString() });
    expect(shown.headers['content-type']).toBe('image/png');
    expect(asked).toEqual(['GET /a.png']);
  });

  test.each([
    ['a redirect', '/moved', 22, { status: 302, reason: 'a redirect' }],
    ['a refusal', '/gone', 22, { status: 410, reason: 'status 410' }],
    ['another size', '/a.png', 7, { status: 200, reason: '22 bytes instead of 7' }],
    ['a cut connection', '/cut', 100, { status: 0 }],
  ])('failed with %s', async (_, path, size, expected) => {
    await bench.message(picture(path, size));
    expect(await settled('failed')).toMatchObject(expected);
    expect(asked).toEqual([`GET ${path}`]);
  });

  test('of a private host is refused where Kommo could not reach it', async () => {
    bench.emulator.setSwitches({ privateMediaHosts: 'refused' });
    await bench.message(picture('/a.png'));
    expect(await settled('refused')).toMatchObject({ reason: 'a private host' });
    expect(asked).toEqual([]);
  });

  test('is fetched later, or never, as the switch says', async () => {
    bench.emulator.setSwitches({ mediaFetch: 'never' });
    await bench.message(picture('/a.png'));
    expect(bench.messageAt(0).media).toMatchObject({ state: 'waiting', at: null });
    bench.emulator.setSwitches({ mediaFetch: 'after 2 s' });
    await bench.edit({ msgid: 'm-1', conversation_id: 'c-1', ...picture('/b.png') });
    expect(asked).toEqual([]);
    await settled('fetched');
    expect(asked).toEqual(['GET /b.png']);
  });

  test('is fetched from the backend behind its proxy', async () => {
    bench.emulator.useBackend('https://connector.example', origin);
    const media = 'https://connector.example/media/1';
    await bench.message({ message: { ...picture('').message, media } });
    await settled('fetched');
    expect(asked).toEqual(['GET /media/1']);
    // Kept over resets.
    bench.emulator.useBackend(bench.backend.url);
  });
});

test('a client’s picture is fetched once', async () => {
  const sender = { id: 'client-1', name: 'Client', avatar: `${origin}/face.png` };
  await bench.message({ ...picture('/a.png'), sender });
  await settled('fetched');
  await bench.message({ msgid: 'm-2', sender });
  await bench.message({ msgid: 'm-3', ...picture('/c.png'), sender });
  await bench.control('/chats/wait', { media: 'fetched', count: 2 });
  expect(asked.toSorted()).toEqual(['GET /a.png', 'GET /c.png', 'GET /face.png']);
  expect(bench.chat().avatar).toMatchObject({ state: 'fetched' });
});

describe('a file that a manager sends', () => {
  beforeEach(async () => {
    await bench.message();
  });
  const messageOf = (index: number) => {
    const hook = bench.hooks()[index];
    if (hook === undefined) throw new Error('There is no such webhook.');
    return (hook.message as { message: Record<string, string> }).message;
  };
  const download = (address: string, host = 'amojo.kommo.com') =>
    call(bench.emulator, new URL(address).pathname, { host });

  test('is served at the address of the webhook', async () => {
    const file: FileInput = { name: 'photo of us.jpg', text: 'jpeg' };
    await bench.act({ text: 'See', file });
    const { media = '', ...message } = messageOf(0);
    expect(message).toMatchObject({
      ...{ type: 'picture', text: 'See', file_name: 'photo of us.jpg', file_size: 4 },
      thumbnail: media,
    });
    expect(media).toMatch(
      /^https:\/\/amojo\.kommo\.com\/attachments\/[0-9a-f-]{36}\/photo%20of%20us\.jpg$/,
    );
    const reply = await download(media);
    expect(reply).toMatchObject({ status: 200, text: 'jpeg' });
    expect(reply.headers['content-type']).toBe('image/jpeg');
    expect((await download(media, '127.0.0.1')).status).toBe(200);
    expect(bench.messageAt(1).media).toMatchObject({ state: 'fetched', size: 4 });
  });

  test('has a link that may end', async () => {
    await bench.act({ file: { name: 'a.pdf', size: 2000, expires_in_ms: 60_000 } });
    const { media = '', type } = messageOf(0);
    expect(type).toBe('file');
    expect((await download(media)).text).toHaveLength(2000);
    bench.emulator.advance(60_000);
    expect((await download(media)).status).toBe(404);
  });

  test('may be uploaded before', async () => {
    const uploaded = await call(bench.emulator, '/__emulator/files?name=voice.ogg', {
      body: 'opus',
    });
    const { id } = uploaded.json as { id: string };
    await bench.act({ file: { id } });
    expect(messageOf(0)).toMatchObject({ type: 'voice', file_name: 'voice.ogg', file_size: 4 });
    await expect(bench.act({ file: { id: 'no' } })).rejects.toThrow('file.id');
    await expect(bench.act({ file: { name: '../a' } })).rejects.toThrow('file.name');
  });

  test('with others becomes one webhook each, with one group', async () => {
    const files = [1, 2, 3].map((at) => ({ name: `${at}.png`, size: at }));
    const sent = await bench.act({ text: 'Three', files });
    expect(sent).toMatchObject({ status: 200, statuses: [200, 200, 200] });
    const parts = bench.hooks().map((_, index) => messageOf(index));
    expect(new Set(parts.map(({ media_group_id: group }) => group)).size).toBe(1);
    expect(new Set(parts.map(({ id }) => id))).toEqual(new Set(sent.message_ids));
    expect(parts.map(({ text }) => text).toSorted()).toEqual(['', '', 'Three']);
  });
});
