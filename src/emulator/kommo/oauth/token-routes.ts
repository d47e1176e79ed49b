import { sameSecret } from '../../engine/secrets.ts';
import { AMO, KOMMO } from '../documents.ts';
import type { Account, Grant, Integration } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { problem, refuseByRate, unknownHost } from '../problems.ts';
import { isServedHere } from '../served-here.ts';
import type { World } from '../world.ts';
import {
  ACCESS_LIFE_MS,
  CODE_LIFE_MS,
  findByAccessToken,
  findByRefreshToken,
  isInstalled,
  issueGrant,
  maySpend,
} from './grants.ts';
import { oauthProblem } from './oauth-problem.ts';

/** Token endpoint and domain lookup. */
export function tokenRoutes(): KommoRoute[] {
  return [
    {
      method: 'POST',
      host: 'account',
      path: '/oauth2/access_token',
      handler: accessToken,
      source: `${KOMMO}/oauth-20`,
      note: 'hints of errors observed; their wording on kommo.com, the answer to a wrong secret and a grace for a second refresh are assumptions (switches refreshMode, accessAfterRefresh, oauthErrorLanguage)',
    },
    {
      method: 'GET',
      host: 'api',
      path: '/oauth2/account/current/subdomain',
      handler: currentSubdomain,
      source: `${AMO}/oauth/account-subdomain-info`,
      note: 'does not spend the refresh token; only at the host that access tokens name (switch foreignHosts)',
    },
    {
      method: 'GET',
      host: 'www',
      path: '/oauth2/account/subdomain',
      handler: subdomainByAccess,
      source: `${AMO}/oauth/account-subdomain-info`,
      note: 'the older one, by access token, which the official PHP client still calls',
    },
  ];
}

async function accessToken(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const given = exchange.fields();
  const text = (name: string) => (typeof given[name] === 'string' ? String(given[name]) : '');
  if (refuseByRate(exchange, `${exchange.host.name} ${text('client_id')}`)) return;
  const account = exchange.account;
  if (account === undefined) return unknownHost(exchange);
  // The order of league/oauth2-server, whose hints Kommo passes on: client, redirect address, grant.
  const grantType = text('grant_type');
  if (!['authorization_code', 'refresh_token'].includes(grantType)) {
    return oauthProblem(exchange, 400, 'Check the `grant_type` parameter');
  }
  const secretName = grantType === 'refresh_token' ? 'refresh_token' : 'code';
  for (const name of ['client_id', 'client_secret', secretName, 'redirect_uri']) {
    if (text(name) === '') return oauthProblem(exchange, 400, `Check the \`${name}\` parameter`);
  }
  const integration = world.state.integrations.find((one) => one.client_id === text('client_id'));
  if (integration === undefined) {
    return oauthProblem(exchange, 400, 'Check the `client_id` parameter');
  }
  if (!sameSecret(text('client_secret'), integration.client_secret)) {
    return oauthProblem(exchange, 401);
  }
  if (text('redirect_uri') !== integration.redirect_uri) return oauthProblem(exchange, 400);
  if (grantType === 'authorization_code') await exchangeCode(exchange, account, integration);
  else await refresh(exchange, account, integration, text('refresh_token'));
}

async function exchangeCode(
  exchange: Exchange,
  account: Account,
  integration: Integration,
): Promise<void> {
  const { world } = exchange;
  const given = String(exchange.fields().code);
  const code = world.state.codes.find((one) => sameSecret(given, one.code));
  if (
    code === undefined ||
    code.account_id !== account.id ||
    code.client_id !== integration.client_id
  ) {
    return oauthProblem(exchange, 400, 'Cannot decrypt the authorization code');
  }
  if (code.used_at !== null || !isInstalled(world, account.id, integration.client_id)) {
    return oauthProblem(exchange, 400, 'Authorization code has been revoked');
  }
  if (world.clock.now() >= code.issued_at + CODE_LIFE_MS) {
    return oauthProblem(exchange, 400, 'Authorization code has expired');
  }
  // Spent first: signing lets other requests run, perhaps with the same code.
  code.used_at = world.clock.now();
  sendPair(exchange, await issueGrant(world, code));
}

async function refresh(
  exchange: Exchange,
  account: Account,
  integration: Integration,
  token: string,
): Promise<void> {
  const { world } = exchange;
  const grant = findByRefreshToken(world, token);
  if (
    grant === undefined ||
    grant.account_id !== account.id ||
    grant.client_id !== integration.client_id
  ) {
    return oauthProblem(exchange, 401, 'Invalid refresh token');
  }
  if (!maySpend(world, grant)) {
    const isExpired = world.clock.now() >= grant.refresh_expires_at;
    return oauthProblem(exchange, 401, `Token has ${isExpired ? 'expired' : 'been revoked'}`);
  }
  grant.refreshed_at ??= world.clock.now();
  grant.is_used = true;
  if (world.switch('accessAfterRefresh') === 'revoked') grant.is_access_revoked = true;
  sendPair(exchange, await issueGrant(world, grant, grant));
}

function sendPair(exchange: Exchange, grant: Grant): void {
  exchange.sendJson(200, {
    token_type: 'Bearer',
    expires_in: ACCESS_LIFE_MS / 1000,
    server_time: exchange.world.clock.seconds(),
    access_token: grant.access_token,
    refresh_token: grant.refresh_token,
  });
}

/** Answers an account's current host; does not spend the token. */
function currentSubdomain(exchange: Exchange): void {
  sendDomain(exchange, accountOfLookup(exchange.world, exchange.header('x-refresh-token')));
}

/** The same by access token, at `www` of the account's brand. */
function subdomainByAccess(exchange: Exchange): void {
  const { world } = exchange;
  const token = /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1];
  const grant = token === undefined ? undefined : findByAccessToken(world, token);
  sendDomain(exchange, grant && world.account(grant.account_id));
}

function sendDomain(exchange: Exchange, account: Account | undefined) {
  if (account === undefined || !isServedHere(exchange, account)) {
    return problem(exchange, 401, 'Unauthorized');
  }
  exchange.sendJson(200, {
    id: account.id,
    subdomain: account.subdomain,
    domain: `${account.subdomain}.${account.tld}`,
    top_level_domain: account.tld.slice(account.tld.lastIndexOf('.') + 1),
  });
}

function accountOfLookup(world: World, token: string): Account | undefined {
  if (token === '') return undefined;
  const grant = findByRefreshToken(world, token);
  return grant !== undefined && maySpend(world, grant)
    ? world.account(grant.account_id)
    : undefined;
}
