import { SignJWT } from 'jose';
import type { Linked, Tools } from '../../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../../src/server/connectors/oauth/providers-file.ts';
import { type SmallAnswer, startSmallDouble } from './small-double.ts';

const SECRET = 'canary-odd-client-secret-0123456789';

/** What is odd about the provider; what is left out it does by the book. */
export interface Oddity {
  /** Laid over a good token answer; `undefined` takes a member out. */
  token?: Record<string, unknown>;
  /** Instead of the whole token answer. */
  tokenAnswer?: SmallAnswer;
  profile?: SmallAnswer;
  /** Laid over a good discovery document. */
  discovery?: Record<string, unknown>;
  /** Laid over the claims of the id_token. */
  claims?: Record<string, unknown>;
  /** What the id_token says it is signed by; without it there is none. */
  algorithm?: string;
}

/** A provider that answers a little off the standard, as real ones do. */
export interface OddProvider {
  url: string;
  /** Without an issuer. */
  plain(changes?: Partial<OAuthProvider>): OAuthProvider;
  /** With an issuer, to be discovered. */
  openId(changes?: Partial<OAuthProvider>): OAuthProvider;
  signIn(provider: OAuthProvider, tools: Tools): Promise<Linked>;
  be(oddity: Oddity): void;
  close(): Promise<void>;
}

export async function startOddProvider(): Promise<OddProvider> {
  let oddity: Oddity = {};
  let nonce: string | undefined;
  let idToken: string | undefined;
  let url = '';
  const double = await startSmallDouble({
    'GET /.well-known/openid-configuration': () => ({
      status: 200,
      json: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/me`,
        jwks_uri: `${url}/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
        ...oddity.discovery,
      },
    }),
    'POST /token': () =>
      oddity.tokenAnswer ?? {
        status: 200,
        json: {
          access_token: 'at-new',
          token_type: 'Bearer',
          refresh_token: 'rt-new',
          expires_in: 3600,
          ...(idToken !== undefined && { id_token: idToken }),
          ...oddity.token,
        },
      },
    'GET /me': () => oddity.profile ?? { status: 200, json: { sub: 'u-1', id: 'u-1', name: 'G' } },
  });
  url = `http://127.0.0.1:${double.port}`;
  const common = {
    name: 'Odd',
    client_id: 'client',
    client_secret: SECRET,
    pkce: true,
    token_auth: 'basic' as const,
  };
  return {
    url,
    plain: (changes = {}) => ({
      ...common,
      id: 'plain',
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      userinfo_endpoint: `${url}/me`,
      scopes: 'user:read',
      account: { id: '/id', name: '/name' },
      ...changes,
    }),
    openId: (changes = {}) => ({
      ...common,
      id: 'openid',
      issuer: url,
      scopes: 'openid profile',
      account: { id: '/sub', name: '/name' },
      ...changes,
    }),
    signIn: async (provider, tools) => {
      const connector = createOAuthProvider(provider);
      const { authorizeUrl, session } = await connector.begin(tools, 'state');
      nonce = new URL(authorizeUrl).searchParams.get('nonce') ?? undefined;
      const { algorithm, claims } = oddity;
      idToken = algorithm && (await sign(algorithm, { iss: url, sub: 'u-1', nonce, ...claims }));
      return await connector.finish(
        tools,
        session,
        new URLSearchParams({ code: 'c', state: 'state' }),
      );
    },
    be: (next) => {
      oddity = next;
    },
    close: double.close,
  };
}

/** Only the header names the algorithm: what comes from the token endpoint itself is vouched for by TLS. */
async function sign(algorithm: string, claims: Record<string, unknown>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = new TextEncoder().encode(SECRET);
  const signed = await new SignJWT({ aud: 'client', iat: now, exp: now + 3600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key);
  const header = Buffer.from(JSON.stringify({ alg: algorithm })).toString('base64url');
  return [header, ...signed.split('.').slice(1)].join('.');
}
