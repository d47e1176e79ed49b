import { SignJWT } from 'jose';
import type { Linked } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../src/server/connectors/oauth/providers-file.ts';
import type { Outbound } from '../../src/server/platform/outbound.ts';
import { createTools, type TestTools } from './support/tools.ts';

const ENTRA = 'https://login.microsoftonline.com';
const TENANT = '11111111-2222-3333-4444-555555555555';

/** A server at one of Microsoft's own addresses, with these issuers in its document and its id_tokens. */
function microsoft(root: string, issuers: { document: string; token: string }) {
  let nonce = '';
  const json = (body: object) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  });
  const send: Outbound = async ({ url }) => {
    const path = String(url);
    if (path.includes('/.well-known/')) {
      return json({
        issuer: issuers.document,
        authorization_endpoint: `${root}/authorize`,
        token_endpoint: `${root}/token`,
        jwks_uri: `${root}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuers.token, tid: TENANT, sub: 'u', aud: 'client', nonce, name: 'Ada' };
    const signed = await new SignJWT({ ...claims, iat: now, exp: now + 3600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new Uint8Array(32));
    const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
    const id_token = [header, ...signed.split('.').slice(1)].join('.');
    return json({ token_type: 'Bearer', access_token: 'at', expires_in: 3600, id_token });
  };
  return {
    async signIn(tools: TestTools, issuer: string): Promise<Linked> {
      const connector = createOAuthProvider(providerOf(issuer));
      const { authorizeUrl, session } = await connector.begin({ ...tools, send }, 's');
      nonce = new URL(authorizeUrl).searchParams.get('nonce') ?? '';
      const query = new URLSearchParams({ code: 'c', state: 's', session_state: 'x' });
      return connector.finish({ ...tools, send }, session, query);
    },
  };
}

function providerOf(issuer: string): OAuthProvider {
  return {
    id: 'teams',
    name: 'Teams',
    issuer,
    client_id: 'client',
    client_secret: 'a-secret-of-teams',
    scopes: 'openid profile',
    pkce: true,
    token_auth: 'post',
    account: { id: '/sub', name: '/name' },
  };
}

describe("Microsoft's sign-in", () => {
  let tools: TestTools;

  beforeEach(() => {
    tools = createTools('teams');
  });
  afterEach(() => tools.close());

  test.each(['common', 'organizations', 'consumers'])(
    'takes accounts of any tenant under %s',
    async (tenant) => {
      const issuers = { document: `${ENTRA}/{tenantid}/v2.0`, token: `${ENTRA}/${TENANT}/v2.0` };
      const service = microsoft(`${ENTRA}/${tenant}/oauth2`, issuers);
      const linked = await service.signIn(tools, `${ENTRA}/${tenant}/v2.0`);
      expect(linked).toMatchObject({ externalId: 'u', name: 'Ada' });
    },
  );

  test('takes accounts of one tenant, and of a B2C tenant, which names itself by its number', async () => {
    const single = `${ENTRA}/${TENANT}/v2.0`;
    const entra = microsoft(`${ENTRA}/${TENANT}/oauth2`, { document: single, token: single });
    await expect(entra.signIn(tools, single)).resolves.toMatchObject({ externalId: 'u' });

    const root = 'https://acme.b2clogin.com';
    const numbered = `${root}/${TENANT}/v2.0/`;
    const b2c = microsoft(root, { document: numbered, token: numbered });
    const linked = b2c.signIn(tools, `${root}/acme.onmicrosoft.com/b2c_1_signin/v2.0`);
    await expect(linked).resolves.toMatchObject({ externalId: 'u' });
  });

  test('refuses a token whose tenant is not its issuer, as a fault of the settings', async () => {
    const issuers = { document: `${ENTRA}/{tenantid}/v2.0`, token: `${ENTRA}/another/v2.0` };
    const outcome = microsoft(ENTRA, issuers).signIn(tools, `${ENTRA}/common/v2.0`);
    await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
  });
});
