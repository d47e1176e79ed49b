import { CRM } from '../documents.ts';
import type { CrmWebhook } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readObject } from './bodies.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';

/** The CRM webhooks an integration asked for. */
export function webhookRoutes(): KommoRoute[] {
  const webhooks = resource('/webhooks', `${CRM}/webhooks-api`, { needsAdmin: true });
  return [
    webhooks('GET', '', listWebhooks),
    webhooks('POST', '', saveWebhook),
    webhooks('DELETE', '', removeWebhook),
  ];
}

function webhookModel({ account }: Caller, webhook: CrmWebhook): object {
  return { ...webhook, _links: apiLink(account, '/webhooks') };
}

function listWebhooks(exchange: Exchange, caller: Caller) {
  const filter = readFilter(exchange, ['destination']);
  const found = exchange.world.state.webhooks.filter(
    (one) => one.account_id === caller.account.id && filter.takes('destination', one.destination),
  );
  if (found.length === 0) return exchange.send(204);
  hal(exchange, {
    _total_items: found.length,
    _embedded: { webhooks: found.map((one) => webhookModel(caller, one)) },
  });
}

const WEBHOOKS_MAX = 100;

function saveWebhook(exchange: Exchange, caller: Caller) {
  const { world } = exchange;
  const given = readObject(exchange);
  if (given === undefined) return;
  const { destination, settings, sort } = given;
  if (typeof destination !== 'string' || !/^https?:\/\//.test(destination)) {
    return problem(exchange, 400, 'destination: an address is expected');
  }
  if (!Array.isArray(settings) || settings.length === 0) {
    return problem(exchange, 400, 'settings: a non-empty array of events is expected');
  }
  if (sort !== undefined && sort !== null && !Number.isInteger(sort)) {
    return problem(exchange, 400, 'sort: a whole number is expected');
  }
  warnOfEvents(exchange, settings);
  const { id: accountId } = caller.account;
  const own = world.state.webhooks.filter(({ account_id }) => account_id === accountId);
  const known = own.find((one) => one.destination === destination);
  if (known === undefined && own.length >= WEBHOOKS_MAX) {
    return problem(exchange, 400, `At most ${WEBHOOKS_MAX} webhooks are accepted`);
  }
  const now = world.clock.seconds();
  const webhook: CrmWebhook = {
    id: known?.id ?? world.nextId(),
    account_id: accountId,
    destination,
    settings: settings.map(String),
    // The examples number the webhooks in their order.
    sort: typeof sort === 'number' ? sort : (known?.sort ?? own.length + 1),
    created_by: caller.user.id,
    created_at: known?.created_at ?? now,
    updated_at: now,
    disabled: false,
  };
  world.state.webhooks = [...world.state.webhooks.filter((one) => one !== known), webhook];
  hal(exchange, webhookModel(caller, webhook), 201);
}

const THINGS = ['lead', 'contact', 'company', 'customer'];

/** The documented events: https://www.amocrm.ru/developers/content/crm_platform/webhooks-api */
const EVENTS = new Set([
  ...['responsible', 'add', 'update', 'delete', 'note'].flatMap((act) =>
    THINGS.map((thing) => `${act}_${thing}`),
  ),
  ...['restore_lead', 'restore_contact', 'restore_company', 'status_lead'],
  ...['responsible_task', 'add_task', 'update_task', 'delete_task'],
  ...['add_talk', 'update_talk', 'add_chat_template_review'],
]);

/** What Kommo does with a name it does not have is not known; nothing will ever come for it. */
function warnOfEvents(exchange: Exchange, settings: unknown[]): void {
  const unknown = settings.map(String).filter((event) => !EVENTS.has(event));
  if (unknown.length === 0) return;
  const reason = `settings: not among the documented events: ${unknown.slice(0, 10).join(', ')}`;
  exchange.world.log.add({ kind: 'warning', name: 'POST /api/v4/webhooks', detail: { reason } });
}

function removeWebhook(exchange: Exchange, caller: Caller) {
  const { state } = exchange.world;
  const given = readObject(exchange);
  if (given === undefined) return;
  const { destination } = given;
  if (typeof destination !== 'string') {
    return problem(exchange, 400, 'destination: the address of a webhook is expected');
  }
  const known = state.webhooks.find(
    (one) => one.account_id === caller.account.id && one.destination === destination,
  );
  if (known === undefined) return problem(exchange, 404, 'Webhook not found');
  state.webhooks = state.webhooks.filter((one) => one !== known);
  exchange.send(204);
}
