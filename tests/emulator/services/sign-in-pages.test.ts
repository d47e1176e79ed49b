import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } from '../../../src/emulator/services/oidc.ts';
import { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET } from '../../../src/emulator/services/slack.ts';

const BACKEND = 'http://localhost:8080';

describe('the doubles with a sign-in page', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend(BACKEND);
  });
  afterAll(() => emulator.close());
  beforeEach(() => {
    emulator.reset();
    emulator.useBackend(BACKEND);
  });

  /** A request to `<name>.localhost`, as a browser would connect it: to loopback. */
  async function visit(
    host: string,
    path: string,
    options: { form?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    const inner = httpRequest({
      host: '127.0.0.1',
      port: emulator.port,
      path,
      method: options.form ? 'POST' : 'GET',
      headers: {
        host: `${host}:${emulator.port}`,
        ...(options.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...options.headers,
      },
    });
    inner.end(options.form && new URLSearchParams(options.form).toString());
    const [answer] = (await once(inner, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  }

  const authorize = new URLSearchParams({
    client_id: SLACK_CLIENT_ID,
    scope: 'chat:write',
    redirect_uri: `${BACKEND}/connect/callback/slack`,
    state: 's1',
  });
  const basic = `Basic ${Buffer.from(`${SLACK_CLIENT_ID}:${SLACK_CLIENT_SECRET}`).toString('base64')}`;

  async function slackCode(): Promise<string> {
    const decided = await visit('slack.localhost', '/oauth/v2/authorize', {
      form: { ...Object.fromEntries(authorize), decision: 'allow', team_choice: 'T0EMULATED2' },
    });
    const target = new URL(String(decided.headers.location));
    expect(target.searchParams.get('state')).toBe('s1');
    return String(target.searchParams.get('code'));
  }

  it('Slack asks, gives a code once, and names the workspace', async () => {
    expect((await visit('slack.localhost', `/oauth/v2/authorize?${authorize}`)).body).toContain(
      'Allow',
    );
    const form = { code: await slackCode(), redirect_uri: `${BACKEND}/connect/callback/slack` };
    const options = { form, headers: { authorization: basic } };
    const first = JSON.parse(
      (await visit('slack.localhost', '/api/oauth.v2.access', options)).body,
    );
    expect(first).toMatchObject({
      ok: true,
      team: { id: 'T0EMULATED2', name: 'Second Workspace' },
    });
    const again = await visit('slack.localhost', '/api/oauth.v2.access', options);
    expect([again.status, JSON.parse(again.body)]).toEqual([
      200,
      { ok: false, error: 'code_already_used' },
    ]);
    const bearer = { authorization: `Bearer ${first.access_token}` };
    const test = () => visit('slack.localhost', '/api/auth.test', { headers: bearer });
    expect(JSON.parse((await test()).body)).toMatchObject({ ok: true, team_id: 'T0EMULATED2' });
    await visit('slack.localhost', '/api/auth.revoke', { headers: bearer });
    expect(JSON.parse((await test()).body)).toEqual({ ok: false, error: 'token_revoked' });
  });

  it('Slack refuses a redirect that is not registered and a wrong secret', async () => {
    const elsewhere = new URLSearchParams(authorize);
    elsewhere.set('redirect_uri', 'https://evil.example/');
    expect((await visit('slack.localhost', `/oauth/v2/authorize?${elsewhere}`)).body).toContain(
      'redirect_uri did not match',
    );
    const answer = await visit('slack.localhost', '/api/oauth.v2.access', {
      form: {
        code: await slackCode(),
        redirect_uri: `${BACKEND}/connect/callback/slack`,
        client_id: SLACK_CLIENT_ID,
        client_secret: 'wrong',
      },
    });
    expect(JSON.parse(answer.body)).toEqual({ ok: false, error: 'bad_client_secret' });
  });

  it('send the opener policy that was asked for', async () => {
    const path = `/oauth/v2/authorize?${authorize}`;
    expect(
      (await visit('slack.localhost', path)).headers['cross-origin-opener-policy'],
    ).toBeUndefined();
    await visit('localhost', '/__services/settings', { form: { opener_policy: 'same-origin' } });
    expect((await visit('slack.localhost', path)).headers['cross-origin-opener-policy']).toBe(
      'same-origin',
    );
  });

  it('the OpenID provider signs a person in with PKCE, and lets them cancel', async () => {
    const issuer = `http://oidc.localhost:${emulator.port}`;
    const discovery = JSON.parse(
      (await visit('oidc.localhost', '/.well-known/openid-configuration')).body,
    );
    expect(discovery.issuer).toBe(issuer);
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: OIDC_CLIENT_ID,
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: `${BACKEND}/connect/callback/acme`,
      state: 's2',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });

    async function signIn(person: string): Promise<URL> {
      const cookies = new Map<string, string>();
      let path = `${new URL(discovery.authorization_endpoint).pathname}?${query}`;
      let form: Record<string, string> | undefined;
      for (let hops = 0; hops < 8; hops += 1) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await visit('oidc.localhost', path, { form, headers: { cookie } });
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
          cookies.set(name, value);
        }
        if (answer.status === 200) {
          form = { person };
          continue;
        }
        form = undefined;
        const target = new URL(String(answer.headers.location), issuer);
        if (target.origin === BACKEND) return target;
        path = target.pathname + target.search;
      }
      throw new Error('The sign-in did not come to an end.');
    }

    const target = await signIn('ada');
    expect([target.searchParams.get('state'), target.searchParams.get('iss')]).toEqual([
      's2',
      issuer,
    ]);
    const tokens = await visit('oidc.localhost', new URL(discovery.token_endpoint).pathname, {
      form: {
        grant_type: 'authorization_code',
        code: String(target.searchParams.get('code')),
        redirect_uri: `${BACKEND}/connect/callback/acme`,
        code_verifier: verifier,
      },
      headers: {
        authorization: `Basic ${Buffer.from(`${OIDC_CLIENT_ID}:${OIDC_CLIENT_SECRET}`).toString('base64')}`,
      },
    });
    expect(tokens.status).toBe(200);
    const me = await visit('oidc.localhost', new URL(discovery.userinfo_endpoint).pathname, {
      headers: { authorization: `Bearer ${JSON.parse(tokens.body).access_token}` },
    });
    expect(JSON.parse(me.body)).toEqual({
      sub: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@acme.example',
      picture: expect.stringMatching(/^http:\/\/oidc\.localhost:\d+\/pictures\/ada\.jpg$/),
    });

    const cancelled = await signIn('');
    expect(cancelled.searchParams.get('error')).toBe('access_denied');
  });
});
