import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { text } from '../../platform/environment.ts';
import { isOwnMachine } from '../api/addresses.ts';

/** One entry of the file `OAUTH_PROVIDERS` names. */
export type OAuthProvider = z.infer<typeof oauthProvider>;

const pointer = z.string().regex(/^(\/.*)?$/, 'must be a JSON pointer such as /email');

const endpoint = z.url({ protocol: /^https?$/ });

/** The account's tokens and messages go there. A query may be part of the address. */
const messagesAddress = endpoint.refine((address) => {
  const url = URL.parse(address);
  if (url === null || url.hash !== '') return false;
  const hasUser = url.username !== '' || url.password !== '';
  return isOwnMachine(url) || (url.protocol === 'https:' && !hasUser);
}, 'must be an https address (plain http is for loopback)');

/** Parameters a consent address consists of, or that would change how the answer comes back. */
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

const ID_TOKEN_ALGORITHM = /^((RS|PS|ES|HS)(256|384|512)|EdDSA|Ed25519)$/;

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
    id_token_alg: z
      .string()
      .regex(ID_TOKEN_ALGORITHM, 'is not an algorithm of signatures')
      .optional(),
    /** Where messages of its channels go; without it they carry none. */
    messages_url: messagesAddress.optional(),
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

/** Reads the path of a file with a list of providers, and returns the list. */
export const providersFile = text.transform((path, { addIssue }): OAuthProvider[] => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isRead = error instanceof SyntaxError;
    addIssue(`names a file that ${isRead ? 'is not valid JSON' : 'cannot be read'}`);
    return [];
  }
  const { data = [], error } = z.array(oauthProvider).safeParse(json);
  for (const { path, message } of error?.issues ?? []) addIssue(`/${path.join('/')}: ${message}`);
  return data;
});
