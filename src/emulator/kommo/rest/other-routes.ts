import type { ContactChat } from '../chat-entities.ts';
import type { CrmWebhook } from '../entities.ts';
import type { Exchange, Route } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { type Caller, guarded } from './guard.ts';

/**
 * Links of contacts and chats, CRM webhooks, site buttons.
 * https://www.amocrm.ru/developers/content/crm_platform/contacts-api, webhooks-api, sources-api
 */
export function otherRoutes(): Route[] {
  const route = (method: Route['method'], path: string, handler: typeof listLinks): Route => ({
    method,
    host: ['account', 'api'],
    path: `/api/v4${path}`,
    handler: guarded(handler, { needsAdmin: true }),
  });
  return [
    route('GET', '/contacts/chats', listLinks),
    route('POST', '/contacts/chats', createLinks),
    route('GET', '/webhooks', listWebhooks),
    route('POST', '/webhooks', saveWebhook),
    route('DELETE', '/webhooks', removeWebhook),
    route('GET', '/website_buttons', listButtons),
    route('GET', '/website_buttons/:id', showButton),
    route('POST', '/website_buttons', createButton),
  ];
}

/** A session cookie makes these calls fail, even beside a good token. */
function refuseCookie(exchange: Exchange, { clientId }: Caller): boolean {
  if (clientId !== '' && exchange.header('cookie') === '') return false;
  problem(exchange, 403, 'A token without a session is expected');
  return true;
}

function linkModel({ account_id, ...link }: ContactChat): object {
  return link;
}

function listLinks(exchange: Exchange, caller: Caller) {
  if (refuseCookie(exchange, caller)) return;
  const { searchParams } = exchange.url;
  const all = (name: string) => [...searchParams.getAll(name), ...searchParams.getAll(`${name}[]`)];
  const [contacts, chats] = [all('contact_id'), all('chat_id')];
  if (contacts.length + chats.length === 0) {
    return problem(exchange, 400, 'contact_id or chat_id is expected');
  }
  const found = exchange.world.state.contact_chats.filter(
    (one) =>
      one.account_id === caller.account.id &&
      (contacts.length === 0 || contacts.includes(String(one.contact_id))) &&
      (chats.length === 0 || chats.includes(one.chat_id)),
  );
  if (found.length === 0) return exchange.send(204);
  hal(exchange, { _total_items: found.length, _embedded: { chats: found.map(linkModel) } });
}

function createLinks(exchange: Exchange, caller: Caller) {
  if (refuseCookie(exchange, caller)) return;
  const { world } = exchange;
  const batch = exchange.json();
  if (!Array.isArray(batch) || batch.length === 0) {
    return problem(exchange, 400, 'A non-empty array is expected');
  }
  const items = batch as Record<string, unknown>[];
  const faulty = items.find(
    (one) =>
      !Number.isInteger(one?.contact_id) ||
      !world.state.chats.some(({ id, scope_id }) => {
        return id === one.chat_id && scope_id.endsWith(`_${caller.account.amojo_id}`);
      }),
  );
  if (faulty !== undefined) return problem(exchange, 400, 'contact_id or chat_id is invalid');
  const made = items.map((item, index) => {
    const link = {
      id: world.nextId(),
      account_id: caller.account.id,
      contact_id: Number(item.contact_id),
      chat_id: String(item.chat_id),
    };
    // One chat belongs to one contact.
    const others = world.state.contact_chats.filter(({ chat_id }) => chat_id !== link.chat_id);
    world.state.contact_chats = [...others, link];
    return { ...linkModel(link), request_id: String(item.request_id ?? index) };
  });
  hal(exchange, { _total_items: made.length, _embedded: { chats: made } });
}

function webhookModel({ account }: Caller, webhook: CrmWebhook): object {
  return { ...webhook, _links: apiLink(account, '/webhooks') };
}

function listWebhooks(exchange: Exchange, caller: Caller) {
  const wanted = exchange.query('filter[destination]');
  const found = exchange.world.state.webhooks.filter(
    (one) =>
      one.account_id === caller.account.id && (wanted === undefined || one.destination === wanted),
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

interface SiteButton {
  account_id: number;
  account_uuid: string;
  button_id: number;
  source_id: number;
  name: string;
  creation_status: 'active';
}

function buttonsOf(exchange: Exchange, { account }: Caller): SiteButton[] {
  const all = exchange.world.service<SiteButton[]>('website_buttons', () => []);
  return all.filter(({ account_id }) => account_id === account.id);
}

function buttonModel(exchange: Exchange, button: SiteButton): object {
  const hasScripts = exchange.query('with') === 'scripts';
  return {
    ...button,
    ...(hasScripts && { script: `<script data-id="${button.button_id}"></script>` }),
  };
}

function listButtons(exchange: Exchange, caller: Caller) {
  const own = buttonsOf(exchange, caller);
  if (own.length === 0) return exchange.send(204);
  const items = own.map((one) => buttonModel(exchange, one));
  hal(exchange, { _total_items: own.length, _embedded: { website_buttons: items } });
}

function showButton(exchange: Exchange, caller: Caller) {
  const button = buttonsOf(exchange, caller).find(
    ({ source_id }) => String(source_id) === exchange.param('id'),
  );
  if (button === undefined) return problem(exchange, 404, 'Button not found');
  hal(exchange, buttonModel(exchange, button));
}

/** The source is there at once, as the documentation says; the button is, too, which it does not. */
function createButton(exchange: Exchange, caller: Caller) {
  const { world } = exchange;
  const { name = 'Site button', pipeline_id: pipelineId } = exchange.fields();
  const pipeline = caller.account.pipelines.find(({ id }) => id === pipelineId);
  if (pipelineId !== undefined && pipeline === undefined) {
    return problem(exchange, 400, 'pipeline_id: no such pipeline');
  }
  const button: SiteButton = {
    account_id: caller.account.id,
    account_uuid: caller.account.uuid,
    button_id: world.nextId(),
    source_id: world.nextId(),
    name: String(name),
    creation_status: 'active',
  };
  world.service<SiteButton[]>('website_buttons', () => []).push(button);
  hal(exchange, button);
}
