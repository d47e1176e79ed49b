import { randomUUID } from 'node:crypto';
import { type HmacAlgorithm, signWithSecret } from '../engine/jwt.ts';
import type { Account, Integration, User } from './entities.ts';
import { accountHost, type World } from './world.ts';

/** Make a token that must be refused; see `disposableToken`. */
export interface TokenOverrides {
  /** Merged over the claims; `undefined` (in JSON: null) removes a claim. */
  claims?: Record<string, unknown>;
  /** Signs with this instead of the integration's secret. */
  secret?: string;
  algorithm?: HmacAlgorithm | 'none';
}

/**
 * The token a widget sends to its backend in `X-Auth-Token`.
 * https://developers.kommo.com/docs/one-time-tokens
 */
export function disposableToken(
  world: World,
  account: Account,
  user: User,
  integration: Integration,
  overrides: TokenOverrides = {},
): string {
  const now = world.clock.seconds();
  const redirect = new URL(integration.redirect_uri);
  const hostPart = world.switch('audHasPort') === 'yes' ? redirect.host : redirect.hostname;
  const claims = {
    iss: `https://${accountHost(account)}`,
    aud: `${redirect.protocol}//${hostPart}`,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + Number(world.switch('jwtTtl')),
    account_id: account.id,
    user_id: user.id,
    client_uuid: integration.client_id,
    subdomain: account.subdomain,
    ...isAdminClaim(world, user),
    ...overrides.claims,
  };
  const present = Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined && value !== null),
  );
  return signWithSecret(
    present,
    overrides.secret ?? integration.client_secret,
    overrides.algorithm,
  );
}

function isAdminClaim(world: World, user: User): { is_admin?: boolean | string } {
  const form = world.switch('isAdminClaim');
  const { is_admin } = user.rights;
  if (form === 'absent') return {};
  return { is_admin: form === 'boolean' ? is_admin : is_admin ? 'Y' : 'N' };
}
