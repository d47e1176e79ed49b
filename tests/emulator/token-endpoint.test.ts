import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { askToken, call, installed, lastCode, type Pair } from '../support/emulator-client.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

describe('the token endpoint', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    // Nobody listens there, so that the install call is over at once.
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  async function refresh(pair: Pair) {
    return askToken(emulator, {
      grant_type: 'refresh_token',
      refresh_token: pair.refresh_token,
    });
  }

  async function hintOf(reply: Promise<{ status: number; json: unknown }>) {
    const { status, json } = await reply;
    return { status, hint: (json as { hint?: string }).hint };
  }

  async function isAlive(pair: Pair) {
    return (await call(emulator, '/api/v4/account', { token: pair.access_token })).status === 200;
  }

  test('exchanges a code for a pair of tokens', async () => {
    const pair = await installed(emulator);
    expect(pair).toEqual({
      token_type: 'Bearer',
      expires_in: 86400,
      server_time: expect.any(Number),
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^def502[0-9a-f]{200,}$/),
    });
    const { iat } = claimsOf(pair.access_token) as { iat: number };
    expect(Math.abs(iat - pair.server_time)).toBeLessThanOrEqual(5);
    expect(claimsOf(pair.access_token)).toMatchObject({
      aud: emulator.world.integration().client_id,
      sub: '8001',
      account_id: 31263018,
      base_domain: 'kommo.com',
      api_domain: 'api-c.kommo.com',
      grant_type: 'authorization_code',
      exp: iat + 86400,
    });
    expect(await isAlive(pair)).toBe(true);
  });

  test('takes form-encoded requests too', async () => {
    await emulator.install('demo');
    const { client_id, client_secret, redirect_uri } = emulator.world.integration();
    const form = new URLSearchParams({
      client_id,
      client_secret,
      redirect_uri,
      grant_type: 'authorization_code',
      code: lastCode(emulator),
    });
    const reply = await call(emulator, '/oauth2/access_token', {
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(reply.status).toBe(200);
  });

  test('refuses a code the second time', async () => {
    await installed(emulator);
    const again = askToken(emulator, {
      grant_type: 'authorization_code',
      code: lastCode(emulator),
    });
    expect(await hintOf(again)).toEqual({
      status: 400,
      hint: 'Authorization code has been revoked',
    });
  });

  test('gives one of two simultaneous exchanges of one code', async () => {
    await emulator.install('demo');
    const exchange = { grant_type: 'authorization_code', code: lastCode(emulator) };
    const both = await Promise.all([askToken(emulator, exchange), askToken(emulator, exchange)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test('refuses a code after 20 minutes', async () => {
    await emulator.install('demo');
    emulator.advance(20 * MINUTE);
    const late = askToken(emulator, { grant_type: 'authorization_code', code: lastCode(emulator) });
    expect(await hintOf(late)).toEqual({ status: 400, hint: 'Authorization code has expired' });
  });

  test('refuses garbage and the code of another account', async () => {
    await emulator.install('other');
    for (const code of ['def502garbage', lastCode(emulator)]) {
      expect(await hintOf(askToken(emulator, { grant_type: 'authorization_code', code }))).toEqual({
        status: 400,
        hint: 'Cannot decrypt the authorization code',
      });
    }
  });

  test('refuses a wrong secret with 401 and says nothing about why', async () => {
    await emulator.install('demo');
    const reply = await askToken(emulator, {
      grant_type: 'authorization_code',
      code: lastCode(emulator),
      client_secret: 'wrong',
    });
    expect(reply.status).toBe(401);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json).toEqual({
      title: 'Unauthorized',
      type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
      status: 401,
      detail: expect.any(String),
    });
    // The code was not spent on it.
    expect(emulator.state.codes.at(-1)?.used_at).toBeNull();
  });

  test.each([
    ['an unknown client', { client_id: '0b0832f6-d123-4123-9123-e73f236833c1' }, 'client_id'],
    ['a missing client', { client_id: undefined }, 'client_id'],
    ['a missing code', { code: undefined }, 'code'],
    ['an unknown grant type', { grant_type: 'password' }, 'grant_type'],
  ])('names the parameter for %s', async (_, fields, name) => {
    await emulator.install('demo');
    const asked = { grant_type: 'authorization_code', code: lastCode(emulator), ...fields };
    expect(await hintOf(askToken(emulator, asked))).toEqual({
      status: 400,
      hint: `Check the \`${name}\` parameter`,
    });
  });

  test('refuses a redirect URI that differs by a slash', async () => {
    await emulator.install('demo');
    const { redirect_uri } = emulator.world.integration();
    const reply = askToken(emulator, {
      grant_type: 'authorization_code',
      code: lastCode(emulator),
      redirect_uri: `${redirect_uri}/`,
    });
    expect(await hintOf(reply)).toEqual({ status: 400, hint: undefined });
  });

  test('speaks Russian when told to', async () => {
    emulator.setSwitches({ oauthErrorLanguage: 'ru' });
    const reply = await askToken(emulator, { grant_type: 'refresh_token', refresh_token: 'no' });
    expect(reply.json).toMatchObject({
      title: 'Ошибка авторизации',
      hint: 'Invalid refresh token',
    });
  });

  test('ends an access token after a day and a refresh token after three months', async () => {
    const pair = await installed(emulator);
    emulator.advance(DAY);
    expect(await isAlive(pair)).toBe(false);
    emulator.advance(89 * DAY);
    expect(await hintOf(refresh(pair))).toEqual({ status: 401, hint: 'Token has expired' });
  });

  describe('refreshing twice with one token', () => {
    test('is refused by default', async () => {
      const pair = await installed(emulator);
      const first = await refresh(pair);
      expect(first.status).toBe(200);
      expect(await hintOf(refresh(pair))).toEqual({ status: 401, hint: 'Token has been revoked' });
      expect(await isAlive(first.json as Pair)).toBe(true);
    });

    test('lets one of two simultaneous refreshes through', async () => {
      const pair = await installed(emulator);
      const both = await Promise.all([refresh(pair), refresh(pair)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    });

    test('works until the new pair is used, in that mode', async () => {
      emulator.setSwitches({ refreshMode: 'until-new-used' });
      const pair = await installed(emulator);
      await refresh(pair);
      const second = await refresh(pair);
      expect(second.status).toBe(200);
      expect(await isAlive(second.json as Pair)).toBe(true);
      expect((await refresh(pair)).status).toBe(401);
    });

    test('works for 30 seconds, in that mode', async () => {
      emulator.setSwitches({ refreshMode: 'grace-30s' });
      const pair = await installed(emulator);
      await refresh(pair);
      emulator.advance(29_000);
      expect((await refresh(pair)).status).toBe(200);
      emulator.advance(1000);
      expect((await refresh(pair)).status).toBe(401);
    });
  });

  test('keeps the old access token after a refresh, unless told otherwise', async () => {
    const pair = await installed(emulator);
    const next = (await refresh(pair)).json as Pair;
    expect(await isAlive(pair)).toBe(true);
    emulator.setSwitches({ accessAfterRefresh: 'revoked' });
    await refresh(next);
    expect(await isAlive(next)).toBe(false);
  });

  test('finds a renamed account for a client with its refresh token', async () => {
    const pair = await installed(emulator);
    emulator.rename('demo', 'renamed');
    const old = await call(emulator, '/api/v4/account', { token: pair.access_token });
    expect(old.json).toMatchObject({ status: 401, code: 101 });
    const lookup = (token: string) =>
      call(emulator, '/oauth2/account/current/subdomain', {
        host: 'api-c.kommo.com',
        headers: { 'x-refresh-token': token },
      });
    expect((await lookup(pair.refresh_token)).json).toEqual({
      id: 31263018,
      subdomain: 'renamed',
      domain: 'renamed.kommo.com',
      top_level_domain: 'com',
    });
    expect((await lookup('def502unknown')).status).toBe(401);
    // Looking up did not spend the token.
    const { refresh_token } = pair;
    const fields = { grant_type: 'refresh_token', refresh_token };
    expect((await askToken(emulator, fields, 'renamed.kommo.com')).status).toBe(200);
    emulator.setSwitches({ renamedHostStatus: '404' });
    expect((await askToken(emulator, fields)).status).toBe(404);
  });
});
