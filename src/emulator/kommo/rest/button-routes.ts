import { CRM } from '../documents.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { type Item, readObject } from './bodies.ts';
import { wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Buttons for web sites (CRM Plugin). */
export function buttonRoutes(): KommoRoute[] {
  const buttons = resource('/website_buttons', `${CRM}/sources-api`, { needsAdmin: true });
  return [
    buttons('GET', '', listButtons),
    buttons('GET', '/:id', showButton),
    buttons('POST', '', createButton, {
      status: 'partly',
      note: 'the button is ready at once; is_deleted as the official PHP client needs it',
    }),
    buttons('PATCH', '/:id', changeButton),
    buttons('POST', '/:id/online_chat', addOnlineChat, {
      status: 'partly',
      note: 'accepted; no online chat appears',
    }),
  ];
}

/** Named by its source, not by its own id. */
interface SiteButton {
  account_id: number;
  source_id: number;
  button_id: number;
  pipeline_id: number;
  name: string;
  trusted_websites: string[];
}

const WEBSITES_MAX = 10;

function allButtons(exchange: Exchange): SiteButton[] {
  return exchange.world.service<SiteButton[]>('website_buttons', () => []);
}

function buttonsOf(exchange: Exchange, { account }: Caller): SiteButton[] {
  return allButtons(exchange).filter(({ account_id }) => account_id === account.id);
}

function buttonModel(button: SiteButton, hasScript: boolean): object {
  const { trusted_websites, ...own } = button;
  const script = `<script data-id="${button.button_id}"></script>`;
  return {
    ...own,
    is_duplication_control_enabled: false,
    creation_status: 'created',
    is_deleted: false,
    script: hasScript ? script : null,
  };
}

function listButtons(exchange: Exchange, caller: Caller): void {
  const own = buttonsOf(exchange, caller);
  const hasScripts = wanted(exchange).has('scripts');
  const model = (one: SiteButton) => buttonModel(one, hasScripts);
  sendPage(exchange, caller.account, 'website_buttons', own, model, { usual: 250 });
}

/** The button of the source in the address; undefined if a refusal was sent. */
function findButton(exchange: Exchange, caller: Caller): SiteButton | undefined {
  const found = buttonsOf(exchange, caller).find(
    ({ source_id }) => String(source_id) === exchange.param('id'),
  );
  if (found === undefined) problem(exchange, 404, 'Source not found');
  return found;
}

function showButton(exchange: Exchange, caller: Caller): void {
  const button = findButton(exchange, caller);
  if (button === undefined) return;
  hal(exchange, buttonModel(button, wanted(exchange).has('scripts')));
}

/** Writing is for integrations. The documentation does not say what a page gets. @returns whether it refused */
function refusePage(exchange: Exchange, { clientId }: Caller): boolean {
  if (clientId !== '') return false;
  problem(exchange, 403, 'Site buttons are written by integrations');
  return true;
}

/** Undefined for anything but a list of at most ten domains. */
function websitesIn(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined;
  return value.length > WEBSITES_MAX ? undefined : value;
}

/** The source exists at once, as documented; so does the button, which is an assumption. */
function createButton(exchange: Exchange, caller: Caller) {
  if (refusePage(exchange, caller)) return;
  const given = readObject(exchange);
  if (given === undefined) return;
  const reason = refuseButton(given);
  if (reason !== undefined) return problem(exchange, 400, reason);
  const pipeline = caller.account.pipelines.find(({ id }) => id === given.pipeline_id);
  if (pipeline === undefined) return problem(exchange, 400, 'pipeline_id: no such pipeline');
  const { world } = exchange;
  const button: SiteButton = {
    account_id: caller.account.id,
    source_id: world.nextId(),
    button_id: world.nextId(),
    pipeline_id: pipeline.id,
    name: typeof given.name === 'string' ? given.name : '',
    trusted_websites: websitesIn(given.trusted_websites) ?? [],
  };
  allButtons(exchange).push(button);
  const { source_id, trusted_websites, name } = button;
  hal(exchange, { source_id, trusted_websites, ...(name !== '' && { name }) }, 202);
}

function refuseButton(given: Item): string | undefined {
  const { pipeline_id: pipelineId, trusted_websites: websites = [] } = given;
  const { is_used_in_app: isInApp = false } = given;
  if (!Number.isInteger(pipelineId)) return 'pipeline_id: a whole number is expected';
  if (typeof isInApp !== 'boolean') return 'is_used_in_app: a boolean is expected';
  const list = websitesIn(websites);
  if (list === undefined) {
    return `trusted_websites: a list of at most ${WEBSITES_MAX} domains is expected`;
  }
  if (list.length > 0 || isInApp) return undefined;
  return 'trusted_websites: a domain is expected, unless is_used_in_app is true';
}

/** Domains are added only where there is one already. */
function changeButton(exchange: Exchange, caller: Caller) {
  if (refusePage(exchange, caller)) return;
  const button = findButton(exchange, caller);
  const given = button && readObject(exchange);
  if (button === undefined || given === undefined) return;
  const { add = [] } = (given.trusted_websites ?? {}) as { add?: unknown };
  const known = button.trusted_websites;
  const added = websitesIn(add);
  const all = [...new Set([...known, ...(added ?? [])])];
  if (added === undefined || all.length > WEBSITES_MAX) {
    const detail = `trusted_websites.add: a list, at most ${WEBSITES_MAX} domains in all`;
    return problem(exchange, 400, detail);
  }
  if (typeof given.name === 'string') button.name = given.name;
  if (known.length > 0) button.trusted_websites = all;
  hal(exchange, buttonModel(button, true));
}

function addOnlineChat(exchange: Exchange, caller: Caller): void {
  if (refusePage(exchange, caller)) return;
  if (findButton(exchange, caller) !== undefined) hal(exchange, {}, 202);
}
