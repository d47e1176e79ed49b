import { request } from 'node:http';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, installed, type Reply } from '../support/emulator-client.ts';

describe('the control API', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const control = (path: string, json?: unknown, method?: string): Promise<Reply> =>
    call(emulator, `/__emulator${path}`, { host: 'kommo.localhost:9000', json, method });

  test('does what the object does', async () => {
    const status = (await control('/install', { account: 'demo', user_id: 8001 })).json;
    expect(status).toEqual({ status: 0 });
    expect((await control('/state')).json).toMatchObject({
      installations: [{ account_id: 31263018, is_active: true }],
      switches: { refreshMode: 'strict' },
    });
    const { token } = (await control('/token', { account: 'demo' })).json as { token: string };
    expect(token.split('.')).toHaveLength(3);
    expect((await control('/disable', { account: 31263018 })).json).toEqual({ statuses: [0] });
    expect((await control('/rename', { account: 'demo', to: 'fresh' })).status).toBe(200);
    expect(emulator.state.accounts[0]?.subdomain).toBe('fresh');
    expect((await control('/revoke', { account: 'fresh' })).json).toEqual({ revoked: 0 });
    await control('/reset', {});
    expect(emulator.state.accounts[0]?.subdomain).toBe('demo');
    expect(emulator.state.installations).toEqual([]);
  });

  test('takes the account from the host when it is one', async () => {
    const reply = await call(emulator, '/__emulator/token', {
      host: 'other.kommo.localhost',
      json: {},
    });
    const [, payload = ''] = (reply.json as { token: string }).token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      account_id: 31263019,
    });
  });

  test('moves the clock', async () => {
    await control('/clock', { freeze: 1_000_000 });
    await control('/clock', { advance_ms: 500 });
    expect((await control('/clock')).json).toEqual({ now: 1_000_500 });
    await control('/clock', { reset: true });
    const { now } = (await control('/clock')).json as { now: number };
    expect(Math.abs(now - Date.now())).toBeLessThan(5000);
  });

  test('sets switches, and refuses an option that is none', async () => {
    expect((await control('/switches', { refreshMode: 'grace-30s', sourcesMax: 7 })).status).toBe(
      200,
    );
    const refused = await control('/switches', { refreshMode: 'sometimes', jwtTtl: 300 });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('refreshMode');
    expect((await control('/switches')).json).toMatchObject({
      switches: { refreshMode: 'grace-30s', sourcesMax: 7, jwtTtl: '1800' },
      options: { refreshMode: ['strict', 'until-new-used', 'grace-30s'] },
    });
  });

  test('keeps the log of a widget, without secrets', async () => {
    const { client_secret } = emulator.world.integration();
    await control('/log', [
      {
        kind: 'callback',
        name: 'onSave',
        detail: { returned: true, fields: { api_token: 'abc' } },
      },
      { kind: 'console', name: 'log', detail: [`the secret is ${client_secret}`] },
    ]);
    const { entries } = (await control('/log')).json as {
      entries: { id: number; detail: unknown }[];
    };
    expect(entries).toMatchObject([
      {
        kind: 'callback',
        name: 'onSave',
        detail: { returned: true, fields: { api_token: '[hidden]' } },
      },
      { detail: ['the secret is [hidden]'] },
    ]);
    expect((await control(`/log?after=${entries[0]?.id}`)).json).toMatchObject({
      entries: [{ kind: 'console' }],
    });
    await control('/log', undefined, 'DELETE');
    expect((await control('/log')).json).toEqual({ entries: [] });
  });

  test('shows what clients sent, without itself', async () => {
    await call(emulator, '/api/v4/account?with=amojo_id', { token: 'unknown' });
    expect((await control('/requests')).json).toMatchObject({
      requests: [
        {
          method: 'GET',
          host: 'demo.kommo.com',
          path: '/api/v4/account',
          query: '?with=amojo_id',
          headers: { authorization: 'Bearer unknown' },
          status: 401,
        },
      ],
    });
    await control('/requests', undefined, 'DELETE');
    expect(emulator.requests()).toEqual([]);
  });

  test('holds and releases by name', async () => {
    const match = { path: '/api/v4/account' };
    const { id } = (await control('/barrier', { match, count: 1, release: 'manual' })).json as {
      id: number;
    };
    const held = call(emulator, '/api/v4/account');
    const waiting = async () =>
      ((await control('/barrier')).json as { barriers: { waiting: number }[] }).barriers[0]
        ?.waiting;
    while ((await waiting()) !== 1);
    await control('/barrier/release', { id });
    expect((await held).status).toBe(401);
  });

  test('is closed to pages of the open internet', async () => {
    const headers = { origin: 'https://evil.example' };
    const reply = await call(emulator, '/__emulator/reset', { json: {}, headers });
    expect(reply.status).toBe(400);
    const own = { origin: 'http://demo.kommo.localhost:9000' };
    expect((await call(emulator, '/__emulator/state', { headers: own })).status).toBe(200);
  });

  test('changes what a person or support would change in Kommo', async () => {
    const ana = { account: 'demo', user_id: 8001, is_admin: false };
    expect((await control('/user', ana)).json).toMatchObject({ rights: { is_admin: false } });
    await control('/pipeline', { account: 'demo', id: 7002, is_archive: true });
    await control('/pipeline', { account: 'demo', id: 7004, delete: true });
    await control('/account', { account: 'demo', amojo_id: null, is_paid: false });
    expect(emulator.world.account('demo')).toMatchObject({
      amojo_id: null,
      is_paid: false,
      pipelines: [{ id: 7001 }, { id: 7002, is_archive: true }, { id: 7003 }],
    });
    await control('/channel', { webhook_url: 'http://127.0.0.1/x', allowed_accounts: [] });
    await control('/integration', { client_secret: 'renewed', locations: ['settings'] });
    expect(emulator.state.channels[0]).toMatchObject({ allowed_accounts: [] });
    expect(emulator.world.integration().client_secret).toBe('renewed');
    const refused = await control('/account', { account: 'demo', is_paid: 'no', id: 5 });
    expect(refused).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('is_paid') },
    });
    expect((await control('/pipeline', { account: 'demo', id: 1 })).status).toBe(404);
  });

  test('takes a batch of the log once, however often it comes', async () => {
    const line = (name: string) => ({ kind: 'page', name });
    await control('/log?page=view-1&first=0', [line('a'), line('b')]);
    await control('/log?page=view-1&first=0', [line('a'), line('b'), line('c')]);
    await control('/log?page=view-2&first=0', [line('other')]);
    await control('/log?page=view-1&first=1', [line('b'), line('c')]);
    expect(emulator.log().map(({ name }) => name)).toEqual(['a', 'b', 'c', 'other']);
    expect((await control('/log', [line('d'), 'no entry'])).status).toBe(400);
    expect(emulator.log()).toHaveLength(4);
  });

  test('hides a code where it gives access, and nowhere else', async () => {
    const exits = [{ code: 'success' }];
    await control('/log', { name: 'x', detail: { exits, sent: { grant_type: 'x', code: 'abc' } } });
    expect(emulator.log()[0]?.detail).toEqual({
      exits,
      sent: { grant_type: 'x', code: '[hidden]' },
    });
  });

  test('says how many lines of the log made room for others', async () => {
    const lines = Array.from({ length: 10_003 }, (_, at) => ({ name: String(at) }));
    await control('/log', lines);
    const { entries, dropped } = (await control('/log')).json as {
      entries: { id: number; name: string }[];
      dropped: number;
    };
    expect([entries.length, entries[0]?.name, dropped]).toEqual([10_000, '3', 3]);
    const later = (await control(`/log?after=${entries[5]?.id}`)).json;
    expect(later).not.toHaveProperty('dropped');
    emulator.reset();
    await control('/log', { name: 'fresh' });
    expect((await control('/log')).json).not.toHaveProperty('dropped');
  });

  test('tells in the log why Kommo refused a call', async () => {
    await call(emulator, '/oauth2/access_token', { json: { grant_type: 'refresh_token' } });
    expect(emulator.log()).toMatchObject([
      {
        kind: 'request',
        name: 'POST demo.kommo.com/oauth2/access_token',
        detail: { status: 400, reason: 'Check the `client_id` parameter' },
      },
    ]);
  });

  test('names what it does not know', async () => {
    expect(await control('/install', { account: 'nobody' })).toMatchObject({ status: 404 });
    expect(await control('/install', {})).toMatchObject({ status: 400 });
    expect(await control('/sources/delete', { id: 1 })).toMatchObject({ status: 404 });
  });
});

