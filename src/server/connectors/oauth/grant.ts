import type { TokenEndpointResponse } from 'openid-client';
import { z } from 'zod';
import { endOfLife, isEnding } from '../health.ts';

/** A token this close to its end is renewed first. */
const EXPIRY_MARGIN_MS = 60_000;

/** A signed-in account's tokens, as they are stored. */
export const storedGrant = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
  /** Who signed in, as the id_token says; userinfo must agree. */
  subject: z.string().optional(),
});
export type Grant = z.output<typeof storedGrant>;

export function grantOf(tokens: TokenEndpointResponse, now: Date): Grant {
  const grant: Grant = { accessToken: tokens.access_token };
  if (tokens.refresh_token !== undefined) grant.refreshToken = tokens.refresh_token;
  if (tokens.expires_in !== undefined) {
    grant.expiresAt = endOfLife(tokens.expires_in, now);
  }
  return grant;
}

/** Whether a grant is to be renewed before it is used, and can be. */
export function isRenewalDue({ expiresAt, refreshToken }: Grant, now: Date): boolean {
  return refreshToken !== undefined && isEnding(expiresAt, now, EXPIRY_MARGIN_MS);
}
