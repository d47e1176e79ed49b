import type { World } from '../../kommo/world.ts';
import { appUninstalledEvent, tokensRevokedEvent } from './events.ts';
import { grantsOf } from './grants.ts';

/** Every token of a workspace is dead at once, and the app is told. @returns how many there were */
export function revokeTokens(world: World, teamId: string): number {
  const living = grantsOf(world).tokens.filter((one) => one.team === teamId && !one.isRevoked);
  for (const grant of living) grant.isRevoked = true;
  if (living.length > 0) tokensRevokedEvent(world, teamId);
  return living.length;
}

/** The workspace's owner removes the app: two events, in no order anybody promises. */
export function uninstallApp(world: World, teamId: string): number {
  const revoked = revokeTokens(world, teamId);
  if (revoked > 0) appUninstalledEvent(world, teamId);
  return revoked;
}

/** The grants of a workspace are older, with other scopes than were asked for. */
export function setScopes(world: World, teamId: string, scopes: string): number {
  const living = grantsOf(world).tokens.filter((one) => one.team === teamId && !one.isRevoked);
  for (const grant of living) grant.scope = scopes;
  return living.length;
}
