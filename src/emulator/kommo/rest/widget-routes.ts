import { CRM } from '../documents.ts';
import type { Account, Integration } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { disable, install } from '../oauth/lifecycle.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { type Caller, resource } from './guard.ts';

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

function model({ world }: Exchange, { account, clientId }: Caller, one: Integration): object {
  const installation = world.installation(account, one);
  const has = (place: string) => one.locations.some((name) => name.replace(/-\d$/, '') === place);
  return {
    id: widgetId(world.state.integrations, one),
    code: one.widget_code,
    version: one.widget_version,
    rating: '0',
    settings_template: one.settings_template,
    is_lead_source: has('lead_sources'),
    is_work_with_dp: has('digital_pipeline'),
    is_crm_template: false,
    client_uuid: one.client_id,
    is_active_in_account: installation?.is_active ?? false,
    pipeline_id: mainPipeline(account),
    // Only the widget's own integration may see its settings.
    ...(clientId === one.client_id && { settings: installation?.settings ?? {} }),
    _links: apiLink(account, `/widgets/${one.widget_code}`),
  };
}

function widgetId(all: Integration[], one: Integration): number {
  return 700_001 + all.indexOf(one);
}

function mainPipeline(account: Account): number | null {
  return account.pipelines.find(({ is_main }) => is_main)?.id ?? null;
}

function list(exchange: Exchange, caller: Caller) {
  const widgets = exchange.world.state.integrations.filter(({ widget_code }) => widget_code !== '');
  if (widgets.length === 0) return exchange.send(204);
  hal(exchange, {
    _total_items: widgets.length,
    _page: 1,
    _page_count: 1,
    _links: apiLink(caller.account, '/widgets'),
    _embedded: { widgets: widgets.map((one) => model(exchange, caller, one)) },
  });
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
  if (found !== undefined) hal(exchange, model(exchange, caller, found));
}

async function installByApi(exchange: Exchange, caller: Caller): Promise<void> {
  const { world } = exchange;
  const found = find(exchange);
  if (found === undefined) return;
  const settings = exchange.fields();
  const missing = found.settings_template.find(
    ({ key, is_required }) => is_required && (settings[key] === undefined || settings[key] === ''),
  );
  if (missing !== undefined) return problem(exchange, 400, `${missing.key}: the field is required`);
  await install(world, caller.account, caller.user, found);
  const installation = world.installation(caller.account, found);
  if (installation !== undefined) Object.assign(installation, { settings, is_configured: true });
  hal(exchange, model(exchange, caller, found));
}

async function uninstallByApi(exchange: Exchange, caller: Caller): Promise<void> {
  const found = find(exchange);
  if (found === undefined) return;
  await disable(exchange.world, caller.account, found);
  exchange.send(204);
}
