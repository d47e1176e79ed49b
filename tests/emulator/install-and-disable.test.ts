import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, callChats, installed, type Listener, listen } from '../support/emulator-client.ts';

describe('installing and disabling', () => {
  let emulator: Emulator;
  let backend: Listener;
  let answer: () => number | Promise<number> = () => 200;

  beforeAll(async () => {
    backend = await listen(() => answer());
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    emulator.useBackend(backend.url);
  });
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });
  beforeEach(() => {
    emulator.reset();
    backend.received.length = 0;
    answer = () => 200;
  });

  function queries(): Record<string, string>[] {
    return backend.received.map(({ url }) =>
      Object.fromEntries(new URL(url, backend.url).searchParams),
    );
  }

  test('an install calls the redirect URI once, with a code and no state', async () => {
    expect(await emulator.install('demo')).toBe(200);
    expect(backend.received).toHaveLength(1);
    expect(backend.received[0]).toMatchObject({
      method: 'GET',
      url: expect.stringMatching(/^\/kommo\/oauth\/callback\?/),
    });
    expect(queries()[0]).toEqual({
      code: expect.stringMatching(/^def502/),
      referer: 'demo.kommo.com',
      from_widget: '1',
      platform: '2',
      client_id: emulator.world.integration().client_id,
    });
  });

  test('the forms of the install call that sources disagree about are switches', async () => {
    emulator.setSwitches({ refererFormat: 'https-url', sendPlatformAndClientId: 'off' });
    await emulator.install('demo');
    expect(queries()[0]).toEqual({
      code: expect.any(String),
      referer: 'https://demo.kommo.com',
      from_widget: '1',
    });
  });

  test('an install that is not answered with success is installed all the same, and not repeated', async () => {
    answer = () => 500;
    expect(await emulator.install('demo')).toBe(500);
    expect(backend.received).toHaveLength(1);
    expect(emulator.state.installations).toMatchObject([{ account_id: 31263018, is_active: true }]);
  });

  test('an install call can be doubled for once', async () => {
    await emulator.install('demo', undefined, { duplicate: true });
    const [first, second] = queries();
    expect(second).toEqual(first);
  });

  test('the log names the call without its code', async () => {
    await emulator.install('demo');
    const code = queries()[0]?.code ?? '';
    const text = JSON.stringify(emulator.log());
    expect(text).toContain('/kommo/oauth/callback');
    expect(text).not.toContain(code);
  });

  test('an integration with one source gets it by the install', async () => {
    emulator.world.integration().multiple_sources = false;
    await emulator.install('demo');
    expect(emulator.state.sources).toMatchObject([
      { external_id: 'chat_connector', pipeline_id: 7001, default: true },
    ]);
  });

  test('disabling kills the tokens, disconnects the channel and hides the sources', async () => {
    const { access_token: token } = await installed(emulator);
    await callChats(emulator, '/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7/connect', {
      json: {
        account_id: emulator.state.accounts[0]?.amojo_id,
        title: 'Chats',
        hook_api_version: 'v2',
      },
    });
    const created = await call(emulator, '/api/v4/sources', {
      token,
      json: [{ name: 'One', external_id: 'one' }],
    });
    expect(created.status).toBe(200);
    expect(await emulator.disable('demo')).toEqual([200]);
    expect((await call(emulator, '/api/v4/account', { token })).status).toBe(401);
    expect(emulator.state.scopes).toMatchObject([{ is_connected: false }]);
    expect(emulator.state.sources).toMatchObject([{ external_id: 'one', is_hidden: true }]);
    await emulator.install('demo');
    expect(emulator.state.sources).toMatchObject([{ external_id: 'one', is_hidden: false }]);
    // What the disable ended stays ended.
    expect((await call(emulator, '/api/v4/account', { token })).status).toBe(401);
  });

  test('disabling deletes the sources when that is switched on', async () => {
    emulator.setSwitches({ sourcesOnUninstall: 'deleted' });
    const { access_token: token } = await installed(emulator);
    await call(emulator, '/api/v4/sources', { token, json: [{ name: 'One', external_id: 'one' }] });
    await emulator.disable('demo');
    expect(emulator.state.sources).toEqual([]);
  });

  test('the disable hook is signed with the client secret', async () => {
    await emulator.install('demo');
    backend.received.length = 0;
    await emulator.disable('demo');
    const { client_id, client_secret } = emulator.world.integration();
    const text = `${client_id}|31263018`;
    expect(queries()).toEqual([
      {
        account_id: '31263018',
        client_uuid: client_id,
        signature: createHmac('sha256', client_secret).update(text).digest('hex'),
      },
    ]);
  });

  test.each([
    ['once-after-revoke', [401]],
    ['once-before-revoke', [200]],
    ['twice', [200, 401]],
    ['never', []],
  ])('the disable hook comes %s', async (mode, seen) => {
    emulator.setSwitches({ disableHook: mode });
    const { access_token: token } = await installed(emulator);
    backend.received.length = 0;
    const alive: number[] = [];
    answer = async () => {
      alive.push((await call(emulator, '/api/v4/account', { token })).status);
      return 200;
    };
    await emulator.disable('demo');
    expect(alive).toEqual(seen);
  });

  test('what is not installed cannot be disabled', async () => {
    expect(await emulator.disable('demo')).toEqual([]);
    await emulator.install('demo');
    expect(await emulator.disable('demo')).toEqual([200]);
    expect(await emulator.disable('demo')).toEqual([]);
    expect(backend.received).toHaveLength(2);
  });

  test('the disable hook can come without anything having been installed', async () => {
    expect(await emulator.callDisableHook('other')).toBe(200);
    expect(queries()[0]).toMatchObject({ account_id: '31263019' });
  });

  test('revoking one grant leaves the other', async () => {
    const first = await installed(emulator);
    const second = await installed(emulator, 'demo', 8002);
    expect(emulator.revoke('demo', 8002)).toBe(1);
    const status = async (token: string) =>
      (await call(emulator, '/api/v4/account', { token })).status;
    expect(await status(first.access_token)).toBe(200);
    expect(await status(second.access_token)).toBe(401);
  });

  test('hooks reach a backend behind another address, under its public name', async () => {
    emulator.useBackend('https://backend.example', backend.url);
    expect(await emulator.install('demo')).toBe(200);
    expect(backend.received[0]?.headers.host).toBe('backend.example');
    emulator.useBackend(backend.url);
  });

  test('Kommo gives up after three seconds', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    answer = () => promise;
    const began = performance.now();
    expect(await emulator.install('demo')).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(2900);
    expect(performance.now() - began).toBeLessThan(10_000);
    resolve(200);
  });
});
