import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { askToken, call } from '../support/emulator-client.ts';

const CLIENT = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';
const REDIRECT = 'https://backend.example/kommo/oauth/callback';

describe('the consent page', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('https://backend.example');
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const ask = (query: Record<string, string>, host = 'www.kommo.com') =>
    call(emulator, `/oauth?${new URLSearchParams(query)}`, { host });
  const decide = (form: Record<string, string>) =>
    call(emulator, '/oauth', {
      host: 'www.kommo.localhost:9000',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: CLIENT, ...form }).toString(),
    });
  const approve = (form: Record<string, string> = {}) =>
    decide({ answer: 'approve', who: '31263018:8001', ...form });
  const queryOf = (address: string | undefined) =>
    Object.fromEntries(new URL(address ?? '').searchParams);

  test('shows who asks, and lets the person choose an account and a user', async () => {
    const page = await ask({ client_id: CLIENT, state: '"><script>' });
    expect(page.status).toBe(200);
    expect(page.text).toContain('Chat Connector');
    expect(page.text).toContain('Ana Admin (admin)');
    expect(page.text).toContain('other.kommo.com');
    expect(page.text).toContain('value="&quot;&gt;&lt;script&gt;"');
  });

  test('answers on the emulator without a sub-name too', async () => {
    expect((await ask({ client_id: CLIENT }, '127.0.0.1')).status).toBe(200);
    expect((await ask({ client_id: CLIENT }, 'demo.kommo.com')).text).not.toContain('Give access');
  });

  test.each([
    ['no integration', { client_id: 'nobody' }],
    [
      'a redirect that is not registered',
      { client_id: CLIENT, redirect_uri: 'https://evil.example' },
    ],
    ['an unknown mode', { client_id: CLIENT, mode: 'iframe' }],
  ])('refuses %s on the page itself', async (_, query: Record<string, string>) => {
    const page = await ask(query);
    expect(page.status).toBe(400);
    expect(page.headers.location).toBeUndefined();
  });

  test('gives a code that can be exchanged, with the state it was given', async () => {
    const reply = await approve({ state: 'opaque state', mode: 'post_message' });
    expect(reply.status).toBe(302);
    expect(reply.headers.location?.startsWith(`${REDIRECT}?`)).toBe(true);
    const query = queryOf(reply.headers.location);
    expect(query).toEqual({
      code: expect.stringMatching(/^def502/),
      referer: 'demo.kommo.com',
      state: 'opaque state',
      platform: '2',
      client_id: CLIENT,
    });
    const exchange = { grant_type: 'authorization_code', code: query.code };
    expect((await askToken(emulator, exchange)).status).toBe(200);
  });

  test('moves the opener and closes itself in popup mode', async () => {
    const reply = await approve({ state: '</script>', mode: 'popup' });
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('window.opener.location = address');
    expect(reply.text.match(/<\/script>/g)).toHaveLength(1);
  });

  test('tells the integration of a refusal', async () => {
    const reply = await decide({ answer: 'deny', state: 's' });
    expect(queryOf(reply.headers.location)).toEqual({
      error: 'access_denied',
      state: 's',
      client_id: CLIENT,
    });
    expect(emulator.state.codes).toEqual([]);
    expect(queryOf((await decide({ answer: 'deny' })).headers.location)).not.toHaveProperty(
      'state',
    );
  });

  test('takes the first access from administrators, later ones from every active user', async () => {
    const manager = { who: '31263018:8002' };
    expect((await approve(manager)).status).toBe(403);
    await approve();
    expect((await approve(manager)).status).toBe(302);
    expect((await approve({ who: '31263018:8003' })).status).toBe(403);
    expect((await approve({ who: '31263018:8004' })).status).toBe(403);
    expect((await approve({ who: '31263018:9001' })).status).toBe(400);
  });
});