describe('a client that takes the emulator for its HTTP proxy', () => {
  test('reaches the host it names on the request line', async () => {
    const emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
    const { access_token: token } = await installed(emulator);
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    request({
      host: '127.0.0.1',
      port: emulator.port,
      path: 'http://demo.kommo.com/api/v4/account',
      headers: { host: '127.0.0.1', authorization: `Bearer ${token}` },
      agent: false,
    })
      .on('response', ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
    expect(await promise).toBe(200);
    await emulator.close();
  });
});

describe('starting', () => {
  test('lays a partial seed over the built-in one', async () => {
    const emulator = await createEmulator({
      seed: {
        accounts: [
          { id: 31263018, name: 'Renamed' },
          { id: 7, subdomain: 'seven' },
        ],
        switches: { isAdminClaim: 'absent' },
      },
    });
    const { accounts, integrations, switches } = emulator.state;
    await emulator.close();
    expect(accounts).toMatchObject([
      { id: 31263018, subdomain: 'demo', name: 'Renamed' },
      { id: 7, subdomain: 'seven', tld: 'kommo.com' },
    ]);
    expect(accounts[0]?.users).toHaveLength(4);
    expect(integrations).toHaveLength(1);
    expect(switches.isAdminClaim).toBe('absent');
  });

  test('refuses a seed with a switch that is none', async () => {
    const seed = { switches: { disableHook: 'perhaps' } };
    await expect(createEmulator({ seed })).rejects.toThrow('disableHook');
  });
});
