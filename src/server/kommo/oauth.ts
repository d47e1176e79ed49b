import { z } from 'zod';
import { type AccountHost, isKommoHost, parseAccountHost } from './account-host.ts';
import { readAnswer } from './answers.ts';
import type { Grant, TokenPair } from './grants/rows.ts';
import type { Kommo, KommoRequest } from './kommo.ts';

/** Longer than any answer Kommo is known to give: a slow answer must never lead to a second refresh. */
const DEADLINE_MS = 75_000;

const DAY_SECONDS = 86_400;
const LONGEST_LIFE_SECONDS = 90 * DAY_SECONDS;
/** Assumed when Kommo's number makes no sense; short, so that it is soon corrected. */
const FALLBACK_LIFE_SECONDS = 3_600;

/** Tokens travel in headers and have no fixed length; text that cannot be a header value is no token. */
const token = z
  .string()
  .max(16_384)
  .regex(/^[\x21-\x7e]+$/);

const lifeSeconds = z.coerce
  .number()
  .positive()
  .max(LONGEST_LIFE_SECONDS)
  // A pair is kept even when its life is unreadable: refusing it would lose the account.
  .catch(FALLBACK_LIFE_SECONDS);

const tokens = z.object({ access_token: token, refresh_token: token, expires_in: lifeSeconds });

/**
 * Trades an authorization code (20 minutes, once) for the first pair. The host must come from `parseReferer`.
 *
 * @throws KommoError
 * @see https://developers.kommo.com/reference/get-token
 */
export function exchangeCode(kommo: Kommo, host: AccountHost, code: string): Promise<TokenPair> {
  return requestTokens(kommo, host, { grant_type: 'authorization_code', code });
}

/**
 * Trades a refresh token for the next pair. The old one may be dead the moment Kommo has read it.
 *
 * @param beforeSend - see `SendToKommo`
 * @throws KommoError
 */
export function exchangeRefreshToken(
  kommo: Kommo,
  host: AccountHost,
  refreshToken: string,
  beforeSend: () => void,
): Promise<TokenPair> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return requestTokens(kommo, host, grant, beforeSend);
}

async function requestTokens(
  { settings, redirectUri, urgency, send, now }: Kommo,
  { host }: AccountHost,
  grant: Record<string, string>,
  beforeSend?: () => void,
): Promise<TokenPair> {
  const request: KommoRequest = {
    api: 'token',
    method: 'POST',
    host,
    path: '/oauth2/access_token',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
      ...grant,
      redirect_uri: redirectUri,
    }),
    deadlineMs: DEADLINE_MS,
    urgency,
  };
  const body = readAnswer(await send(request, beforeSend), tokens, 'token');
  const { apiDomain, scopes } = decodeAccessToken(body.access_token);
  return {
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    expiresAt: new Date(now().getTime() + body.expires_in * 1000),
    scopes,
    apiDomain: apiDomain ?? null,
  };
}

/** What an access token says about itself. */
interface AccessTokenClaims {
  accountId: number | undefined;
  /** The user who gave access (`sub`). */
  userId: number | undefined;
  /** Host of the domain lookup, `api-c.kommo.com`. In tokens issued since August 2024. */
  apiDomain: string | undefined;
  scopes: string[];
}

const claims = z.object({
  account_id: z.number().int().positive().optional().catch(undefined),
  sub: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .optional()
    .catch(undefined),
  api_domain: z.string().max(255).optional().catch(undefined),
  scopes: z.array(z.string().max(100)).max(100).catch([]),
});

/**
 * Reads the claims of a token Kommo gave us; everything is absent when it cannot be read. Decoded, never
 * verified: Kommo does not publish the key.
 */
export function decodeAccessToken(token: string): AccessTokenClaims {
  const { account_id, sub, api_domain, scopes = [] } = payloadOf(token) ?? {};
  return {
    accountId: account_id,
    userId: sub === undefined ? undefined : Number(sub),
    apiDomain: api_domain,
    scopes,
  };
}

function payloadOf(token: string): z.output<typeof claims> | undefined {
  const [, payload = ''] = token.split('.');
  try {
    return claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

const whereabouts = z.object({ id: z.number(), subdomain: z.string(), domain: z.string() });

/**
 * Asks Kommo where an account is now. Does not spend the refresh token.
 *
 * @returns `undefined` when Kommo names another account, or a host this backend does not know
 * @throws KommoError; `unauthorized` means the grant is dead
 * @see https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
 */
export async function lookUpHost(
  { send, urgency }: Kommo,
  grant: Grant,
): Promise<AccountHost | undefined> {
  // The claim comes from Kommo's token, but what it names is checked like any other host.
  if (grant.apiDomain === null || !isKommoHost(grant.apiDomain)) return undefined;
  const answer = await send({
    api: 'rest',
    method: 'GET',
    host: grant.apiDomain,
    // One machine answers for all accounts; what it tells one of them does not concern the others.
    payer: grant.host ?? `account ${grant.accountId}`,
    path: '/oauth2/account/current/subdomain',
    headers: { 'x-refresh-token': grant.refreshToken, accept: 'application/json' },
    urgency,
  });
  const { id, subdomain, domain } = readAnswer(answer, whereabouts);
  const host = parseAccountHost(domain);
  return id === grant.accountId && host?.subdomain === subdomain ? host : undefined;
}
