import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import { claimsOf } from '../../src/server/connectors/oauth/token-answer.ts';
import { type OddProvider, startOddProvider } from './support/odd-provider.ts';
import { createTools, type TestTools } from './support/tools.ts';

describe('a provider that answers a little off the standard', () => {
  let odd: OddProvider;
  let tools: TestTools;

  beforeAll(async () => {
    odd = await startOddProvider();
  });
  beforeEach(() => {
    odd.be({});
    tools = createTools('odd');
  });
  afterEach(() => tools.close());
  afterAll(() => odd.close());

  const CARELESS: [string, Record<string, unknown>][] = [
    ['no token type', { token_type: undefined }],
    ['a token type that is null', { token_type: null }],
    ['a token type of its own', { token_type: 'user' }],
    ['a list of scopes', { scope: ['user:read', 'chat'] }],
    ['a scope that is null', { scope: null }],
    ['a scope that is a number', { scope: 7 }],
    ['a refresh token that is null', { refresh_token: null }],
    ['an empty refresh token', { refresh_token: '' }],
    ['a life that is null', { expires_in: null }],
    ['a life that is empty', { expires_in: '' }],
    ['a life in words', { expires_in: 'never' }],
    ['a life below zero', { expires_in: -1 }],
    ['a life as text', { expires_in: '3600' }],
    ['an id_token that is null', { id_token: null }],
    ['an empty id_token', { id_token: '' }],
    ['an id_token that is nonsense', { id_token: 'a.b' }],
  ];

  test.each(CARELESS)('%s does not keep anybody from signing in', async (_what, token) => {
    odd.be({ token });
    for (const provider of [odd.plain(), odd.openId()]) {
      await expect(odd.signIn(provider, tools)).resolves.toMatchObject({ externalId: 'u-1' });
    }
  });

  test.each(CARELESS)('%s does not cost the grant that was just renewed', async (_what, token) => {
    const old = {
      accessToken: 'at-old',
      refreshToken: 'rt-old',
      expiresAt: new Date(tools.now().getTime() - 1000).toISOString(),
    };
    odd.be({ token });
    for (const provider of [odd.plain(), odd.openId()]) {
      const health = await createOAuthProvider(provider).health(tools, old);
      expect(health).toMatchObject({ status: 'connected', credentials: { accessToken: 'at-new' } });
      const isSaid = token.refresh_token === undefined;
      expect(health.credentials?.refreshToken).toBe(isSaid ? 'rt-new' : 'rt-old');
    }
  });

  test('another status of success is a success', async () => {
    odd.be({ tokenAnswer: { status: 201, json: { access_token: 'at' } } });
    await expect(odd.signIn(odd.plain(), tools)).resolves.toMatchObject({ externalId: 'u-1' });
  });

  test("a gateway's challenge beside a success is no refusal", async () => {
    const headers = { 'www-authenticate': 'Key realm="gateway"' };
    odd.be({ profile: { status: 200, json: { id: 'u-1', name: 'G' }, headers } });
    await expect(odd.signIn(odd.plain(), tools)).resolves.toMatchObject({ externalId: 'u-1' });
  });

  test.each([
    [200, { error: 'bad_verification_code', error_description: 'It expired.' }, 'It expired.'],
    [
      400,
      { error: { message: 'It was used.', type: 'OAuthException', code: 100 } },
      'It was used.',
    ],
    [400, { error: { message: 'It was used.', code: 401, status: 'DENIED' } }, 'It was used.'],
    [
      400,
      { error_type: 'OAuthException', code: 400, error_message: 'It was used.' },
      'It was used.',
    ],
    [400, { error: 'invalid_grant' }, 'invalid_grant'],
  ])('a refused code is told in the words of the service: %d %j', async (status, json, reason) => {
    odd.be({ tokenAnswer: { status, json } });
    const outcome = odd.signIn(odd.plain(), tools);
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', reason });
  });

  test.each([
    [200, { error: 'incorrect_client_credentials' }],
    [200, { error: 'redirect_uri_mismatch' }],
    [401, { error: 'invalid_client' }],
    [401, { error: { message: 'Who are you?', code: 401 } }],
    [400, { message: 'Bad request' }],
    [404, { message: 'Not found' }],
    [200, {}],
    [200, { access_token: 7 }],
    [200, []],
  ])('an answer that only the operator can correct is told so: %d %j', async (status, json) => {
    odd.be({ tokenAnswer: { status, json } });
    const outcome = odd.signIn(odd.plain(), tools);
    await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
  });

  test.each([
    [400, { error: { message: 'Try later.', is_transient: true } }],
    [408, {}],
    [503, {}],
  ])('trouble that passes is told so: %d %j', async (status, json) => {
    odd.be({ tokenAnswer: { status, json } });
    const outcome = odd.signIn(odd.plain(), tools);
    await expect(outcome).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test.each([
    [200, { error: 'invalid_token' }],
    [400, { error: { message: 'Session has expired', type: 'OAuthException', code: 190 } }],
    [401, {}],
  ])(
    'a token refused by the userinfo endpoint asks to sign in again: %d %j',
    async (status, json) => {
      odd.be({ profile: { status, json } });
      const health = createOAuthProvider(odd.plain()).health(tools, { accessToken: 'at' });
      await expect(health).resolves.toEqual({ status: 'action_needed', reason: 'sign_in_again' });
    },
  );

  test.each([
    [200, 'Hello'],
    [404, '{}'],
  ])(
    'a userinfo endpoint that is none is the fault of the settings: %d %s',
    async (status, text) => {
      odd.be({ profile: { status, text } });
      const health = createOAuthProvider(odd.plain()).health(tools, { accessToken: 'at' });
      await expect(health).resolves.toEqual({ status: 'error', reason: 'service_error' });
    },
  );

  test.each([
    [{ issuer: 'https://other.example' }],
    [{ issuer: null }],
    [{ token_endpoint: null }],
    [{ authorization_endpoint: 7 }],
  ])('a discovery document with %j is the fault of the settings', async (discovery) => {
    odd.be({ discovery });
    const begun = createOAuthProvider(odd.openId()).begin(tools, 's');
    await expect(begun).rejects.toMatchObject({ failure: 'misconfigured' });
  });

  test('an issuer without a discovery document is the fault of the settings', async () => {
    const provider = odd.openId({ issuer: `${odd.url}/elsewhere` });
    const begun = createOAuthProvider(provider).begin(tools, 's');
    await expect(begun).rejects.toMatchObject({ failure: 'misconfigured' });
  });

  describe('ids', () => {
    const FIRST = '17841405309211843';
    const SECOND = '17841405309211844';

    test.each([FIRST, SECOND, '9007199254740993', '-9007199254740993', '42'])(
      'stay as they are written: %s',
      async (id) => {
        odd.be({ profile: { status: 200, text: `{"id":${id},"name":"G"}` } });
        await expect(odd.signIn(odd.plain(), tools)).resolves.toMatchObject({ externalId: id });
      },
    );

    test('stay as they are written in a token answer and in an id_token', async () => {
      odd.be({ tokenAnswer: { status: 200, text: `{"access_token":"at","user_id":${FIRST}}` } });
      const account = { id: '/user_id', name: '/name' };
      const linked = odd.signIn(odd.plain({ account }), tools);
      await expect(linked).resolves.toMatchObject({ externalId: FIRST });

      const claims = Buffer.from(`{"user_id":${FIRST}}`).toString('base64url');
      expect(claimsOf(`header.${claims}.signature`)).toEqual({ user_id: FIRST });
    });

    test('that cannot be told from others are refused', async () => {
      odd.be({ profile: { status: 200, text: '{"id":1.7841405309211843e16,"name":"G"}' } });
      const outcome = odd.signIn(odd.plain(), tools);
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });

    test('may be numbers where the standard wants text', async () => {
      odd.be({ profile: { status: 200, text: `{"sub":${FIRST},"name":"G"}` } });
      await expect(odd.signIn(odd.openId(), tools)).resolves.toMatchObject({ externalId: FIRST });
      odd.be({
        algorithm: 'ES256',
        claims: { sub: 42 },
        profile: { status: 200, json: { sub: 42, name: 'G' } },
      });
      await expect(odd.signIn(odd.openId(), tools)).resolves.toMatchObject({ externalId: '42' });
    });
  });

  describe('an id_token', () => {
    test('in another form than announced is given up where userinfo says who it is', async () => {
      for (const algorithm of ['HS256', 'none', 'EdDSA']) {
        odd.be({ algorithm });
        const linked = await odd.signIn(odd.openId(), tools);
        expect(linked.externalId).toBe('u-1');
        expect(linked.credentials.subject).toBeUndefined();
      }
    });

    test('is the fault of the settings where nothing else says who it is', async () => {
      odd.be({ algorithm: 'HS256', discovery: { userinfo_endpoint: undefined } });
      const outcome = odd.signIn(odd.openId(), tools);
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });

    test.each(['HS256', 'ES256', 'EdDSA', 'RS256'] as const)(
      'is read in the form that the operator names: %s',
      async (algorithm) => {
        odd.be({ algorithm, discovery: { userinfo_endpoint: undefined } });
        const provider = odd.openId({ id_token_alg: algorithm });
        const linked = await odd.signIn(provider, tools);
        expect(linked.credentials.subject).toBe('u-1');
      },
    );

    test('is read where all endpoints are given beside the issuer', async () => {
      const endpoints = {
        authorization_endpoint: `${odd.url}/authorize`,
        token_endpoint: `${odd.url}/token`,
        userinfo_endpoint: `${odd.url}/me`,
      };
      odd.be({ algorithm: 'ES256' });
      const silent = await odd.signIn(odd.openId(endpoints), tools);
      expect(silent.credentials.subject).toBeUndefined();
      const named = odd.openId({ ...endpoints, id_token_alg: 'ES256' });
      expect((await odd.signIn(named, tools)).credentials.subject).toBe('u-1');
    });

    test('in another form than the operator named is the fault of the settings', async () => {
      odd.be({ algorithm: 'RS256' });
      const outcome = odd.signIn(odd.openId({ id_token_alg: 'ES256' }), tools);
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });

    test.each([
      ['issuer', { iss: 'https://other.example' }],
      ['client', { aud: 'another' }],
      ['time', { exp: 1 }],
    ])('of another %s is not told as a wrong account', async (_what, claims) => {
      odd.be({ algorithm: 'ES256', claims });
      const outcome = odd.signIn(odd.openId(), tools);
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });

    test('of another sign-in or another account is refused', async () => {
      odd.be({ algorithm: 'ES256', claims: { nonce: 'another' } });
      const foreign = odd.signIn(odd.openId(), tools);
      await expect(foreign).rejects.toMatchObject({ failure: 'rejected' });
      odd.be({ algorithm: 'ES256', claims: { nonce: undefined } });
      const none = odd.signIn(odd.openId(), tools);
      await expect(none).rejects.toMatchObject({ failure: 'rejected' });
      odd.be({ algorithm: 'ES256', claims: { sub: 'somebody-else' } });
      const mixed = odd.signIn(odd.openId(), tools);
      await expect(mixed).rejects.toMatchObject({ failure: 'rejected' });
    });
  });
});
