import type { Unsorted } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readObject } from './bodies.ts';
import { readFilter, readOrder } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Incoming leads that chats made: to read, to accept and to decline. */
export function unsortedRoutes(): KommoRoute[] {
  const unsorted = resource('/leads/unsorted', `${CRM}/unsorted-api`);
  return [
    unsorted('GET', '', list, {
      note: 'chats only; order[updated_at] is by created_at, as nothing changes them',
    }),
    unsorted('GET', '/summary', summary, {
      note: 'of what was accepted and declined, the time of its creation counts',
    }),
    unsorted('GET', '/:uid', show, { note: '404 for an unknown uid is an assumption' }),
    unsorted('POST', '/:uid/accept', accept),
    unsorted('DELETE', '/:uid/decline', decline, { note: 'the lead and its chat stay, unlinked' }),
    unsorted('POST', '/:uid/link', link, {
      note: 'to leads, as there are no customers; its own lead is closed',
    }),
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
  const order = readOrder(exchange, ['created_at', 'updated_at']);
  if (order !== undefined) {
    rows.sort((one, other) => order.sign * (one.created_at - other.created_at));
  }
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

/** The body and who is to act by it; undefined if a refusal was sent. */
function readAct(exchange: Exchange, { account, user }: Caller) {
  const given = readObject(exchange, { mayBeEmpty: true });
  if (given === undefined) return undefined;
  const { user_id: userId = user.id } = given;
  if (account.users.some(({ id }) => id === userId)) return { given, userId: Number(userId) };
  problem(exchange, 400, 'user_id: no such user');
  return undefined;
}

/** The lead goes on to the given status, else to the pipeline's first own one. */
function accept(exchange: Exchange, caller: Caller) {
  const { account } = caller;
  const found = find(exchange, account);
  const act = found && readAct(exchange, caller);
  if (found === undefined || act === undefined) return;
  const { status_id: wantedId } = act.given;
  const pipeline = account.pipelines.find(({ id }) => id === found.pipeline_id);
  const own = pipeline?.statuses.filter(({ type }) => type === 0) ?? [];
  const status = wantedId === undefined ? own[0] : own.find(({ id }) => id === wantedId);
  if (status === undefined) return problem(exchange, 400, 'status_id: no such status');
  const { world } = exchange;
  const lead = world.chats.lead(account.id, found.lead_id);
  if (lead !== undefined) {
    Object.assign(lead, { status_id: status.id, responsible_user_id: act.userId });
    lead.updated_at = world.clock.seconds();
  }
  sortOut(exchange, found, 'accepted');
  hal(exchange, short(account, found));
}

function decline(exchange: Exchange, caller: Caller) {
  const { account } = caller;
  const found = find(exchange, account);
  if (found === undefined || readAct(exchange, caller) === undefined) return;
  const { world } = exchange;
  const chat = world.chats.chat(found.chat_id);
  if (chat?.lead_id === found.lead_id) chat.lead_id = null;
  closeLead(exchange, account, found);
  sortOut(exchange, found, 'declined');
  hal(exchange, short(account, found));
}

function closeLead({ world }: Exchange, account: Account, { lead_id: id }: Unsorted): void {
  const lead = world.chats.lead(account.id, id);
  if (lead !== undefined) Object.assign(lead, { status_id: 143, closed_at: world.clock.seconds() });
}

/** The chat moves to a lead there is already, and to its contact if one is named. */
function link(exchange: Exchange, caller: Caller) {
  const { account } = caller;
  const found = find(exchange, account);
  const act = found && readAct(exchange, caller);
  if (found === undefined || act === undefined) return;
  const target = act.given.link as Partial<Record<string, unknown>> | null | undefined;
  if (typeof target !== 'object' || target === null) {
    return problem(exchange, 400, 'link: an object is expected');
  }
  if (target.entity_type !== 'leads' && target.entity_type !== 'customers') {
    return problem(exchange, 400, 'link.entity_type: leads or customers is expected');
  }
  const { world } = exchange;
  const isLead = target.entity_type === 'leads';
  const lead = isLead ? world.chats.lead(account.id, Number(target.entity_id)) : undefined;
  if (lead === undefined) return problem(exchange, 400, 'link.entity_id: no such entity');
  const { contact_id: contactId } = (target.metadata ?? {}) as { contact_id?: unknown };
  const contact =
    contactId === undefined ? undefined : world.chats.contact(account.id, Number(contactId));
  if (contactId !== undefined && contact === undefined) {
    return problem(exchange, 400, 'link.metadata.contact_id: no such contact');
  }
  if (lead.id !== found.lead_id) closeLead(exchange, account, found);
  const chat = world.chats.chat(found.chat_id);
  if (chat !== undefined) {
    chat.lead_id = lead.id;
    if (contact !== undefined) chat.contact_id = contact.id;
    world.chatChanges.tell({ kind: 'chat', chat });
  }
  sortOut(exchange, found, 'linked');
  const { id } = lead;
  hal(exchange, {
    uid: found.uid,
    _embedded: { leads: [{ id, _links: apiLink(account, `/leads/${id}`) }] },
  });
}

/** What became of an incoming lead. */
interface Sorted extends Pick<Unsorted, 'uid' | 'account_id' | 'pipeline_id' | 'created_at'> {
  verdict: 'accepted' | 'declined' | 'linked';
  sorted_at: number;
}

function sortedOnes({ world }: Exchange): Sorted[] {
  return world.service<Sorted[]>('sorted_unsorted', () => []);
}

function sortOut(exchange: Exchange, gone: Unsorted, verdict: Sorted['verdict']): void {
  const { state, clock } = exchange.world;
  state.unsorted = state.unsorted.filter((one) => one !== gone);
  const { uid, account_id, pipeline_id, created_at } = gone;
  const row = { uid, account_id, pipeline_id, created_at };
  sortedOnes(exchange).push({ ...row, verdict, sorted_at: clock.seconds() });
}

/** Counts of what waits, and of what was sorted out. */
function summary(exchange: Exchange, { account }: Caller): void {
  const filter = readFilter(exchange, ['uid', 'created_at', 'pipeline_id']);
  // One number alone is where the time begins.
  const since = Number(exchange.nested.text('filter', 'created_at') ?? Number.NaN);
  const isAsked = (one: Omit<Sorted, 'verdict' | 'sorted_at'>) =>
    one.account_id === account.id &&
    filter.takes('uid', one.uid) &&
    filter.takes('pipeline_id', one.pipeline_id) &&
    (one.created_at >= since || filter.spans('created_at', one.created_at));
  const waiting = exchange.world.state.unsorted.filter(isAsked);
  const sorted = sortedOnes(exchange).filter(isAsked);
  const count = (verdict: Sorted['verdict']) =>
    sorted.filter((one) => one.verdict === verdict).length;
  const seconds = sorted.reduce((sum, one) => sum + one.sorted_at - one.created_at, 0);
  const total = (category: string) => ({
    total: waiting.filter((one) => one.category === category).length,
  });
  hal(exchange, {
    total: waiting.length,
    accepted: count('accepted'),
    declined: count('declined'),
    average_sort_time: sorted.length === 0 ? 0 : Math.round(seconds / sorted.length),
    categories: {
      ...{ sip: total('sip'), mail: total('mail') },
      ...{ forms: total('forms'), chats: total('chats') },
    },
  });
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
