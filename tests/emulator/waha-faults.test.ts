import { CLIENT, type Json, startWahaStage, type WahaStage } from './waha-stage.ts';

const HER = `${CLIENT}@c.us`;

describe('WAHA, when it is ordered to fail', () => {
  let stage: WahaStage;

  beforeAll(async () => {
    stage = await startWahaStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.reset();
    await stage.link();
  });

  const send = (text: string) =>
    stage.waha('POST', '/api/sendText', { session: 'default', chatId: HER, text });
  const settings = (change: object) => stage.control('/services/waha/settings', change);
  const refuse = (order: object) => stage.control('/services/waha/refuse', order);
  const judge = (): Promise<Json> => stage.control('/services/waha/judge');
  const texts = async () =>
    (await stage.control(`/services/whatsapp/chat?client=${CLIENT}`)).messages.map(
      ({ text }: Json) => text,
    );

  test('answers with what is ordered, as often as ordered, and does nothing', async () => {
    await refuse({ call: 'sendText', status: 503, message: 'Down', times: 1, pass: 1 });
    expect((await send('One')).status).toBe(201);
    expect(await send('Two')).toMatchObject({
      status: 503,
      body: { exception: { message: 'Down' } },
    });
    expect((await send('Three')).status).toBe(201);
    expect(await texts()).toEqual(['One', 'Three']);
    await refuse({ session: 'other', status: 422, times: null });
    const file = { mimetype: 'image/png', data: 'QUFB' };
    const image = { session: 'default', chatId: HER, file };
    expect((await stage.waha('POST', '/api/sendImage', image)).status).toBe(201);
    expect(
      (await stage.waha('POST', '/api/sendImage', { ...image, session: 'other' })).status,
    ).toBe(422);
    expect((await send('Four')).status).toBe(201);
    expect((await stage.control('/services/waha/refuse')).refusals).toMatchObject([
      { hits: 1 },
      { hits: 1 },
    ]);
  });

  test('loses an answer after it has sent', async () => {
    await refuse({ call: 'sendText', action: 'lose_answer' });
    await expect(send('Gone?')).rejects.toThrow();
    expect(await texts()).toEqual(['Gone?']);
  });

  test.each(['reset', 'hang'])('sends nothing when it is to %s', async (action) => {
    await refuse({ call: 'sendText', action });
    const outcome = fetch(`${stage.emulator.url}/__services/waha/api/sendText`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'emulator-waha-key-0123456789' },
      body: JSON.stringify({ session: 'default', chatId: HER, text: 'Nothing' }),
      signal: AbortSignal.timeout(300),
    });
    await expect(outcome).rejects.toThrow();
    expect(await texts()).toEqual([]);
  });

  test('answers a page instead of JSON', async () => {
    await refuse({ call: 'sendText', action: 'html', status: 502 });
    await expect(send('x')).rejects.toThrow(/JSON/);
  });

  test('sends without saying what, or says it late', async () => {
    await settings({ answers: 'empty', answer_delay_ms: 30 });
    const before = performance.now();
    expect(await send('Silent')).toEqual({ status: 201, body: undefined });
    expect(performance.now() - before).toBeGreaterThan(25);
    expect(await texts()).toEqual(['Silent']);
  });

  test('tells every event twice, and message beside message.any', async () => {
    const webhooks = [{ url: stage.hookUrl, events: ['message.any'] }];
    await stage.waha('PUT', '/api/sessions/default', { config: { webhooks } });
    stage.emulator.advance(200);
    await settings({ copies_of_events: 2, sends_message_too: true });
    await stage.client('send', { text: 'Hi' });
    expect(await stage.told('message')).toHaveLength(2);
    expect(await stage.told('message.any')).toHaveLength(2);
    const ids = stage.hooks
      .filter(({ body }) => body.event === 'message.any')
      .map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
  });

  test.each([
    ['repeated', [1, 1, 2, 2, 3, 3]],
    ['out_of_order', [1, 2, 1, 3, 2]],
  ])('tells acknowledgements %s', async (acks, expected) => {
    await settings({ acks });
    await send('Hi');
    await stage.client('read');
    expect((await stage.told('message.ack')).map(({ ack }) => ack)).toEqual(expected);
  });

  test('tells one message of a looping device 800 times', async () => {
    const { message_id } = await stage.client('send', { text: 'Again' });
    await stage.client('loop', { message_id });
    const told = await stage.told('message.any');
    expect(told).toHaveLength(801);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
  });

  test.each([
    ['null', null],
    ['error', { url: null, error: 'Failed to download media' }],
  ])('has no file to give (%s)', async (media, expected) => {
    await settings({ media });
    await stage.client('send', { kind: 'voice' });
    const [payload] = await stage.told('message');
    expect(payload.hasMedia).toBe(true);
    if (expected === null) expect(payload.media).toBeNull();
    else expect(payload.media).toMatchObject(expected);
  });

  test('gives a voice message without a byte', async () => {
    await settings({ media: 'empty' });
    await stage.client('send', { kind: 'voice' });
    const [{ media }] = await stage.told('message');
    const answer = await stage.file(media.url);
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 0]);
  });

  test('is silent while it says that it works', async () => {
    await settings({ is_silent: true });
    await stage.client('send', { text: 'Hello?' });
    expect(await stage.told('message.any')).toEqual([]);
    expect((await stage.waha('GET', '/api/sessions/default')).body.status).toBe('WORKING');
  });

  test('refuses an order it does not understand', async () => {
    await expect(settings({ engine: 'VENOM' })).rejects.toThrow(/engine: one of/);
    await expect(settings({ speed: 1 })).rejects.toThrow(/there is no such setting/);
    await expect(settings({ timeout_ms: -1 })).rejects.toThrow(/timeout_ms/);
    await expect(settings({ is_silent: 1 })).rejects.toThrow(/is_silent/);
    await expect(refuse({ action: 'explode' })).rejects.toThrow(/action/);
    await expect(stage.client('loop', { message_id: 'x' })).rejects.toThrow(/no such message/);
  });

  describe('and as a judge', () => {
    test('finds a message that was sent twice, and none that was meant', async () => {
      await send('Same');
      await send('Same');
      await send('Other');
      expect((await judge()).sessions[0]).toMatchObject({ session: 'default', sent: 3 });
      expect((await judge()).sessions[0].sent_twice).toHaveLength(1);
      stage.emulator.advance(2_000);
      await send('Other');
      expect((await judge()).sessions[0].sent_twice).toHaveLength(1);
    });

    test('finds an answer to what was not seen', async () => {
      await stage.client('send', { text: 'Hi' });
      await send('Hello');
      expect((await judge()).faults).toEqual([
        { session: 'default', what: 'answered_unseen', detail: `chat ${CLIENT}` },
      ]);
      await stage.waha('POST', '/api/sendSeen', { session: 'default', chatId: HER });
      await send('Hello again');
      expect((await judge()).faults).toHaveLength(1);
    });

    test('finds messages that come faster than a person writes', async () => {
      await settings({ most_a_minute: 2 });
      await send('1');
      await send('2');
      expect((await judge()).sessions[0].too_fast).toEqual([]);
      await send('3');
      expect((await judge()).sessions[0].too_fast).toHaveLength(1);
      stage.emulator.advance(60_000);
      await send('4');
      expect((await judge()).sessions[0].too_fast).toHaveLength(1);
    });

    test('finds keys in texts, in addresses of files and in the server’s own address', async () => {
      const key = 'emulator-waha-key-0123456789';
      await send(`the key is ${key}`);
      const file = { mimetype: 'image/png', url: `http://127.0.0.1:1/?k=${key}` };
      await stage.waha('POST', '/api/sendImage', { session: 'default', chatId: HER, file });
      const answer = await fetch(
        `${stage.emulator.url}/__services/waha/api/sessions?x-api-key=${key}`,
      );
      expect(answer.status).toBe(401);
      const { faults } = await judge();
      expect(faults.map(({ what, detail }: Json) => [what, detail])).toEqual(
        Array(3).fill(['secret', 'API key']),
      );
      expect(JSON.stringify(faults)).not.toContain(key);
    });

    test('finds ids that must not be written to', async () => {
      await stage.waha('POST', '/api/sendText', {
        session: 'default',
        chatId: `${CLIENT}@s.whatsapp.net`,
        text: 'Hi',
      });
      expect((await judge()).faults).toMatchObject([{ what: 'odd_chat_id' }]);
    });
  });
});
