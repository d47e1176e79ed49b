import { createHash } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { sampleBytes } from '../../src/emulator/services/telegram/samples.ts';
import { refusal, SUPPORT_TOKEN, telegramClient } from '../support/telegram.ts';

const MB = 1024 * 1024;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A picture of the given size in points, as far as its head tells. */
function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(64);
  head.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  head.write('IHDR', 12, 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return new Uint8Array(head);
}

describe('files of the emulated Telegram', () => {
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

  const getFile = async (file_id: unknown) => (await client.bot('getFile', { file_id })).json;
  const download = (path: string, token = SUPPORT_TOKEN) =>
    fetch(`${emulator.url}/__services/telegram/file/bot${token}/${path}`);
  const pathOf = async (fileId: unknown) =>
    ((await getFile(fileId)) as { result: { file_path: string } }).result.file_path;

  function form(
    field: string,
    bytes: Uint8Array<ArrayBuffer>,
    more: Record<string, string> = {},
    name = 'a.bin',
  ) {
    const data = new FormData();
    for (const [key, value] of Object.entries({ chat_id: '555', ...more })) data.set(key, value);
    data.set(field, new Blob([bytes], { type: 'application/octet-stream' }), name);
    return data;
  }

  const sample = (name: string) => new Uint8Array(sampleBytes(name));

  test('of a client are downloaded by a path that holds for an hour', async () => {
    const { files } = await client.act('send', { kind: 'document', file: { name: 'Vértrag.pdf' } });
    const [file] = files ?? [];
    const path = await pathOf(file?.file_id);
    expect(path).toMatch(/^documents\/file_\d+\.pdf$/);
    const bytes = new Uint8Array(await (await download(path)).arrayBuffer());
    expect({ size: bytes.length, sha256: sha256(bytes) }).toEqual({
      size: file?.size,
      sha256: file?.sha256,
    });
    emulator.advance(3_601_000);
    expect((await download(path)).status).toBe(404);
    await getFile(file?.file_id);
    expect((await download(path)).status).toBe(200);
  });

  test('of 19 MB come whole, and above 20 MB not at all', async () => {
    const large = await client.act('send', { kind: 'video', file: { size: 19 * MB } });
    const path = await pathOf(large.files?.[0]?.file_id);
    const response = await download(path);
    expect(response.headers.get('content-length')).toBe(String(19 * MB));
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(sha256(bytes)).toBe(large.files?.[0]?.sha256);
    const huge = await client.act('send', { kind: 'document', file: { size: 20 * MB + 1 } });
    expect(await getFile(huge.files?.[0]?.file_id)).toEqual(
      refusal(400, 'Bad Request: file is too big'),
    );
  });

  test('are refused by a wrong id, a wrong path, another bot and a broken store', async () => {
    expect(await getFile('BQACAgIAAxkB')).toEqual(refusal(400, 'Bad Request: invalid file_id'));
    expect((await download('documents/file_9.pdf')).status).toBe(404);
    const { files } = await client.act('send', { kind: 'voice' });
    const file_id = files?.[0]?.file_id;
    const path = await pathOf(file_id);
    expect((await download(path, '1:wrong')).status).toBe(401);
    await client.post('file', { file_id, is_available: false });
    expect(await getFile(file_id)).toEqual(
      refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
    );
  });

  test('of a bot reach the client with name, size and hash', async () => {
    const bytes = sample('document.pdf');
    const more = { caption: 'Read this', reply_parameters: '{"message_id":1001}' };
    const sent = await client.upload(
      'sendDocument',
      form('document', bytes, more, 'Angebot "1" ü.pdf'),
    );
    expect(sent.json).toMatchObject({
      ok: true,
      result: {
        caption: 'Read this',
        reply_to_message: { message_id: 1001 },
        document: { file_name: 'Angebot "1" ü.pdf', file_size: bytes.length },
      },
    });
    expect(await client.get('chat?bot=demo_support_bot&client=555')).toMatchObject({
      messages: [{}, { files: [{ name: 'Angebot "1" ü.pdf', sha256: sha256(bytes) }] }],
    });
  });

  test('of 45 MB are counted and hashed without being kept', async () => {
    const bytes = new Uint8Array(45 * MB).fill(7);
    await client.upload('sendDocument', form('document', bytes));
    const seen = (await client.get('chat?bot=demo_support_bot&client=555')) as {
      messages: { files: { size: number; sha256: string; url: string }[] }[];
    };
    const file = seen.messages[1]?.files[0];
    expect(file).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
    expect((await fetch(emulator.url + file?.url)).status).toBe(404);
  });

  test.each<[string, string, Uint8Array<ArrayBuffer>, number, string]>([
    ['an empty file', 'document', new Uint8Array(), 400, 'Bad Request: file must be non-empty'],
    [
      '50 MB and one byte',
      'document',
      new Uint8Array(50 * MB + 1),
      413,
      'Request Entity Too Large',
    ],
    [
      'a photo above 10 MB',
      'photo',
      new Uint8Array(10 * MB + 1),
      400,
      `Bad Request: file of size ${10 * MB + 1} bytes is too big for a photo; the maximum size is ${10 * MB} bytes`,
    ],
    [
      'a photo that is none',
      'photo',
      new Uint8Array(100),
      400,
      'Bad Request: IMAGE_PROCESS_FAILED',
    ],
    [
      'a photo that is too long',
      'photo',
      png(2100, 100),
      400,
      'Bad Request: PHOTO_INVALID_DIMENSIONS',
    ],
    [
      'a photo that is too large',
      'photo',
      png(9000, 1001),
      400,
      'Bad Request: PHOTO_INVALID_DIMENSIONS',
    ],
  ])('are refused: %s', async (_, field, bytes, code, description) => {
    const method = field === 'photo' ? 'sendPhoto' : 'sendDocument';
    const sent = await client.upload(method, form(field, bytes));
    expect(sent).toEqual({ status: code, json: refusal(code, description) });
  });

  test.each([
    ['sendPhoto', 'photo', 'photo-320.jpg', { photo: [{ width: 320, height: 240 }] }],
    ['sendVideo', 'video', 'video.mp4', { video: { file_name: 'a.bin' } }],
    ['sendVoice', 'voice', 'voice.ogg', { voice: {} }],
    ['sendAudio', 'audio', 'audio.mp3', { audio: {} }],
    ['sendAnimation', 'animation', 'animation.mp4', { animation: {}, document: {} }],
    ['sendSticker', 'sticker', 'sticker.webp', { sticker: { is_animated: false } }],
    ['sendVideoNote', 'video_note', 'round.mp4', { video_note: { length: 240 } }],
    ['sendVoice', 'voice', 'document.pdf', { document: {} }],
    ['sendVideo', 'video', 'sticker.webm', { document: {} }],
  ])('%s shows %s of %s', async (method, field, name, result) => {
    const sent = await client.upload(method, form(field, sample(name)));
    expect(sent.json).toMatchObject({ ok: true, result });
  });

  test('go by their id again, but not by an address, and not as something else', async () => {
    const first = await client.upload('sendVoice', form('voice', sample('voice.ogg')));
    const voice = (first.json as { result: { voice: { file_id: string } } }).result.voice.file_id;
    expect((await client.bot('sendVoice', { chat_id: 555, voice })).json).toMatchObject({
      result: { voice: { file_id: voice } },
    });
    expect((await client.bot('sendPhoto', { chat_id: 555, photo: voice })).json).toEqual(
      refusal(400, "Bad Request: can't use file of type Voice as Photo"),
    );
    const photo = 'https://a.example/x.jpg';
    expect((await client.bot('sendPhoto', { chat_id: 555, photo })).json).toEqual(
      refusal(400, 'Bad Request: failed to get HTTP URL content'),
    );
    expect((await client.bot('sendPhoto', { chat_id: 555 })).json).toEqual(
      refusal(400, 'Bad Request: there is no photo in the request'),
    );
  });

  test('a caption of 1025 units is too long', async () => {
    const sent = await client.upload(
      'sendDocument',
      form('document', sample('document.pdf'), { caption: 'a'.repeat(1025) }),
    );
    expect(sent.json).toEqual(refusal(400, 'Bad Request: message caption is too long'));
  });

  test('make an album of two to ten, one group, the caption where it was given', async () => {
    const album = (media: object[], names: string[]) => {
      const data = new FormData();
      data.set('chat_id', '555');
      data.set('media', JSON.stringify(media));
      for (const name of names) data.set(name, new Blob([sample(`${name}`)]), name);
      return client.upload('sendMediaGroup', data);
    };
    const photo = { type: 'photo', media: 'attach://photo-320.jpg', caption: 'Both' };
    const video = { type: 'video', media: 'attach://video.mp4' };
    const files = ['photo-320.jpg', 'video.mp4'];
    const sent = (await album([photo, video], files)).json as {
      result: { message_id: number; media_group_id: string; caption?: string }[];
    };
    expect(sent.result.map(({ message_id }) => message_id)).toEqual([1002, 1003]);
    expect(sent.result.map(({ caption }) => caption)).toEqual(['Both', undefined]);
    expect(new Set(sent.result.map(({ media_group_id }) => media_group_id)).size).toBe(1);
    expect((await album([photo], files)).status).toBe(400);
    expect((await album(Array(11).fill(photo), files)).json).toEqual(
      refusal(400, 'Bad Request: too many messages to send as an album'),
    );
    expect(
      (await album([photo, { type: 'document', media: 'attach://video.mp4' }], files)).json,
    ).toEqual(refusal(400, "Bad Request: document can't be mixed with other media types"));
    expect((await album([photo, { type: 'video', media: 'attach://gone' }], files)).status).toBe(
      400,
    );
  });

  test('a form that makes no sense is refused, and one that is cut leaves nothing', async () => {
    const url = `${emulator.url}/__services/telegram/bot${SUPPORT_TOKEN}/sendDocument`;
    for (const body of ['', '--x', '--x\r\n\r\nno name\r\n--x--', 'nothing\r\n--y--']) {
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const response = await fetch(url, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
    }
    const noBoundary = { 'content-type': 'multipart/form-data' };
    expect((await fetch(url, { method: 'POST', headers: noBoundary, body: 'x' })).status).toBe(400);
    expect(emulator.log().filter(({ kind }) => kind === 'error')).toEqual([]);
  });

  test('photos of a person are told on request', async () => {
    const photos = async () => (await client.bot('getUserProfilePhotos', { user_id: 555 })).json;
    expect(await photos()).toMatchObject({ result: { total_count: 0, photos: [] } });
    await client.post('client', { client: { id: 555, photo: true } });
    expect(await photos()).toMatchObject({
      result: { total_count: 1, photos: [[{ width: 90 }, { width: 320 }, { width: 800 }]] },
    });
    expect((await client.bot('getChat', { chat_id: 555 })).json).toMatchObject({
      result: { id: 555, type: 'private', photo: { small_file_id: expect.any(String) } },
    });
  });
});
