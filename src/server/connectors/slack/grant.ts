import { z } from 'zod';
import { ConnectorError, type Credentials } from '../connector.ts';
import { endOfLife, isEnding } from '../health.ts';
import { optionalText } from '../http.ts';

/**
 * What an app must be allowed to carry direct messages: to read and to answer them, files and reactions both ways, and
 * to learn the names of those who write.
 *
 * @see https://docs.slack.dev/reference/scopes
 */
const NEEDED_SCOPES = [
  'chat:write',
  'files:read',
  'files:write',
  'im:history',
  'reactions:read',
  'reactions:write',
  'users:read',
];

/** As the consent page takes them; `team:read` shows the workspace's icon, and nothing else needs it. Slack separates bot scopes by commas. */
export const ASKED_SCOPES = [...NEEDED_SCOPES, 'team:read'].join(',');

/** A token this close to its end is renewed when the channel is looked at. */
const RENEWAL_MARGIN_MS = 10 * 60_000;

/** No call begins with less time than this left. */
const LAST_CALL_MS = 60_000;

const named = z.object({
  id: z.string().regex(/^\w{1,64}$/),
  name: optionalText,
});

/** @see https://docs.slack.dev/reference/methods/oauth.v2.access */
export const tokenAnswer = z.object({
  access_token: z.string(),
  scope: optionalText,
  bot_user_id: optionalText,
  team: named.optional().catch(undefined),
  enterprise: named.optional().catch(undefined),
  /** These two only when the Slack app has token rotation switched on. */
  refresh_token: optionalText,
  expires_in: z.number().optional().catch(undefined),
});

const storedCredentials = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
  /** Absent from grants of the time before messages. */
  botUserId: z.string().optional(),
});

export type TokenAnswer = z.output<typeof tokenAnswer>;

/** What is stored of a signed-in workspace. */
export type Grant = z.output<typeof storedCredentials>;

export function storedGrant(credentials: Credentials): Grant {
  return storedCredentials.parse(credentials);
}

/** @throws ConnectorError `reauthorize` when it has to be renewed first, which `health` does */
export function usableGrant(credentials: Credentials, now: Date): Grant {
  const grant = storedGrant(credentials);
  const isRenewable = grant.refreshToken !== undefined;
  if (isRenewable && isEnding(grant.expiresAt, now, LAST_CALL_MS)) {
    throw new ConnectorError('reauthorize');
  }
  return grant;
}

export function grantOf(given: TokenAnswer, now: Date): Grant {
  const grant: Grant = { accessToken: given.access_token };
  if (given.refresh_token !== undefined) grant.refreshToken = given.refresh_token;
  if (given.expires_in !== undefined) grant.expiresAt = endOfLife(given.expires_in, now);
  if (given.bot_user_id !== undefined) grant.botUserId = given.bot_user_id;
  return grant;
}

/** Whether it is time to renew a grant that can be renewed. */
export function isToRenew(
  grant: Grant,
  now: Date,
): grant is Grant & Required<Pick<Grant, 'refreshToken'>> {
  const { refreshToken, expiresAt } = grant;
  return refreshToken !== undefined && isEnding(expiresAt, now, RENEWAL_MARGIN_MS);
}

/**
 * The scopes that a grant lacks: those who connected before we carried messages have fewer.
 *
 * @param granted as the token answer and the header `x-oauth-scopes` of every other answer say; undefined when they
 *   do not
 */
export function lackingScopes(granted: string | undefined): string[] {
  if (granted === undefined) return [];
  const given = new Set(granted.split(/[\s,]+/));
  return NEEDED_SCOPES.filter((scope) => !given.has(scope));
}
