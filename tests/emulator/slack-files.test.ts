import { createHash } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';
import { slackApi, slackMember } from '../support/slack.ts';
import { startSlackApp } from '../support/slack-app.ts';

const BYTES = Buffer.from('%PDF-1.7 an offer');

describe('the files of the emulated Slack', () => {
  let emulator: Emulator;
  let ada: ReturnType<typeof slackMember>;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    ada = slackMember(emulator, { team: 'T0EMULATED1', member: 'ada' });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    token = await ada.install({ team: 'T0EMULATED1' });
  });

  const host = () => `slack.localhost:${emulator.port}`;

  async function begin(name = 'offer.pdf', length = BYTES.length) {
    const form = { filename: name, length: String(length) };
    const { json } = await slackApi(emulator, token, 'files.getUploadURLExternal', { form });
    return json as { ok: boolean; upload_url: string; file_id: string; error?: string };
  }

  /** Posts to the address of an upload. */
  async function send(url: string, body: string, type = 'application/octet-stream') {
    const headers = { 'content-type': type };
    return await call(emulator, new URL(url).pathname, {
      host: host(),
      method: 'POST',
      body,
      headers,
    });
  }

  test.each([
    ['raw', (text: string) => ({ body: text, type: 'application/octet-stream' })],
    [
      'as a form',
      (text: string) => ({
        body: `--b\r\nContent-Disposition: form-data; name="filename"; filename="x"\r\n\r\n${text}\r\n--b--\r\n`,
        type: 'multipart/form-data; boundary=b',
      }),
    ],
  ])('go up %s and into the conversation with a comment', async (_, encode) => {
    const { upload_url: url, file_id: id } = await begin();
    expect(new URL(url).host).toBe(host());
    const { body, type } = encode(String(BYTES));
    const sent = await send(url, body, type);
    expect([sent.status, sent.text]).toEqual([200, `OK - ${BYTES.length}`]);
    const done = await slackApi(emulator, token, 'files.completeUploadExternal', {
      json: {
        files: [{ id, title: 'The offer' }],
        channel_id: (await ada.act('send', { text: 'Please' })).channel,
        initial_comment: 'Here it is',
      },
    });
    expect(done.json).toEqual({ ok: true, files: [{ id, title: 'The offer' }] });
    const [, message] = await ada.chat();
    expect(message).toMatchObject({
      from: 'app',
      text: 'Here it is',
      files: [{ name: 'offer.pdf', sha256: createHash('sha256').update(BYTES).digest('hex') }],
    });
    const info = await slackApi(emulator, token, 'files.info', { form: { file: id } });
    expect(info.json).toMatchObject({
      file: { title: 'The offer', shares: { private: { D0EMULADA: [{ ts: message?.ts }] } } },
    });
  });

  test('cannot be finished before the bytes came, nor in a reply of a reply unseen', async () => {
    const { file_id: id, upload_url: url } = await begin();
    const finish = (json: object) =>
      slackApi(emulator, token, 'files.completeUploadExternal', {
        json: { files: [{ id }], channel_id: 'D0EMULADA', ...json },
      });
    const root = await ada.act('send', { text: 'Root' });
    expect((await finish({})).json.error).toBe('file_not_found');
    expect((await send(url, 'short')).status).toBe(400);
    await send(url, String(BYTES));
    const two = { channel_id: undefined, channels: 'D0EMULADA,D0EMULBOB', thread_ts: root.ts };
    expect((await finish(two)).json.error).toBe('invalid_arguments');
    const reply = await ada.act('send', { text: 'Reply', thread_ts: root.ts });
    expect((await finish({ thread_ts: reply.ts })).json.ok).toBe(true);
    expect(await ada.get('judge')).toMatchObject({
      replies_to_replies: [{ method: 'files.completeUploadExternal', thread_ts: reply.ts }],
    });
  });

  test('show some time after the call when that is asked for', async () => {
    await ada.act('send', { text: 'Please' });
    await ada.order('speed', { share_delay_ms: 100 });
    const { file_id: id, upload_url: url } = await begin();
    await send(url, String(BYTES));
    await slackApi(emulator, token, 'files.completeUploadExternal', {
      json: { files: [{ id }], channel_id: 'D0EMULADA' },
    });
    expect(await ada.chat()).toHaveLength(1);
    expect(await ada.wait({})).toMatchObject({ is_complete: true });
  });

  test('of a member come as events with an address for the bearer of a token alone', async () => {
    const app = await startSlackApp();
    await ada.order('app', { request_url: app.url, events: ['message.im', 'file_shared'] });
    const sent = await ada.act('send', { kind: 'audio', text: 'Listen' });
    const all = await app.came(2);
    const events = all.map(({ body }) => body.event);
    const event = events.find(({ type }) => type === 'message') as unknown as {
      files: { url_private_download: string; mimetype: string; size: number }[];
    };
    expect(event).toMatchObject({
      subtype: 'file_share',
      text: 'Listen',
      files: [{ subtype: 'slack_audio', mimetype: 'audio/ogg', user: 'U0EMULADA' }],
    });
    expect(events.find(({ type }) => type === 'file_shared')).toMatchObject({
      file_id: sent.files?.[0]?.id,
    });
    const url = new URL(event.files[0]?.url_private_download ?? '');
    const get = (headers: Record<string, string>) =>
      call(emulator, url.pathname, { host: url.host, headers });
    const file = await get({ authorization: `Bearer ${token}` });
    expect([file.status, file.headers['content-type']]).toEqual([200, 'audio/ogg']);
    expect(Number(file.headers['content-length'])).toBe(event.files[0]?.size);
    const nobody = await get({});
    expect([nobody.status, nobody.headers.location]).toEqual([
      302,
      expect.stringContaining('/signin'),
    ]);
    await ada.order('scopes', { team: 'T0EMULATED1', scopes: 'im:history' });
    expect((await get({ authorization: `Bearer ${token}` })).status).toBe(302);
    await app.close();
  });

  test('can be several in one message, of any size', async () => {
    const items = [{ kind: 'picture' }, { kind: 'file', file: { size: 5_000_000 } }];
    const sent = await ada.act('send', { kind: 'picture', items });
    expect(sent.files?.map(({ size }) => size).at(-1)).toBe(5_000_000);
    expect((await ada.chat())[0]?.files).toHaveLength(2);
  });
});
