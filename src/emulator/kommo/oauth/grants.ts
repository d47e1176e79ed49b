import { createHash, generateKeyPair, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { signWithKey } from '../../engine/jwt.ts';
import { sameSecret } from '../../engine/secrets.ts';
import type { Account, Code, Grant, Integration, User } from '../entities.ts';
import type { World } from '../world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Lifetimes: https://developers.kommo.com/docs/oauth-20 */
export const CODE_LIFE_MS = 20 * MINUTE;
export const ACCESS_LIFE_MS = DAY;
const REFRESH_LIFE_MS = 90 * DAY;
const GRACE_MS = 30_000;

let key: Promise<KeyObject> | undefined;

/** Kommo's signing key. Made on a helper thread, once per process. Its public half is not published. */
export function accessTokenKey(): Promise<KeyObject> {
  key ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(
    ({ privateKey }) => privateKey,
  );
  return key;
}

/** An opaque token that looks like Kommo's (a Defuse ciphertext: `def502` and hexadecimal digits). */
function opaqueToken(bytes: number): string {
  return `def50200${randomBytes(bytes).toString('hex')}`;
}

export function issueCode(
  world: World,
  account: Account,
  user: User,
  integration: Integration,
): Code {
  const code: Code = {
    code: opaqueToken(300),
    account_id: account.id,
    user_id: user.id,
    client_id: integration.client_id,
    redirect_uri: integration.redirect_uri,
    issued_at: world.clock.now(),
    used_at: null,
  };
  world.state.codes.push(code);
  return code;
}

/** Makes a token pair; `parent` is the pair it refreshes. */
export async function issueGrant(
  world: World,
  origin: Pick<Grant, 'account_id' | 'user_id' | 'client_id'> & { scopes?: string[] },
  parent?: Grant,
): Promise<Grant> {
  const account = world.account(origin.account_id);
  const integration = world.integration(origin.client_id);
  const now = world.clock.now();
  const id = world.nextId();
  const scopes = origin.scopes ?? integration.scopes;
  const seconds = Math.floor(now / 1000);
  const claims = {
    aud: integration.client_id,
    jti: createHash('sha256').update(randomUUID()).digest('hex'),
    iat: seconds,
    nbf: seconds,
    exp: seconds + ACCESS_LIFE_MS / 1000,
    ...(world.switch('accessTokenSub') === 'on' && { sub: String(origin.user_id) }),
    grant_type: parent === undefined ? 'authorization_code' : 'refresh_token',
    account_id: account.id,
    base_domain: account.tld,
    version: 2,
    scopes,
    hash_uuid: randomUUID(),
    api_domain: account.api_domain,
  };
  const grant: Grant = {
    id,
    family: parent?.family ?? id,
    account_id: account.id,
    user_id: origin.user_id,
    client_id: integration.client_id,
    scopes,
    access_token: signWithKey(claims, await accessTokenKey()),
    access_expires_at: now + ACCESS_LIFE_MS,
    refresh_token: opaqueToken(350),
    refresh_expires_at: now + REFRESH_LIFE_MS,
    refreshed_at: null,
    is_used: false,
    is_access_revoked: false,
    is_refresh_revoked: false,
  };
  world.state.grants.push(grant);
  return grant;
}

/** The pair of a valid access token of an active installation. */
export function findByAccessToken(world: World, token: string): Grant | undefined {
  const grant = world.state.grants.find((one) => sameSecret(token, one.access_token));
  if (grant === undefined || grant.is_access_revoked) return undefined;
  if (world.clock.now() >= grant.access_expires_at) return undefined;
  if (!isInstalled(world, grant.account_id, grant.client_id)) return undefined;
  grant.is_used = true;
  return grant;
}

export function findByRefreshToken(world: World, token: string): Grant | undefined {
  return world.state.grants.find((one) => sameSecret(token, one.refresh_token));
}

export function isInstalled(world: World, accountId: number, clientId: string): boolean {
  return world.state.installations.some(
    (one) => one.account_id === accountId && one.client_id === clientId && one.is_active,
  );
}

/**
 * Whether a refresh token may be spent now. The first use always may, a second only in the two lenient
 * modes: it is unknown whether Kommo allows one.
 */
export function maySpend(world: World, grant: Grant): boolean {
  if (grant.is_refresh_revoked || world.clock.now() >= grant.refresh_expires_at) return false;
  if (grant.refreshed_at === null) return true;
  const mode = world.switch('refreshMode');
  if (mode === 'grace-30s') return world.clock.now() - grant.refreshed_at < GRACE_MS;
  if (mode !== 'until-new-used') return false;
  const isNewer = (one: Grant) => one.family === grant.family && one.id > grant.id;
  return !world.state.grants.some((one) => isNewer(one) && one.is_used);
}

/** Revokes the pairs the filter selects. @returns how many */
export function revoke(world: World, concerns: (grant: Grant) => boolean): number {
  const dead = world.state.grants.filter(concerns);
  for (const grant of dead) {
    grant.is_access_revoked = true;
    grant.is_refresh_revoked = true;
  }
  return dead.length;
}
