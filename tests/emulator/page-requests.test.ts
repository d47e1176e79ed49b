import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';

const UUID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';
const PATH = `/ajax/v2/integrations/${UUID}/disposable_token`;
const SCRIPT = { 'x-requested-with': 'XMLHttpRequest' };

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

describe('requests of the account pages', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const ask = (
    path: string,
    user: number,
    form?: Record<string, string>,
    host = 'demo.kommo.com',
  ) =>
    call(emulator, path, {
      host,
      headers: {
        ...SCRIPT,
        cookie: `emulator_user=${user}`,
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
    });
  const tokenFor = async (user: number, host?: string) =>
    ((await ask(PATH, user, undefined, host)).json as { token: string }).token;

  test('give a widget a token that names account and user, signed with the client secret', async () => {
    const token = await tokenFor(8002);
    const now = emulator.world.clock.seconds();
    expect(claimsOf(token)).toEqual({
      iss: 'https://demo.kommo.com',
      aud: 'http://127.0.0.1',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: expect.any(Number),
      account_id: 31263018,
      user_id: 8002,
      client_uuid: UUID,
      subdomain: 'demo',
      is_admin: false,
    });
    const { iat, exp } = claimsOf(token) as { iat: number; exp: number };
    expect(Math.abs(iat - now)).toBeLessThan(5);
    expect(exp - iat).toBe(1800);
    const [header, payload, signature] = token.split('.');
    const { client_secret } = emulator.world.integration();
    const text = `${header}.${payload}`;
    expect(createHmac('sha256', client_secret).update(text).digest('base64url')).toBe(signature);
    // Each request makes another one; reusing it is the page's habit.
    expect(claimsOf(await tokenFor(8002)).jti).not.toBe(claimsOf(token).jti);
  });

  test('give no token to a stranger, a foreign script or for an unknown integration', async () => {
    expect((await call(emulator, PATH, { headers: SCRIPT })).json).toEqual({
      detail: 'Unauthorized',
    });
    const headers = { cookie: 'emulator_user=8001' };
    expect((await call(emulator, PATH, { headers })).status).toBe(401);
    expect((await ask(PATH, 8004)).status).toBe(401);
    expect((await ask(PATH, 8001, undefined, 'other.kommo.com')).status).toBe(401);
    expect((await ask(PATH.replace(UUID, 'nothing'), 8001)).status).toBe(404);
  });

  test('form the token as the switches say', async () => {
    emulator.setSwitches({ isAdminClaim: 'Y/N', audHasPort: 'yes', jwtTtl: 300 });
    expect(claimsOf(await tokenFor(8001))).toMatchObject({
      is_admin: 'Y',
      aud: 'http://127.0.0.1:1',
    });
    emulator.setSwitches({ isAdminClaim: 'absent' });
    expect(claimsOf(await tokenFor(8001))).not.toHaveProperty('is_admin');
  });

  test('can be told to make tokens that must be refused', () => {
    const make = (overrides: Parameters<Emulator['disposableToken']>[2]) =>
      emulator.disposableToken('demo', 8001, overrides);
    expect(claimsOf(make({ claims: { jti: undefined, exp: 5 } }))).not.toHaveProperty('jti');
    expect(claimsOf(make({ claims: { exp: 5 } })).exp).toBe(5);
    expect(make({ algorithm: 'none' })).toMatch(/\.$/);
    const [header = ''] = make({ algorithm: 'HS512' }).split('.');
    expect(Buffer.from(header, 'base64url').toString()).toContain('HS512');
  });

  test('keep what the settings form holds, for administrators', async () => {
    await emulator.install('demo');
    const form = {
      action: 'edit',
      code: 'chat_connector',
      widget_active: 'Y',
      'settings[login]': 'ana',
      'settings[users][8001]': '12',
      'settings[__proto__][polluted]': 'yes',
    };
    expect((await ask('/ajax/widgets/edit', 8002, form)).status).toBe(403);
    const saved = await ask('/ajax/widgets/edit', 8001, form);
    expect(saved.json).toEqual({ response: { status: 'ok' } });
    expect(emulator.state.installations).toMatchObject([
      { is_configured: true, settings: { login: 'ana', users: { 8001: '12' } } },
    ]);
    expect({}).not.toHaveProperty('polluted');
    const listed = await ask('/ajax/widgets/list', 8001, { area: 'widgetsSettings' });
    const { widgets } = listed.json as {
      widgets: Record<string, { settings: string; status: string }>;
    };
    expect(widgets.chat_connector).toMatchObject({ status: 'installed' });
    expect(JSON.parse(widgets.chat_connector?.settings ?? '')).toMatchObject({ login: 'ana' });
    expect((await ask('/ajax/v1/widgets/list/', 8001)).json).toEqual(listed.json);
    await ask('/ajax/widgets/edit', 8001, { ...form, widget_active: 'N' });
    expect(emulator.state.installations).toMatchObject([{ is_active: false }]);
  });
});
