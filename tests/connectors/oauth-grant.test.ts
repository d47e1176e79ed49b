import type { Linked } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../src/server/connectors/oauth/providers-file.ts';
import { signInAt, startCustomProvider } from './support/custom-provider.ts';
import { createTools, type TestTools } from './support/tools.ts';

describe('the grant of a provider configured by the operator', () => {
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

  test('renews an old grant, hands it out, and sees when it can no longer be renewed', async () => {
    // So short a life counts as old from the start.
    const provider = await start({ accessTokenSeconds: 30 });
    const connector = createOAuthProvider(provider);
    const { credentials } = await signIn(provider);
    const health = await connector.health(tools, credentials);
    expect(health).toMatchObject({ status: 'connected' });
    expect(health.credentials?.accessToken).not.toBe(credentials.accessToken);
    expect(health.credentials?.refreshToken).not.toBe(credentials.refreshToken);
    expect(health.credentials?.subject).toBe('grace');
    // The old refresh token was spent; using it again ends the whole grant.
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'action_needed',
      reason: 'sign_in_again',
    });
  });

  test('tries the refresh token when the access token is refused before its time', async () => {
    const provider = await start();
    const { credentials } = await signIn(provider);
    const damaged = { ...credentials, accessToken: 'damaged' };
    const health = await createOAuthProvider(provider).health(tools, damaged);
    expect(health).toMatchObject({ status: 'connected', credentials: expect.anything() });
  });

  test('ends the grant at the provider', async () => {
    const provider = await start();
    const connector = createOAuthProvider(provider);
    const { credentials } = await signIn(provider);
    await connector.unlink(tools, credentials);
    await connector.unlink(tools, credentials);
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'action_needed',
      reason: 'sign_in_again',
    });
  });

  test('reads the discovery document once for many calls', async () => {
    const provider = await start();
    let asked = 0;
    const counting = {
      ...tools,
      send: (request: Parameters<typeof tools.send>[0]) => {
        asked += 1;
        return tools.send(request);
      },
    };
    const connector = createOAuthProvider(provider);
    for (let round = 0; round < 3; round++) await connector.begin(counting, 's');
    expect(asked).toBe(1);
    tools.advance(11 * 60_000);
    await connector.begin(counting, 's');
    expect(asked).toBe(2);
  });
});
