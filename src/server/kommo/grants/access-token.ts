import { z } from 'zod';

/** What an access token says about itself. Decoded, never verified: Kommo does not publish the key. */
export interface AccessTokenClaims {
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

/** Reads the claims of a token Kommo gave us; everything is absent when it cannot be read. */
export function decodeAccessToken(token: string): AccessTokenClaims {
  const [, payload = ''] = token.split('.');
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    json = undefined;
  }
  const parsed = claims.safeParse(json);
  if (!parsed.success) {
    return { accountId: undefined, userId: undefined, apiDomain: undefined, scopes: [] };
  }
  const { account_id, sub, api_domain, scopes } = parsed.data;
  return {
    accountId: account_id,
    userId: sub === undefined ? undefined : Number(sub),
    apiDomain: api_domain,
    scopes,
  };
}
