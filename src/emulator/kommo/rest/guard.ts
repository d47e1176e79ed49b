import type { Imitation } from '../../engine/coverage-row.ts';
import type { Account, Grant, Rights, User } from '../entities.ts';
import type { Exchange, Handler, KommoRoute } from '../exchange.ts';
import { findByAccessToken } from '../oauth/grants.ts';
import { problem, refuseByRate, unknownHost } from '../problems.ts';
import { isServedHere } from '../served-here.ts';
import { findSession } from '../session.ts';

/** Who calls the REST API: an integration by its token, or a page of the account by its session. */
export interface Caller {
  account: Account;
  user: User;
  /** The rights that apply: the granting user's, or those of `X-Context-User-ID`. */
  rights: Rights;
  /** Empty for a page. */
  clientId: string;
  grant: Grant | undefined;
}

export interface GuardOptions {
  needsAdmin?: boolean;
  /** Status for a caller without a valid token, if a source says other than 401. */
  unauthorised?: (exchange: Exchange) => number;
}

type RestHandler = (exchange: Exchange, caller: Caller) => Promise<void> | void;

/** Makes the routes of a resource under `/api/v4`, which share a source and the rights they need. */
export function resource(base: string, source: string, options: GuardOptions = {}) {
  return (
    method: KommoRoute['method'],
    path: string,
    handler: RestHandler,
    about: Partial<Imitation> = {},
  ): KommoRoute => ({
    method,
    host: ['account', 'api'],
    path: `/api/v4${base}${path}`,
    handler: guarded(handler, options),
    source,
    ...about,
  });
}

/** Wraps a REST handler in Kommo's order of checks: rate, host, token, payment, rights. */
function guarded(handler: RestHandler, options: GuardOptions = {}): Handler {
  return async (exchange) => {
    const { world } = exchange;
    const token = /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1];
    const grant = token === undefined ? undefined : findByAccessToken(world, token);
    const owner = grant ? `${grant.account_id} ${grant.client_id}` : exchange.host.name;
    if (refuseByRate(exchange, owner)) return;
    const isApiHost = exchange.host.kind === 'api';
    const account = isApiHost && grant ? world.account(grant.account_id) : exchange.account;
    if (account === undefined && !isApiHost) return unknownHost(exchange);
    const isHere = account !== undefined && isServedHere(exchange, account);
    const caller = isHere ? identify(exchange, account, token, grant) : undefined;
    if (caller === undefined) {
      return problem(exchange, options.unauthorised?.(exchange) ?? 401, 'Unauthorized');
    }
    if (!caller.account.is_paid) return problem(exchange, 402, 'Payment required');
    if (!applyContextUser(exchange, caller)) {
      return problem(exchange, 403, 'The user of X-Context-User-ID may not be used');
    }
    if (options.needsAdmin === true && !caller.rights.is_admin) {
      return problem(exchange, 403, 'Administrator rights are required');
    }
    await handler(exchange, caller);
  };
}

function identify(
  exchange: Exchange,
  account: Account,
  token: string | undefined,
  grant: Grant | undefined,
): Caller | undefined {
  if (token === undefined) {
    const session = findSession(exchange);
    if (session === undefined) return undefined;
    return { ...session, rights: session.user.rights, clientId: '', grant: undefined };
  }
  if (grant === undefined || grant.account_id !== account.id) return undefined;
  const user = account.users.find(({ id }) => id === grant.user_id);
  if (user === undefined) return undefined;
  return { account, user, rights: user.rights, clientId: grant.client_id, grant };
}

/** Uses one user's rights under an admin's grant: https://www.amocrm.ru/developers/content/oauth/scopes */
function applyContextUser(exchange: Exchange, caller: Caller): boolean {
  const wanted = exchange.header('x-context-user-id');
  if (wanted === '' || caller.grant === undefined) return true;
  const user = caller.account.users.find(({ id }) => id === Number(wanted));
  if (!caller.rights.is_admin || user === undefined || user.rights.is_free) return false;
  caller.rights = user.rights;
  return true;
}
