import type { Unsorted } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Incoming leads that chats made: to read, to accept and to decline. */
export function unsortedRoutes(): KommoRoute[] {
  const unsorted = resource('/leads/unsorted', `${CRM}/unsorted-api`);
  return [
    unsorted('GET', '', list, { note: 'chats only; filters uid, category and pipeline_id' }),
    unsorted('GET', '/:uid', show),
    unsorted('POST', '/:uid/accept', accept),
    unsorted('DELETE', '/:uid/decline', decline, { note: 'the lead and its chat stay, unlinked' }),
  ];
}

function list(exchange: Exchange, { account }: Caller): void {
  const filter = readFilter(exchange, ['uid', 'category', 'pipeline_id']);
  const rows = exchange.world.state.unsorted.filter(
    (one) =>
      one.account_id === account.id &&
      filter.takes('uid', one.uid) &&
      filter.takes('category', one.category) &&
      filter.takes('pipeline_id', one.pipeline_id),
  );
  sendPage(exchange, account, 'leads/unsorted', rows, (one) => model(exchange, account, one));
}

function find(exchange: Exchange, account: Account): Unsorted | undefined {
  const uid = exchange.param('uid');
  const found = exchange.world.state.unsorted.find(
    (one) => one.account_id === account.id && one.uid === uid,
  );
  if (found === undefined) problem(exchange, 404, 'Unsorted not found');
  return found;
}

function show(exchange: Exchange, { account }: Caller) {
  const found = find(exchange, account);
  if (found !== undefined) hal(exchange, model(exchange, account, found));
}

/** The lead goes on to the given status, else to the pipeline's first own one. */
function accept(exchange: Exchange, { account, user }: Caller) {
  const found = find(exchange, account);
  if (found === undefined) return;
  const { status_id: wanted, user_id: userId = user.id } = exchange.fields();
  const pipeline = account.pipelines.find(({ id }) => id === found.pipeline_id);
  const own = pipeline?.statuses.filter(({ type }) => type === 0) ?? [];
  const status = wanted === undefined ? own[0] : own.find(({ id }) => id === wanted);
  if (status === undefined) return problem(exchange, 400, 'status_id: no such status');
  if (!account.users.some(({ id }) => id === userId)) {
    return problem(exchange, 400, 'user_id: no such user');
  }
  const { world } = exchange;
  const lead = world.chats.lead(account.id, found.lead_id);
  if (lead !== undefined) {
    Object.assign(lead, { status_id: status.id, responsible_user_id: userId });
    lead.updated_at = world.clock.seconds();
  }
  remove(exchange, found);
  hal(exchange, short(account, found));
}

function decline(exchange: Exchange, { account }: Caller) {
  const found = find(exchange, account);
  if (found === undefined) return;
  const { world } = exchange;
  const chat = world.chats.chat(found.chat_id);
  if (chat?.lead_id === found.lead_id) chat.lead_id = null;
  const lead = world.chats.lead(account.id, found.lead_id);
  if (lead !== undefined) Object.assign(lead, { status_id: 143, closed_at: world.clock.seconds() });
  remove(exchange, found);
  hal(exchange, short(account, found));
}

function remove({ world }: Exchange, gone: Unsorted): void {
  world.state.unsorted = world.state.unsorted.filter((one) => one !== gone);
}

function short(account: Account, unsorted: Unsorted): object {
  const { uid, pipeline_id, category, created_at, contact_id, lead_id } = unsorted;
  return {
    ...{ uid, pipeline_id, category, created_at },
    _embedded: {
      contacts: [{ id: contact_id, _links: apiLink(account, `/contacts/${contact_id}`) }],
      leads: [{ id: lead_id, _links: apiLink(account, `/leads/${lead_id}`) }],
      companies: [],
    },
  };
}

function model({ world }: Exchange, account: Account, unsorted: Unsorted): object {
  const { uid, source_uid, source_name, service, chat_id, created_at } = unsorted;
  const user = world.chats.chat(chat_id)?.user;
  const name = user?.name ?? '';
  return {
    ...short(account, unsorted),
    ...{ source_uid, source_name, account_id: account.id },
    metadata: {
      ...{ from: name, to: source_uid, received_at: created_at, service },
      client: { name, avatar: user?.avatar ? user.avatar : null },
      origin: { chat_id, ref: null, visitor_uid: null },
      ...{ last_message_text: unsorted.last_message_text, source_name },
    },
    _links: apiLink(account, `/leads/unsorted/${uid}`),
  };
}
