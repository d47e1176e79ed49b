import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import OidcProvider from 'oidc-provider';
import { createOidcStore } from '../../../src/emulator/services/oidc-store.ts';
import { BACKEND } from './tools.ts';

export const CLIENT_ID = 'our-client';
export const CLIENT_SECRET = 'canary-oidc-client-secret-0123456789';
export const REDIRECT_URI = `${BACKEND}/connect/callback/custom`;

const SIGNING_KEY = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'RS256',
};

export interface RealProvider {
  issuer: string;
  close(): Promise<void>;
}

/**
 * The real oidc-provider with one client and one person, who agrees to everything. Tokens live for
 * `accessTokenSeconds`, and a refresh token comes with every sign-in and changes with every use.
 */
export async function startOidcProvider(
  options: { tokenAuth?: 'basic' | 'post' | 'none'; accessTokenSeconds?: number } = {},
): Promise<RealProvider> {
  const { tokenAuth = 'basic', accessTokenSeconds = 3600 } = options;
  let serve: (request: IncomingMessage, response: ServerResponse) => unknown;
  const server = createServer((request, response) => serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new OidcProvider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        ...(tokenAuth !== 'none' && { client_secret: CLIENT_SECRET }),
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: METHODS[tokenAuth],
      },
    ],
    adapter: createOidcStore(),
    jwks: { keys: [SIGNING_KEY] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    claims: { openid: ['sub'], profile: ['name', 'picture', 'address'] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async () => true },
    },
    pkce: { required: () => tokenAuth === 'none' },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: 60,
      Interaction: 60,
      Session: 60,
      Grant: 3600,
      RefreshToken: 3600,
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: 'Grace Hopper', picture: 'https://pics.example/g.png' }),
    }),
  });
  const callback = provider.callback();
  serve = async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response);
    const grant = new provider.Grant({ accountId: 'grace', clientId: CLIENT_ID });
    grant.addOIDCScope('openid profile');
    return provider.interactionFinished(request, response, {
      login: { accountId: 'grace' },
      consent: { grantId: await grant.save() },
    });
  };
  return {
    issuer,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const METHODS = {
  basic: 'client_secret_basic',
  post: 'client_secret_post',
  none: 'none',
} as const;
