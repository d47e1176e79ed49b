import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, installed } from '../support/emulator-client.ts';

describe('the REST API', () => {
  let emulator: Emulator;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    emulator.setSwitches({ rateLimit: 0 });
    token = (await installed(emulator)).access_token;
  });

  const admin = () => emulator.world.account('demo').users[0]?.rights;

  test('tells an account, and more of it when asked', async () => {
    const plain = await call(emulator, '/api/v4/account', { token });
    expect(plain.headers['content-type']).toBe('application/hal+json');
    expect(plain.headers['x-request-id']).toEqual(expect.any(String));
    expect(plain.json).toMatchObject({
      id: 31263018,
      subdomain: 'demo',
      current_user_id: 8001,
      language: 'en',
      _links: { self: { href: 'https://demo.kommo.com/api/v4/account' } },
    });
    expect(plain.json).not.toHaveProperty('amojo_id');
    const asked = '/api/v4/account?with=amojo_id,datetime_settings';
    expect((await call(emulator, asked, { token })).json).toMatchObject({
      amojo_id: '52e591f7-c98f-4255-8495-827210138c81',
      _embedded: { datetime_settings: { timezone: 'America/New_York' } },
    });
  });

  test('lists users for administrators only', async () => {
    const list = await call(emulator, '/api/v4/users?limit=3&with=amojo_id', { token });
    expect(list.json).toMatchObject({
      _total_items: 4,
      _page: 1,
      _page_count: 2,
      _links: {
        next: { href: 'https://demo.kommo.com/api/v4/users?with=amojo_id&page=2&limit=3' },
      },
    });
    const { _embedded } = list.json as { _embedded: { users: unknown[] } };
    expect(_embedded.users[2]).toMatchObject({
      id: 8003,
      amojo_id: expect.any(String),
      rights: { is_free: true, is_admin: false, is_active: true },
    });
    expect((await call(emulator, '/api/v4/users?page=3&limit=3', { token })).status).toBe(204);
    expect((await call(emulator, '/api/v4/users/9001', { token })).status).toBe(404);
    Object.assign(admin() ?? {}, { is_admin: false });
    expect((await call(emulator, '/api/v4/users/8001', { token })).json).toMatchObject({
      status: 403,
      title: 'Forbidden',
    });
  });

  test('lists pipelines, archived ones included', async () => {
    const { json } = await call(emulator, '/api/v4/leads/pipelines', { token });
    expect(json).toMatchObject({
      _total_items: 4,
      _embedded: {
        pipelines: [
          { id: 7001, name: 'Sales', is_main: true, is_archive: false },
          { id: 7002 },
          { id: 7003, is_archive: true },
          { id: 7004 },
        ],
      },
    });
    const one = await call(emulator, '/api/v4/leads/pipelines/7002', { token });
    expect(one.json).toMatchObject({
      account_id: 31263018,
      _embedded: { statuses: expect.arrayContaining([expect.objectContaining({ id: 142 })]) },
    });
    expect((await call(emulator, '/api/v4/leads/pipelines/1', { token })).status).toBe(404);
  });

  test('answers on the API host too', async () => {
    const reply = await call(emulator, '/api/v4/account', { token, host: 'api-c.kommo.com' });
    expect(reply.json).toMatchObject({ id: 31263018 });
  });

  test('checks the host, then the token, then the payment, then the rights', async () => {
    const ask = (host: string, bearer: string) =>
      call(emulator, '/api/v4/users', { host, token: bearer });
    expect((await ask('nobody.kommo.com', token)).json).toMatchObject({ status: 401, code: 101 });
    emulator.world.account('demo').is_paid = false;
    expect((await ask('demo.kommo.com', 'unknown')).status).toBe(401);
    Object.assign(admin() ?? {}, { is_admin: false });
    expect((await ask('demo.kommo.com', token)).status).toBe(402);
    emulator.world.account('demo').is_paid = true;
    expect((await ask('demo.kommo.com', token)).status).toBe(403);
  });

  test('refuses the token of one account at another', async () => {
    const reply = await call(emulator, '/api/v4/account', { token, host: 'other.kommo.com' });
    expect(reply.json).toEqual({
      title: 'Unauthorized',
      type: 'https://httpstatus.es/401',
      status: 401,
      detail: 'Unauthorized',
    });
    expect(reply.headers['content-type']).toBe('application/problem+json');
  });

  test('acts with the rights of the user that X-Context-User-ID names', async () => {
    const as = (id: string) =>
      call(emulator, '/api/v4/users', { token, headers: { 'x-context-user-id': id } });
    expect((await as('8001')).status).toBe(200);
    expect((await as('8002')).status).toBe(403);
    expect((await as('8003')).status).toBe(403);
    expect((await as('1')).status).toBe(403);
  });

  test('lets a page of the account ask with its session, and nobody else without a token', async () => {
    const as = (cookie: string) =>
      call(emulator, '/api/v4/users', { headers: { cookie } }).then(({ status }) => status);
    expect(await as('emulator_user=8001')).toBe(200);
    expect(await as('emulator_user=8002')).toBe(403);
    // Inactive, of another account, nobody.
    for (const id of [8004, 9001, 1]) expect(await as(`emulator_user=${id}`)).toBe(401);
    expect(await as('other=1')).toBe(401);
  });

  test('answers 404 and 405 as problems', async () => {
    expect((await call(emulator, '/api/v4/nothing', { token })).json).toMatchObject({
      status: 404,
    });
    const reply = await call(emulator, '/api/v4/account', { token, method: 'PUT' });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('GET');
  });

  describe('with its limit of seven requests per second', () => {
    beforeEach(() => {
      emulator.setSwitches({ rateLimit: 7 });
      emulator.world.limiter.reset();
      now = 0;
      emulator.world.limiter.now = () => now;
    });

    let now = 0;

    const burst = (count: number, bearer = token, host = 'demo.kommo.com') =>
      Promise.all(
        Array.from({ length: count }, () =>
          call(emulator, '/api/v4/account', { token: bearer, host }),
        ),
      );

    test('refuses the eighth, and says when to come back', async () => {
      const replies = await burst(9);
      const limited = replies.filter(({ status }) => status === 429);
      expect(limited).toHaveLength(2);
      expect(limited[0]?.headers['retry-after']).toBe('1');
      expect(limited[0]?.json).toMatchObject({ status: 429, retry_after: 1 });
      now = 999;
      expect((await burst(1))[0]?.status).toBe(429);
      now = 1000;
      expect((await burst(7)).map(({ status }) => status)).toEqual(Array(7).fill(200));
    });

    test('counts each installation for itself, or by address when told to', async () => {
      const second = (await installed(emulator, 'other')).access_token;
      emulator.world.limiter.reset();
      const both = async () => {
        const [one, two] = await Promise.all([burst(6), burst(6, second, 'other.kommo.com')]);
        return [...one, ...two].filter(({ status }) => status === 429).length;
      };
      expect(await both()).toBe(0);
      emulator.world.limiter.reset();
      emulator.setSwitches({ rateLimitScope: 'ip' });
      expect(await both()).toBe(5);
    });

    test('counts the token endpoint too, but not the Chats API', async () => {
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => call(emulator, '/oauth2/access_token', { json: {} })),
      );
      expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
      const chats = await Promise.all(
        Array.from({ length: 9 }, () =>
          call(emulator, '/v2/origin/custom/x/connect', { host: 'amojo.kommo.com', json: {} }),
        ),
      );
      expect(chats.filter(({ status }) => status === 429)).toHaveLength(0);
    });

    test('blocks a client that does not stop, with a page that is no JSON', async () => {
      await burst(107);
      const [reply] = await burst(1);
      expect(reply?.status).toBe(403);
      expect(reply?.headers['content-type']).toContain('text/html');
      expect(reply?.text).toContain('<center>nginx</center>');
      now = 60_000;
      expect((await burst(1))[0]?.status).toBe(200);
    });
  });
});
