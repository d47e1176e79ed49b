import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { EnvironmentReader } from '../platform/environment-reader.ts';

/** Settings of the chat services. A service whose settings are absent is not offered. */
export interface ConnectorSettings {
  telegram: { apiRoot: string } | undefined;
  waha: { url: string; apiKey: string } | undefined;
  evolution: { url: string; apiKey: string } | undefined;
  slack: { clientId: string; clientSecret: string; url: string } | undefined;
  oauthProviders: OAuthProvider[];
}

/** One entry of the file `OAUTH_PROVIDERS` names. */
export type OAuthProvider = z.infer<typeof oauthProvider>;

const pointer = z.string().regex(/^(\/.*)?$/, 'must be a JSON pointer such as /email');

const endpoint = z.url({ protocol: /^https?$/ });

/** What a consent address is made of, or what would change how the answer comes back. */
const OWN_PARAMETERS = [
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
];

const authorizeParams = z
  .record(z.string().min(1), z.string())
  .refine(
    (params) => !OWN_PARAMETERS.some((name) => Object.hasOwn(params, name)),
    `must not name ${OWN_PARAMETERS.join(', ')}`,
  );

const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'HS256',
  'HS384',
  'HS512',
];

const oauthProvider = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9_-]{1,31}$/, 'must be 2 to 32 of a-z, 0-9, _ and -'),
    name: z.string().min(1).max(60),
    issuer: endpoint.optional(),
    authorization_endpoint: endpoint.optional(),
    token_endpoint: endpoint.optional(),
    userinfo_endpoint: endpoint.optional(),
    client_id: z.string().min(1),
    client_secret: z.string().optional(),
    scopes: z.union([z.string(), z.array(z.string())]).default('openid'),
    pkce: z.boolean().default(true),
    token_auth: z.enum(['basic', 'post', 'none']).default('basic'),
    /** Further parameters of the consent address, e.g. `prompt` or `access_type`. */
    authorize_params: authorizeParams.optional(),
    /** What id_tokens are signed by, where the discovery document does not say or says otherwise. */
    id_token_alg: z.enum(ID_TOKEN_ALGORITHMS).optional(),
    account: z.strictObject({
      id: pointer,
      name: pointer,
      handle: pointer.optional(),
      avatar: pointer.optional(),
    }),
  })
  .refine(
    (provider) =>
      provider.issuer !== undefined ||
      (provider.authorization_endpoint !== undefined &&
        provider.token_endpoint !== undefined &&
        provider.userinfo_endpoint !== undefined),
    'needs issuer, or authorization_endpoint, token_endpoint and userinfo_endpoint',
  )
  .refine(
    (provider) => provider.token_auth === 'none' || provider.client_secret !== undefined,
    'needs client_secret unless token_auth is none',
  );

const BUILT_IN_CONNECTORS = ['telegram', 'waha', 'evolution', 'slack'];

/** Reads the settings of every chat service; faults are left with the reader. */
export function readConnectorSettings(reader: EnvironmentReader): ConnectorSettings {
  return {
    telegram: readTelegram(reader),
    waha: readKeyed(reader, 'WAHA'),
    evolution: readKeyed(reader, 'EVOLUTION'),
    slack: readSlack(reader),
    oauthProviders: readOAuthProviders(reader),
  };
}

function readTelegram(reader: EnvironmentReader): ConnectorSettings['telegram'] {
  const apiRoot = reader.service('TELEGRAM_API_ROOT');
  return apiRoot === undefined ? undefined : { apiRoot };
}

function readKeyed(
  reader: EnvironmentReader,
  prefix: 'WAHA' | 'EVOLUTION',
): { url: string; apiKey: string } | undefined {
  const url = reader.service(`${prefix}_URL`);
  const apiKey = reader.optional(`${prefix}_API_KEY`);
  if (url === undefined && apiKey === undefined) return undefined;
  if (url === undefined) reader.fault(`${prefix}_URL`, `is not set, but ${prefix}_API_KEY is`);
  if (apiKey === undefined) reader.fault(`${prefix}_API_KEY`, `is not set, but ${prefix}_URL is`);
  return { url: url ?? '', apiKey: apiKey ?? '' };
}

function readSlack(reader: EnvironmentReader): ConnectorSettings['slack'] {
  const clientId = reader.optional('SLACK_CLIENT_ID');
  const clientSecret = reader.optional('SLACK_CLIENT_SECRET');
  const url = reader.service('SLACK_URL') ?? 'https://slack.com';
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined) {
    reader.fault('SLACK_CLIENT_ID', 'is not set, but SLACK_CLIENT_SECRET is');
  }
  if (clientSecret === undefined) {
    reader.fault('SLACK_CLIENT_SECRET', 'is not set, but SLACK_CLIENT_ID is');
  }
  return { clientId: clientId ?? '', clientSecret: clientSecret ?? '', url };
}

function readOAuthProviders(reader: EnvironmentReader): OAuthProvider[] {
  const path = reader.optional('OAUTH_PROVIDERS');
  if (path === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    reader.fault('OAUTH_PROVIDERS', `names a file that ${why}`);
    return [];
  }
  const parsed = z.array(oauthProvider).safeParse(json);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      reader.fault('OAUTH_PROVIDERS', `/${issue.path.join('/')}: ${issue.message}`);
    }
    return [];
  }
  const seen = new Set(BUILT_IN_CONNECTORS);
  for (const { id } of parsed.data) {
    if (seen.has(id)) reader.fault('OAUTH_PROVIDERS', `the id ${id} is already taken`);
    seen.add(id);
  }
  return parsed.data;
}
