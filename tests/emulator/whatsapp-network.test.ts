import { CLIENT, type Json, LINE, startWahaStage, type WahaStage } from './waha-stage.ts';

describe('the emulated WhatsApp', () => {
  let stage: WahaStage;

  beforeAll(async () => {
    stage = await startWahaStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.reset();
    await stage.link();
  });

  const chat = (): Promise<Json> => stage.control(`/services/whatsapp/chat?client=${CLIENT}`);

  test('keeps people, groups and chats, and forgets them', async () => {
    await stage.client('client', { client: { phone: CLIENT, name: 'Ana', lid: '81896604192873' } });
    const group = await stage.client('group', { name: 'Team', members: [CLIENT, '34600111222'] });
    expect(group).toMatchObject({ id: expect.stringMatching(/^\d+@g\.us$/), name: 'Team' });
    await stage.client('send', { text: 'Hi' });
    const { clients, groups } = await stage.control('/services/whatsapp/clients');
    expect(clients).toMatchObject([
      { phone: CLIENT, name: 'Ana', lid: '81896604192873' },
      { phone: '34600111222' },
    ]);
    expect(groups).toHaveLength(1);
    expect((await stage.control('/services/whatsapp/chats')).chats).toMatchObject([
      { line: LINE, chat: CLIENT, type: 'person', name: 'Ana', unseen: 1 },
    ]);
    stage.reset();
    expect((await stage.control('/services/whatsapp/clients')).clients).toEqual([]);
  });

  test('needs to know which linked number is meant', async () => {
    await stage.link('second', {}, '5511912345678');
    await expect(stage.client('send', { text: 'Whom?' })).rejects.toThrow(/line:/);
    const sent = await stage.client('send', { text: 'You', line: '+5511912345678' });
    expect(sent.line).toBe('5511912345678');
  });

  test.each([
    [{ kind: 'fax' }, /kind: one of/],
    [{ kind: 'text' }, /text: a text/],
    [{ text: 'x', quote: 'gone' }, /no such message/],
    [{ text: 'x', client: '12' }, /phone: 6 to 15 digits/],
    [{ text: 'x', client: { phone: CLIENT, addressing: 'odd' } }, /addressing/],
    [{ text: 'x', client: { phone: CLIENT, lid: '99' } }, /lid: 10 to 18 digits/],
    [{ kind: 'location', latitude: '1' }, /latitude/],
    [{ kind: 'document', file: { size: -1 } }, /size/],
    [{ text: 'x', chat: 'a@g.us' }, /group/],
  ])('refuses %j in words', async (given, message) => {
    await expect(stage.client('send', given)).rejects.toThrow(message);
  });

  test('lets only authors change what is theirs', async () => {
    const { message_id } = await stage.client('send', { text: 'Mine' });
    await expect(stage.client('edit', { message_id, text: 'No', as: 'phone' })).rejects.toThrow(
      /whoever/,
    );
    await stage.client('edit', { message_id, text: 'Still mine' });
    expect((await chat()).messages).toMatchObject([
      { text: 'Still mine', earlier: ['Mine'], edited_at: expect.any(Number) },
    ]);
    await stage.client('delete', { message_id });
    expect((await chat()).messages[0].revoked_at).toEqual(expect.any(Number));
  });

  test('marks as seen what somebody answers or reads on the phone', async () => {
    await stage.client('send', { text: 'One' });
    await stage.client('send', { text: 'Answer', as: 'phone' });
    await stage.client('send', { text: 'Two' });
    expect((await chat()).unseen).toBe(1);
    expect(await stage.client('read', { as: 'phone' })).toEqual({ seen: 1 });
    expect((await chat()).unseen).toBe(0);
  });

  test('makes files of any size, the same bytes each time, and shows them', async () => {
    const sent = await stage.client('send', {
      kind: 'video',
      file: { size: 5_000_000, name: 'v.mp4' },
    });
    expect(sent.file).toMatchObject({ size: 5_000_000, name: 'v.mp4' });
    const [{ file }] = (await chat()).messages;
    const shown = await fetch(stage.emulator.url + file.url);
    expect((await shown.arrayBuffer()).byteLength).toBe(5_000_000);
    const own = Buffer.from('hello').toString('base64');
    const text = await stage.client('send', {
      kind: 'document',
      file: { content_base64: own, mime: 'text/plain', name: 'a.txt' },
    });
    expect(text.file).toMatchObject({ size: 5, mime: 'text/plain' });
    expect((await fetch(`${stage.emulator.url}/__services/whatsapp/file/none`)).status).toBe(404);
  });

  test('waits for what the linked number brings', async () => {
    const waiting = stage.client('wait', { text: 'ready', count: 1 });
    await stage.client('send', { text: 'It is', as: 'phone' });
    await stage.client('send', { text: 'It is ready', as: 'phone' });
    expect(await waiting).toMatchObject({ is_complete: true, messages: [{ text: 'It is ready' }] });
    expect(await stage.client('wait', { count: 9, timeout_ms: 10 })).toMatchObject({
      is_complete: false,
    });
  });

  test('delivers to a device that is on again, unless it is blocked', async () => {
    await stage.client('client', { client: { phone: CLIENT, is_blocking: true } });
    await stage.client('send', { text: 'Hello?', as: 'phone' });
    expect((await chat()).messages[0].ack).toBe(1);
    await stage.client('client', { client: { phone: CLIENT, is_blocking: false } });
    expect((await chat()).messages[0].ack).toBe(2);
  });

  test('tells a page of every change', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${stage.emulator.url}/__emulator/services/whatsapp/changes`, {
      signal: stop.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('listening');
    await stage.client('send', { text: 'Hi' });
    expect((await reader?.read())?.value).toContain('changed');
    stop.abort();
  });
});
