import { randomBytes } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import type { Team } from './entities.ts';
import { SlackError } from './slack-error.ts';
import { slackState, TEAMS, teamOf } from './state.ts';

/** A token of the app in one workspace. What is optional older state files do not have. */
export interface Grant {
  token: string;
  team: string;
  isRevoked: boolean;
  /** Comma-separated. */
  scope?: string;
  /** Milliseconds of the emulator's clock; absent: for ever. */
  expiresAt?: number;
  refreshToken?: string;
}

export interface Code {
  code: string;
  team: string;
  redirectUri: string;
  scope: string;
  expiresAt: number;
  isUsed: boolean;
}

interface SlackGrants {
  codes: Code[];
  tokens: Grant[];
}

/** Life of a token that is rotated. @see https://docs.slack.dev/authentication/using-token-rotation */
export const ROTATION_SECONDS = 43_200;

export function grantsOf(world: World): SlackGrants {
  return world.service<SlackGrants>('slack', () => ({ codes: [], tokens: [] }));
}

export function scopesOf({ scope = '' }: Grant): string[] {
  return scope.split(/[\s,]+/).filter((one) => one !== '');
}

/** What the app may do in a workspace: scopes add up over its installations. */
export function scopesIn(world: World, teamId: string): Set<string> {
  const living = grantsOf(world).tokens.filter((one) => one.team === teamId && !one.isRevoked);
  return new Set(living.flatMap(scopesOf));
}

/** Whether the app is installed there. */
export function isInstalled(world: World, teamId: string): boolean {
  return grantsOf(world).tokens.some((one) => one.team === teamId && !one.isRevoked);
}

/** A new token, which lives twelve hours if tokens are rotated. */
export function issueGrant(world: World, team: Team, scope: string): Grant {
  const secret = () => randomBytes(18).toString('base64url');
  const { rotation, grant_scopes } = slackState(world).settings;
  const grant: Grant = {
    token: `${rotation ? 'xoxe.xoxb-1-emulated' : 'xoxb-emulated'}-${secret()}`,
    team: team.id,
    isRevoked: false,
    scope: grant_scopes || scope,
    ...(rotation && {
      expiresAt: world.clock.now() + ROTATION_SECONDS * 1000,
      refreshToken: `xoxe-1-emulated-${secret()}`,
    }),
  };
  grantsOf(world).tokens.push(grant);
  return grant;
}

/** The living grant of a token. @throws SlackError */
export function grantFor(world: World, token: unknown): { grant: Grant; team: Team } {
  if (token === undefined || token === '') throw new SlackError('not_authed');
  const grant = grantsOf(world).tokens.find((one) => one.token === token);
  if (grant === undefined) throw new SlackError('invalid_auth');
  if (grant.isRevoked) throw new SlackError('token_revoked');
  if (grant.expiresAt !== undefined && grant.expiresAt <= world.clock.now()) {
    throw new SlackError('token_expired');
  }
  return { grant, team: teamOf(grant.team) ?? TEAMS[0] };
}

/** Refuses what the grant was not given. @throws SlackError `missing_scope` */
export function demandScope(grant: Grant, anyOf: readonly string[]): void {
  const scopes = scopesOf(grant);
  if (anyOf.length === 0 || anyOf.some((one) => scopes.includes(one))) return;
  throw new SlackError('missing_scope', { needed: anyOf[0] ?? '', provided: scopes.join(',') });
}
