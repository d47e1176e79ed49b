import { hmacHex } from '../../engine/secrets.ts';
import type { Account, Installation, Integration, User } from '../entities.ts';
import { callHook } from '../hooks/call-hook.ts';
import { accountHost, type World } from '../world.ts';
import { isInstalled, issueCode, revoke } from './grants.ts';

/** How long Kommo waits for the redirect URI. It never tries again. */
const INSTALL_TIMEOUT_MS = 3000;
/** Not documented; assumed to be that of the install call. */
const DISABLE_TIMEOUT_MS = 3000;

/** Marks an integration as installed in an account; sources hidden by an uninstall come back. */
export function activate(world: World, account: Account, integration: Integration): Installation {
  const { installations, sources } = world.state;
  const isThis = (one: { account_id: number; client_id: string }) =>
    one.account_id === account.id && one.client_id === integration.client_id;
  let installation = world.installation(account, integration);
  if (installation === undefined) {
    installation = {
      account_id: account.id,
      client_id: integration.client_id,
      is_active: true,
      is_configured: false,
      settings: {},
      installed_at: world.clock.now(),
    };
    installations.push(installation);
  } else if (!installation.is_active) {
    installation.is_active = true;
    installation.is_configured = false;
    installation.installed_at = world.clock.now();
  }
  for (const source of sources.filter(isThis)) source.is_hidden = false;
  const hasSources = sources.some(isThis);
  if (!integration.multiple_sources && !hasSources) {
    sources.push({
      id: world.nextId(),
      account_id: account.id,
      client_id: integration.client_id,
      name: integration.name,
      external_id: integration.widget_code,
      pipeline_id: account.pipelines.find(({ is_main }) => is_main)?.id ?? 0,
      default: true,
      origin_code: null,
      services: [],
      is_hidden: false,
    });
  }
  return installation;
}

/** Kommo's words for what a page shows of an integration. */
export function installStatus(installation: Installation | undefined): string {
  if (installation?.is_active !== true) return 'install';
  return installation.is_configured ? 'installed' : 'not_configured';
}

/** The redirect URI with the parameters Kommo adds. */
export function redirectAddress(
  world: World,
  integration: Integration,
  account: Account,
  more: Record<string, string>,
): string {
  const url = new URL(integration.redirect_uri);
  const host = accountHost(account);
  const isWhole = world.switch('refererFormat') === 'https-url';
  const added: Record<string, string> = { ...more, referer: isWhole ? `https://${host}` : host };
  if (world.switch('sendPlatformAndClientId') === 'on') {
    added.platform = account.tld === 'amocrm.ru' ? '1' : '2';
    added.client_id = integration.client_id;
  }
  for (const [name, value] of Object.entries(added)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Installs a widget from the account's pages: one server-to-server call to the redirect URI, with a code.
 * `duplicate` repeats the call with the same code, which Kommo is not known to do.
 * @returns the status the backend answered, 0 for none in time
 */
export async function install(
  world: World,
  account: Account,
  user: User,
  integration: Integration,
  options: { duplicate?: boolean } = {},
): Promise<number> {
  activate(world, account, integration);
  const { code } = issueCode(world, account, user, integration);
  const url = redirectAddress(world, integration, account, { code, from_widget: '1' });
  const hook = {
    name: 'install',
    method: 'GET',
    url,
    timeoutMs: INSTALL_TIMEOUT_MS,
    integration,
  } as const;
  const status = await callHook(world, hook);
  if (options.duplicate === true) await callHook(world, hook);
  return status;
}

/** Calls the disable hook and changes nothing. @returns the status, 0 for none */
export async function callDisableHook(
  world: World,
  account: Account,
  integration: Integration,
): Promise<number> {
  if (integration.disable_hook_url === '') return 0;
  const url = new URL(integration.disable_hook_url);
  const { client_id, client_secret } = integration;
  url.searchParams.set('account_id', String(account.id));
  url.searchParams.set('client_uuid', client_id);
  url.searchParams.set('signature', hmacHex('sha256', client_secret, `${client_id}|${account.id}`));
  return callHook(world, {
    name: 'disable',
    method: 'GET',
    url: url.href,
    timeoutMs: DISABLE_TIMEOUT_MS,
    integration,
  });
}

/**
 * Disables the integration: revokes its tokens, disconnects its chat channel, hides its sources.
 * Does nothing, and calls no hook, if it is not installed.
 * @returns the disable hook's status for each call the switch asks for
 */
export async function disable(
  world: World,
  account: Account,
  integration: Integration,
): Promise<number[]> {
  if (!isInstalled(world, account.id, integration.client_id)) return [];
  const mode = world.switch('disableHook');
  const statuses: number[] = [];
  if (mode === 'once-before-revoke' || mode === 'twice') {
    statuses.push(await callDisableHook(world, account, integration));
  }
  deactivate(world, account, integration);
  if (mode === 'once-after-revoke' || mode === 'twice') {
    statuses.push(await callDisableHook(world, account, integration));
  }
  return statuses;
}

function deactivate(world: World, account: Account, integration: Integration): void {
  const { state } = world;
  const isThis = (one: { account_id: number; client_id: string }) =>
    one.account_id === account.id && one.client_id === integration.client_id;
  for (const one of state.installations.filter(isThis)) {
    one.is_active = false;
    delete one.sdk_catalog_id;
    delete one.source_pipeline_id;
  }
  revoke(world, isThis);
  const channels = state.channels.filter((one) => one.client_id === integration.client_id);
  for (const scope of state.scopes) {
    const isOurs = channels.some(({ id }) => id === scope.channel_id);
    if (isOurs && scope.account_amojo_id === account.amojo_id) scope.is_connected = false;
  }
  if (world.switch('sourcesOnUninstall') === 'deleted') {
    state.sources = state.sources.filter((one) => !isThis(one));
  }
  for (const source of state.sources.filter(isThis)) source.is_hidden = true;
}
