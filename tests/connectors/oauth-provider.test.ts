import type { Linked } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../src/server/connectors/oauth/providers-file.ts';
import { agree, signInAt, startCustomProvider } from './support/custom-provider.ts';
import { CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } from './support/oidc.ts';
import { createTools, everythingIn, type TestTools } from './support/tools.ts';

describe('a provider configured by the operator', () => {
  let tools: TestTools;
  const cleanUp: (() => Promise<void>)[] = [];

  beforeEach(() => {
    tools = createTools('custom');
  });
  afterEach(async () => {
    await tools.close();
    for (const close of cleanUp.splice(0)) await close();
  });

  async function start(...given: Parameters<typeof startCustomProvider>): Promise<OAuthProvider> {
    const { provider, close } = await startCustomProvider(...given);
    cleanUp.push(close);
    return provider;
  }

  function signIn(provider: OAuthProvider): Promise<Linked> {
    return signInAt(provider, tools);
  }

  test('carries the name the operator gave it', async () => {
    expect(createOAuthProvider(await start()).titleKey).toBe('Custom');
  });

  test('sends state, nonce and an S256 challenge', async () => {
    const connector = createOAuthProvider(await start());
    const { authorizeUrl, session } = await connector.begin(tools, 'the state');
    const query = new URL(authorizeUrl).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile',
      state: 'the state',
      nonce: session.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(authorizeUrl).not.toContain(String(session.verifier));
  });

  test('sends what the operator adds, and lets a further account be chosen', async () => {
    const right = await start();
    const queryOf = async (changes: Partial<OAuthProvider>, isFurther: boolean) => {
      const connector = createOAuthProvider({ ...right, ...changes });
      const { authorizeUrl } = await connector.begin(tools, 'the state', { isFurther });
      return Object.fromEntries(new URL(authorizeUrl).searchParams);
    };
    expect(await queryOf({}, false)).not.toHaveProperty('prompt');
    expect(await queryOf({}, true)).toMatchObject({ prompt: 'select_account', state: 'the state' });
    const authorize_params = { access_type: 'offline', prompt: 'consent' };
    for (const isFurther of [false, true]) {
      expect(await queryOf({ authorize_params }, isFurther)).toMatchObject(authorize_params);
    }
  });

  test.each(['basic', 'post', 'none'] as const)(
    'proves itself to the token endpoint by %s',
    async (tokenAuth) => {
      const secret = tokenAuth === 'none' ? undefined : CLIENT_SECRET;
      const provider = await start({ tokenAuth }, { token_auth: tokenAuth, client_secret: secret });
      await expect(signIn(provider)).resolves.toMatchObject({
        externalId: 'grace',
        name: 'Grace Hopper',
        handle: null,
        avatarUrl: 'https://pics.example/g.png',
      });
    },
  );

  test('works without PKCE where the operator switched it off', async () => {
    const provider = await start({}, { pkce: false });
    const { session } = await createOAuthProvider(provider).begin(tools, 's');
    expect(session.verifier).toBeUndefined();
    await expect(signIn(provider)).resolves.toMatchObject({ externalId: 'grace' });
  });

  test('works with given endpoints instead of an issuer, and then trusts no id_token', async () => {
    const { issuer = '', ...provider } = await start();
    const endpoints = {
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
    };
    const linked = await signIn({ ...provider, ...endpoints });
    expect(linked).toMatchObject({ externalId: 'grace', name: 'Grace Hopper' });
    expect(linked.credentials.subject).toBeUndefined();
    const health = createOAuthProvider({ ...provider, ...endpoints }).health(
      tools,
      linked.credentials,
    );
    await expect(health).resolves.toMatchObject({ status: 'connected' });
  });

  test('refuses a code that was used before, a foreign issuer, and another sign-in', async () => {
    const connector = createOAuthProvider(await start());
    const first = await connector.begin(tools, 's');
    const query = await agree(first.authorizeUrl);

    const foreign = new URLSearchParams(query);
    foreign.set('iss', 'https://evil.example');
    await expect(connector.finish(tools, first.session, foreign)).rejects.toMatchObject({
      failure: 'rejected',
    });

    await connector.finish(tools, first.session, query);
    await expect(connector.finish(tools, first.session, query)).rejects.toMatchObject({
      failure: 'rejected',
    });

    const second = await connector.begin(tools, 's');
    const mixed = { ...second.session, nonce: first.session.nonce };
    const swapped = connector.finish(tools, mixed, await agree(second.authorizeUrl));
    await expect(swapped).rejects.toMatchObject({ failure: 'rejected' });

    const third = await connector.begin(tools, 's');
    const injected = connector.finish(tools, first.session, await agree(third.authorizeUrl));
    await expect(injected).rejects.toMatchObject({ failure: 'rejected' });
  });

  test('tells what the provider said when it sent the browser back with an error', async () => {
    const provider = await start();
    const connector = createOAuthProvider(provider);
    const { session } = await connector.begin(tools, 's');
    const say = (error: string, iss = provider.issuer ?? '') => {
      const error_description = 'Not\u202etoday\n';
      const query = new URLSearchParams({ error, error_description, state: 's', iss });
      return connector.finish(tools, session, query);
    };
    await expect(say('login_required')).rejects.toMatchObject({
      failure: 'rejected',
      reason: 'Not today',
    });
    await expect(say('invalid_scope')).rejects.toMatchObject({ failure: 'misconfigured' });
    await expect(say('temporarily_unavailable')).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test('blames the operator for a wrong secret, pointer or issuer, and for plain http', async () => {
    const right = await start();
    const wrong: Partial<OAuthProvider>[] = [
      { client_secret: 'a wrong secret' },
      { account: { id: '/no/such', name: '/name' } },
    ];
    for (const change of wrong) {
      await expect(signIn({ ...right, ...change })).rejects.toMatchObject({
        failure: 'misconfigured',
      });
    }
    for (const issuer of [
      'http://idp.example',
      `${right.issuer?.replace('127.0.0.1', 'localhost')}`,
    ]) {
      const connector = createOAuthProvider({ ...right, issuer });
      await expect(connector.begin(tools, 's')).rejects.toMatchObject({ failure: 'misconfigured' });
    }
  });

  test('never makes a token a name', async () => {
    const account = { id: '/sub', name: '/access_token', handle: '/id_token' };
    const linked = await signIn(await start({}, { account }));
    expect(linked).toMatchObject({ name: 'grace', handle: null });
  });

  test('keeps codes, verifiers and tokens out of its errors', async () => {
    const connector = createOAuthProvider(await start({}, { client_secret: 'a wrong secret' }));
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const query = await agree(authorizeUrl);
    const error = await connector.finish(tools, session, query).catch((thrown: unknown) => thrown);
    const text = everythingIn(error);
    for (const secret of ['a wrong secret', query.get('code'), session.verifier, session.nonce]) {
      expect(text).not.toContain(String(secret));
    }
  });
});
