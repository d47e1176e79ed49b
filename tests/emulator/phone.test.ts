import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';
import { BEATRIZ, BUSINESS, evolutionServer } from '../support/evolution.ts';

const HOST = '127.0.0.1';

describe('the emulated phones', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    await evolutionServer(emulator).link();
  });

  const act = (json: object) =>
    call(emulator, '/__services/phone/act', {
      host: HOST,
      json: { line: BUSINESS, client: BEATRIZ, ...json },
    });
  const get = async (path: string) =>
    (await call(emulator, `/__services/phone/${path}`, { host: HOST })).json;
  const chat = async (more = '') =>
    (await get(`chat?line=${BUSINESS}&client=${BEATRIZ.phone}${more}`)) as {
      messages: Record<string, unknown>[];
    };

  test('write, answer, edit, react, read and delete', async () => {
    const hers = (await act({ act: 'send', text: 'Is it there?' })).json as { message_id: string };
    const mine = (await act({ act: 'send', as: 'phone', text: 'It is', quote: hers.message_id }))
      .json as { message_id: string };
    await act({ act: 'edit', as: 'phone', message_id: mine.message_id, text: 'It is!' });
    await act({ act: 'react', message_id: mine.message_id, emoji: '👍' });
    await act({ act: 'read' });
    await act({ act: 'delete', message_id: hers.message_id });
    expect((await chat()).messages).toMatchObject([
      { source: 'client', is_seen: true, revoked_at: expect.any(Number) },
      {
        ...{ source: 'app', text: 'It is!', earlier: ['It is'], quote: hers.message_id, ack: 3 },
        reactions: [{ by: BEATRIZ.phone, emoji: '👍' }],
      },
    ]);
  });

  test('switch off: what is sent waits', async () => {
    await act({ act: 'client', client: { ...BEATRIZ, is_offline: true } });
    await act({ act: 'send', as: 'phone', text: 'Are you there?' });
    expect((await chat()).messages).toMatchObject([{ ack: 1 }]);
    await act({ act: 'client', client: { ...BEATRIZ, is_offline: false } });
    expect((await chat()).messages).toMatchObject([{ ack: 2 }]);
  });

  test('know people and groups, and who is not on WhatsApp', async () => {
    await act({ act: 'client' });
    const { id } = (await act({ act: 'group', name: 'Neighbours', members: [BEATRIZ.phone] }))
      .json as { id: string };
    await act({ act: 'absent', phone: '5511955550199' });
    expect(await get('people')).toMatchObject({
      clients: [BEATRIZ],
      groups: [{ id, name: 'Neighbours', members: [BEATRIZ.phone] }],
      absent: ['5511955550199'],
    });
    await act({ act: 'send', chat: id, text: 'All of you' });
    expect((await chat(`&chat=${id}`)).messages).toMatchObject([{ text: 'All of you' }]);
    expect((await chat()).messages).toEqual([]);
  });

  test('refuse what they cannot do, in one line', async () => {
    expect(await act({ act: 'fly' })).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/^act: one of send, edit/) },
    });
    expect(await act({ act: 'edit', message_id: '3EB0NOTHING', text: 'a' })).toMatchObject({
      status: 400,
      json: { error: 'message_id: no such message in this chat' },
    });
  });

  test('show a page of own files only, with the linked devices in it', async () => {
    const page = await call(emulator, '/__services/phone', { host: HOST });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain('Remove the linked device');
    const links = [...page.text.matchAll(/(?:src|href)="(\/__services\/phone\/files\/[^"]+)"/g)];
    expect(links.length).toBeGreaterThan(1);
    for (const [, path = ''] of links) {
      expect((await call(emulator, path, { host: HOST })).status).toBe(200);
    }
    for (const name of ['pane.js', 'message.js', 'requests.js']) {
      expect((await call(emulator, `/__services/phone/files/${name}`, { host: HOST })).status).toBe(
        200,
      );
    }
    const other = await call(emulator, '/__services/phone/files/phone.html', { host: HOST });
    expect(other.status).toBe(404);
  });
});
