import { CRM } from '../documents.ts';
import type { Account, Integration } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { disable, install } from '../oauth/lifecycle.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readObject } from './bodies.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

export function widgetRoutes(): KommoRoute[] {
  const reading = resource('/widgets', `${CRM}/widgets-api`);
  const writing = resource('/widgets', `${CRM}/widgets-api`, { needsAdmin: true });
  return [
    reading('GET', '', list),
    reading('GET', '/:code', show),
    writing('POST', '/:code', installByApi),
    writing('DELETE', '/:code', uninstallByApi),
  ];
}

function model({ world }: Exchange, account: Account, one: Integration): object {
  const installation = world.installation(account, one);
  const has = (place: string) => one.locations.some((name) => name.replace(/-\d$/, '') === place);
  const isActive = installation?.is_active ?? false;
  const isLeadSource = has('lead_sources');
  return {
    id: widgetId(world.state.integrations, one),
    code: one.widget_code,
    version: one.widget_version,
    rating: '0',
    settings_template: one.settings_template,
    is_lead_source: isLeadSource,
    is_work_with_dp: has('digital_pipeline'),
    is_crm_template: false,
    client_uuid: one.client_id,
    is_active_in_account: isActive,
    // Where it stands as a source of leads; null for any other.
    pipeline_id: isActive && isLeadSource ? mainPipeline(account) : null,
    _links: apiLink(account, `/widgets/${one.widget_code}`),
  };
}

/** With the settings, which only the widget's own integration may see. */
function ownModel(exchange: Exchange, { account, clientId }: Caller, one: Integration): object {
  const settings = exchange.world.installation(account, one)?.settings ?? {};
  return { ...model(exchange, account, one), ...(clientId === one.client_id && { settings }) };
}

function widgetId(all: Integration[], one: Integration): number {
  return 700_001 + all.indexOf(one);
}

function mainPipeline(account: Account): number | null {
  return account.pipelines.find(({ is_main }) => is_main)?.id ?? null;
}

function list(exchange: Exchange, { account }: Caller): void {
  const widgets = exchange.world.state.integrations.filter(({ widget_code }) => widget_code !== '');
  sendPage(exchange, account, 'widgets', widgets, (one) => model(exchange, account, one));
}

/** The integration in the address; undefined if a refusal was sent. */
function find(exchange: Exchange): Integration | undefined {
  const found = exchange.world.state.integrations.find(
    ({ widget_code }) => widget_code === exchange.param('code'),
  );
  if (found === undefined) problem(exchange, 404, 'Widget not found');
  return found;
}

function show(exchange: Exchange, caller: Caller) {
  const found = find(exchange);
  if (found !== undefined) hal(exchange, ownModel(exchange, caller, found));
}

async function installByApi(exchange: Exchange, caller: Caller): Promise<void> {
  const { world } = exchange;
  const found = find(exchange);
  if (found === undefined) return;
  const settings = readObject(exchange, { mayBeEmpty: true });
  if (settings === undefined) return;
  const missing = found.settings_template.find(
    ({ key, is_required }) => is_required && (settings[key] === undefined || settings[key] === ''),
  );
  if (missing !== undefined) return problem(exchange, 400, `${missing.key}: the field is required`);
  await install(world, caller.account, caller.user, found);
  const installation = world.installation(caller.account, found);
  if (installation !== undefined) Object.assign(installation, { settings, is_configured: true });
  hal(exchange, ownModel(exchange, caller, found));
}

async function uninstallByApi(exchange: Exchange, caller: Caller): Promise<void> {
  const found = find(exchange);
  if (found === undefined) return;
  await disable(exchange.world, caller.account, found);
  exchange.send(204);
}
