import type { Linked, Tools } from '../../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../../src/server/connectors/oauth/providers-file.ts';
import { CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, startOidcProvider } from './oidc.ts';
import { Person } from './person.ts';

/** The real oidc-provider, and the entry an operator would write for it. */
export async function startCustomProvider(
  options: Parameters<typeof startOidcProvider>[0] = {},
  changes: Partial<OAuthProvider> = {},
): Promise<{ provider: OAuthProvider; close: () => Promise<void> }> {
  const { issuer, close } = await startOidcProvider(options);
  const provider: OAuthProvider = {
    id: 'custom',
    name: 'Custom',
    issuer,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    scopes: 'openid profile',
    pkce: true,
    token_auth: 'basic',
    account: { id: '/sub', name: '/name', avatar: '/picture' },
    ...changes,
  };
  return { provider, close };
}

/** The person agrees to everything; returns the query of the redirect. */
export async function agree(authorizeUrl: string): Promise<URLSearchParams> {
  const { address } = await new Person().follow(authorizeUrl, REDIRECT_URI);
  return address.searchParams;
}

export async function signInAt(provider: OAuthProvider, tools: Tools): Promise<Linked> {
  const connector = createOAuthProvider(provider);
  const { authorizeUrl, session } = await connector.begin(tools, 'state');
  return await connector.finish(tools, session, await agree(authorizeUrl));
}
