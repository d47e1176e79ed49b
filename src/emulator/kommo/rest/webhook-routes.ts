import { CRM } from '../documents.ts';
import type { CrmWebhook } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
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
  const { destination, settings, sort = 'asc' } = exchange.fields();
  if (typeof destination !== 'string' || !/^https?:\/\//.test(destination)) {
    return problem(exchange, 400, 'destination: an address is expected');
  }
  if (!Array.isArray(settings) || settings.length === 0) {
    return problem(exchange, 400, 'settings: a non-empty array of events is expected');
  }
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
    sort: sort === 'desc' ? 'desc' : 'asc',
    created_by: caller.user.id,
    created_at: known?.created_at ?? now,
    updated_at: now,
    disabled: false,
  };
  world.state.webhooks = [...world.state.webhooks.filter((one) => one !== known), webhook];
  hal(exchange, webhookModel(caller, webhook), 201);
}

function removeWebhook(exchange: Exchange, caller: Caller) {
  const { state } = exchange.world;
  const { destination } = exchange.fields();
  const known = state.webhooks.find(
    (one) => one.account_id === caller.account.id && one.destination === destination,
  );
  if (known === undefined) return problem(exchange, 404, 'Webhook not found');
  state.webhooks = state.webhooks.filter((one) => one !== known);
  exchange.send(204);
}
