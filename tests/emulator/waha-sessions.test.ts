import { createHmac } from 'node:crypto';
import { startWahaStage, type WahaStage } from './waha-stage.ts';

describe('a session of WAHA', () => {
  let stage: WahaStage;

  beforeAll(async () => {
    stage = await startWahaStage();
  });
  afterAll(() => stage.close());
  beforeEach(() => stage.reset());

  const status = async (name = 'default') =>
    (await stage.waha('GET', `/api/sessions/${name}`)).body.status;

  test('shows its config as it was handed in', async () => {
    const config = {
      metadata: { 'user.id': '123' },
      ignore: { groups: true },
      webhooks: [
        {
          url: `${stage.hookUrl}/a`,
          events: ['message.any'],
          hmac: { key: 'k' },
          retries: { policy: 'linear', delaySeconds: 3, attempts: 4 },
          customHeaders: [{ name: 'X-Own', value: 'yes' }],
        },
        { url: `${stage.hookUrl}/b`, events: ['session.status'] },
      ],
    };
    const made = await stage.waha('POST', '/api/sessions', { name: 'a', config });
    expect(made).toMatchObject({ status: 201, body: { name: 'a', status: 'STARTING', me: null } });
    const shown = await stage.waha('GET', '/api/sessions/a');
    expect(shown.body.config).toMatchObject(config);
    expect(shown.body.config.webhooks[1]).toMatchObject({ hmac: null, retries: null });
  });

  test('names itself when nobody does, and refuses a name that is taken', async () => {
    const { body } = await stage.waha('POST', '/api/sessions', {});
    expect(body.name).toMatch(/^session_/);
    expect((await stage.waha('POST', '/api/sessions', { name: body.name })).status).toBe(422);
    expect((await stage.waha('POST', '/api/sessions', { name: 'a b' })).status).toBe(400);
  });

  test('tells each webhook what it asked for, with its own proof and headers', async () => {
    const key = 'my-secret-key';
    const signed = {
      url: `${stage.hookUrl}/signed`,
      events: ['message.any'],
      hmac: { key },
      customHeaders: [{ name: 'X-Own', value: 'yes' }],
    };
    const plain = { url: `${stage.hookUrl}/plain`, events: ['message', 'session.status'] };
    await stage.link('default', { webhooks: [signed, plain], metadata: { tenant: '7' } });
    stage.hooks.length = 0;
    await stage.client('send', { text: 'Hello' });
    await stage.told('message');
    expect(stage.hooks.map(({ path, body }) => [path, body.event]).sort()).toEqual([
      ['/plain', 'message'],
      ['/signed', 'message.any'],
    ]);
    const [first] = stage.hooks.filter(({ path }) => path === '/signed');
    expect(first?.headers).toMatchObject({
      'x-own': 'yes',
      'x-webhook-hmac-algorithm': 'sha512',
      'x-webhook-hmac': createHmac('sha512', key)
        .update(first?.raw ?? '')
        .digest('hex'),
      'x-webhook-request-id': expect.stringMatching(/.{20}/),
      'x-webhook-timestamp': expect.stringMatching(/^\d{13}$/),
    });
    expect(first?.body).toMatchObject({
      id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      timestamp: expect.any(Number),
      session: 'default',
      metadata: { tenant: '7' },
      me: { id: '5511987654321@c.us', pushName: 'Ana Support' },
      engine: 'WEBJS',
      environment: { tier: 'CORE' },
    });
    const [other] = stage.hooks.filter(({ path }) => path === '/plain');
    expect(other?.headers['x-webhook-hmac']).toBeUndefined();
    expect(other?.headers['x-webhook-request-id']).not.toBe(first?.headers['x-webhook-request-id']);
  });

  test('tries again as often as it was told, with the same body', async () => {
    await stage.control('/services/waha/settings', { pause_factor: 0.001 });
    const retries = { policy: 'exponential', delaySeconds: 2, attempts: 2 };
    const webhooks = [{ url: stage.hookUrl, events: ['message'], retries }];
    await stage.link('default', { webhooks });
    stage.statuses.push(500, 404);
    await stage.client('send', { text: 'One' });
    expect(await stage.told('message')).toHaveLength(3);
    expect(new Set(stage.hooks.map(({ raw }) => raw)).size).toBe(1);
    stage.statuses.push(500, 500, 500);
    await stage.client('send', { text: 'Two' });
    expect(await stage.told('message')).toHaveLength(6);
    await stage.client('send', { text: 'Three' });
    expect((await stage.told('message')).at(-1)).toMatchObject({ body: 'Three' });
  });

  test.each([
    ['constant', 3],
    ['linear', 6],
    ['exponential', 7],
  ])('waits between tries as the policy %s says', async (policy, seconds) => {
    await stage.control('/services/waha/settings', { pause_factor: 0.03 });
    const retries = { policy, delaySeconds: 1, attempts: 3 };
    await stage.link('default', {
      webhooks: [{ url: stage.hookUrl, events: ['message'], retries }],
    });
    stage.statuses.push(500, 500, 500);
    const before = performance.now();
    await stage.client('send', { text: 'Again' });
    expect(await stage.told('message')).toHaveLength(4);
    // Timers may be a millisecond early.
    expect(performance.now() - before).toBeGreaterThan(seconds * 30 - 5);
  });

  test('starts again when its config is replaced, and keeps its number', async () => {
    await stage.link();
    stage.hooks.length = 0;
    const webhooks = [{ url: `${stage.hookUrl}/new`, events: ['session.status'] }];
    const put = await stage.waha('PUT', '/api/sessions/default', { config: { webhooks } });
    expect(put).toMatchObject({ status: 200, body: { status: 'STARTING' } });
    const early = await stage.waha('POST', '/api/sendText', { chatId: '5511955550101', text: 'x' });
    expect(early.status).toBe(422);
    stage.emulator.advance(200);
    expect(await status()).toBe('WORKING');
    await stage.told('session.status');
    expect(stage.hooks.slice(0, 2).map(({ path, body }) => [path, body.payload.status])).toEqual([
      ['/new', 'STOPPED'],
      ['/new', 'STARTING'],
    ]);
    expect(stage.hooks[1]?.body.payload.statuses.length).toBeGreaterThan(1);
  });

  test('tells afterwards what came while it did not work, once', async () => {
    await stage.link();
    await stage.waha('POST', '/api/sessions/default/stop');
    await stage.client('send', { text: 'One' });
    await stage.client('send', { text: 'Two' });
    expect(await stage.told('message')).toEqual([]);
    await stage.waha('POST', '/api/sessions/default/start');
    stage.emulator.advance(200);
    await stage.client('send', { text: 'Three' });
    await stage.waha('GET', '/api/default/chats');
    expect((await stage.told('message')).map(({ body }) => body)).toEqual(['One', 'Two', 'Three']);
  });

  test('stops, starts, logs out and is listed', async () => {
    await stage.link();
    expect((await stage.waha('POST', '/api/sessions/default/stop')).body.status).toBe('STOPPED');
    expect((await stage.waha('GET', '/api/sessions')).body).toEqual([]);
    expect((await stage.waha('GET', '/api/sessions?all=true')).body).toHaveLength(1);
    expect((await stage.waha('GET', '/api/sessions/default/me')).body).toBeNull();
    await stage.waha('POST', '/api/sessions/default/start');
    stage.emulator.advance(200);
    expect(await status()).toBe('WORKING');
    await stage.waha('POST', '/api/sessions/default/restart');
    expect(await status()).toBe('STARTING');
    await stage.waha('POST', '/api/sessions/default/logout');
    stage.emulator.advance(200);
    expect(await status()).toBe('SCAN_QR_CODE');
  });

  test('tells of its beginning when it is ordered to', async () => {
    await stage.control('/services/waha/settings', { tells_beginnings: true });
    const webhooks = [{ url: stage.hookUrl, events: ['session.status'] }];
    await stage.waha('POST', '/api/sessions', { name: 'a', config: { webhooks } });
    await stage.hooked(2);
    expect(stage.hooks.map(({ body }) => body.payload.status)).toEqual([
      'STARTING',
      'SCAN_QR_CODE',
    ]);
  });

  test('waits stopped when it is not to start', async () => {
    await stage.waha('POST', '/api/sessions', { name: 'later', start: false });
    expect(await status('later')).toBe('STOPPED');
  });

  test('says how it must be before it sends', async () => {
    await stage.waha('POST', '/api/sessions', { name: 'a' });
    stage.emulator.advance(200);
    const body = { session: 'a', chatId: '5511955550101@c.us', text: 'Hi' };
    expect(await stage.waha('POST', '/api/sendText', body)).toMatchObject({
      status: 422,
      body: { session: 'a', status: 'SCAN_QR_CODE', expected: ['WORKING'] },
    });
    const gone = await stage.waha('POST', '/api/sendText', { ...body, session: 'gone' });
    expect(gone.status).toBe(404);
  });

  test.each([
    ['groups', { chat: '120363000000000001@g.us' }],
    ['status', { chat: 'status@broadcast' }],
    ['channels', { chat: '120363000000000001@newsletter' }],
    ['broadcast', { chat: '1700000000@broadcast' }],
  ])('tells nothing of %s that it is to ignore', async (name, where) => {
    const webhooks = [{ url: stage.hookUrl, events: ['message.any'] }];
    await stage.link('default', { webhooks, ignore: { [name]: true } });
    await stage.client('send', { text: 'Unheard', ...where });
    await stage.client('send', { text: 'Heard' });
    expect((await stage.told('message.any')).map(({ body }) => body)).toEqual(['Heard']);
  });

  test('tells when the phone loses its network, and is silent meanwhile', async () => {
    await stage.link();
    const phone = (change: string) =>
      fetch(`${stage.emulator.url}/__services/phone`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'waha', change }),
      });
    await phone('go_offline');
    expect(await stage.told('state.change')).toEqual(['TIMEOUT']);
    await stage.client('send', { text: 'Into the dark' });
    expect(await stage.told('message')).toEqual([]);
    await phone('go_online');
    expect(await stage.told('state.change')).toEqual(['TIMEOUT', 'CONNECTED']);
    expect(await stage.told('message')).toMatchObject([{ body: 'Into the dark' }]);
  });
});
