import { KOMMO } from '../documents.ts';
import type { Account, Integration, User } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { consentPage, openerPage, refusalPage } from './consent-page.ts';
import { issueCode } from './grants.ts';
import { activate, redirectAddress } from './lifecycle.ts';

/** The consent page. Kommo has it on `www`; here the emulator's own host has it, too. */
export function consentRoutes(): KommoRoute[] {
  const host: KommoRoute['host'] = ['www', 'control'];
  const page = { host, path: '/oauth', source: `${KOMMO}/oauth-20` };
  return [
    {
      ...page,
      method: 'GET',
      handler: ask,
      note: 'modes popup and post_message, state echoed; the page lets a person choose who is logged in',
    },
    { ...page, method: 'POST', handler: decide, note: 'the form of the page; its address is ours' },
  ];
}

/** The integration that asks; undefined if a refusal was shown. */
function readIntegration(exchange: Exchange, values: URLSearchParams): Integration | undefined {
  const id = values.get('client_id');
  const integration = exchange.world.state.integrations.find(({ client_id }) => client_id === id);
  const mode = values.get('mode') ?? 'popup';
  const redirect = values.get('redirect_uri');
  let refusal: string | undefined;
  if (integration === undefined) refusal = 'No integration has this client_id.';
  else if (!URL.canParse(integration.redirect_uri)) {
    refusal = 'The integration has no redirect URI.';
  } else if (redirect !== null && redirect !== integration.redirect_uri) {
    refusal = 'The redirect_uri is not the registered one.';
  } else if (mode !== 'popup' && mode !== 'post_message') {
    refusal = 'The mode must be popup or post_message.';
  }
  if (refusal === undefined) return integration;
  exchange.sendHtml(400, refusalPage(refusal));
  return undefined;
}

function ask(exchange: Exchange) {
  const { world, url } = exchange;
  const integration = readIntegration(exchange, url.searchParams);
  if (integration === undefined) return;
  const { accounts } = world.state;
  // Not part of Kommo: a link may choose who is logged in.
  const wanted = url.searchParams.get('emulator_account');
  const account = accounts.find(({ subdomain }) => subdomain === wanted) ?? accounts[0];
  const user = account?.users.find(({ rights }) => rights.is_admin && rights.is_active);
  const query = url.searchParams;
  exchange.sendHtml(200, consentPage({ integration, accounts, account, user, query }));
}

function decide(exchange: Exchange) {
  const { world } = exchange;
  const form = new URLSearchParams(exchange.text());
  const integration = readIntegration(exchange, form);
  if (integration === undefined) return;
  const state = form.get('state');
  const echoed: Record<string, string> = state === null ? {} : { state };
  if (form.get('answer') !== 'approve') {
    const denied = new URL(integration.redirect_uri);
    const added = { error: 'access_denied', ...echoed, client_id: integration.client_id };
    for (const [name, value] of Object.entries(added)) denied.searchParams.set(name, value);
    return leave(exchange, form, denied.href);
  }
  const chosen = readChoice(exchange, form.get('who') ?? '');
  if (chosen === undefined) {
    return exchange.sendHtml(400, refusalPage('Choose an account and a user.'));
  }
  const { account, user } = chosen;
  const { rights } = user;
  if (!rights.is_active || rights.is_free) {
    return exchange.sendHtml(403, refusalPage('This user may not give access.'));
  }
  const isInstalled = world.installation(account, integration)?.is_active === true;
  if (!isInstalled && !rights.is_admin) {
    return exchange.sendHtml(403, refusalPage('Only an administrator can give the first access.'));
  }
  activate(world, account, integration);
  const { code } = issueCode(world, account, user, integration);
  leave(exchange, form, redirectAddress(world, integration, account, { code, ...echoed }));
}

function readChoice(
  { world }: Exchange,
  who: string,
): { account: Account; user: User } | undefined {
  const [accountId, userId] = who.split(':').map(Number);
  const account = world.state.accounts.find(({ id }) => id === accountId);
  const user = account?.users.find(({ id }) => id === userId);
  return account === undefined || user === undefined ? undefined : { account, user };
}

/** `popup` redirects the opener and closes this window; `post_message` redirects this window. */
function leave(exchange: Exchange, form: URLSearchParams, address: string) {
  if (form.get('mode') === 'popup') return exchange.sendHtml(200, openerPage(address));
  exchange.redirect(address);
}
