import { tagId } from '../crm/build-crm.ts';
import { fieldsOfOwner, ownRows, partsOfName } from '../crm/own-rows.ts';
import { takeAddresses } from '../crm/references.ts';
import type { Item } from '../crm/shape.ts';
import type { Card, CardKind, Company, Contact, Customer, Lead } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { isClosed } from '../open-lead.ts';
import { hal, problem } from '../problems.ts';
import type { World } from '../world.ts';
import { apiLink } from './account-routes.ts';
import { readBatch, readOne, requestId, sendBatch } from './batch.ts';
import { checkCard, valuesFor, withStage } from './card-checks.ts';
import type { Caller } from './guard.ts';

/** Adds cards, for those who may. */
export function createCards(exchange: Exchange, caller: Caller, kind: CardKind): void {
  const { account, user } = caller;
  const { world } = exchange;
  const items = readBatch(exchange, (item) => checkCard(world, account, kind, item));
  if (items === undefined) return;
  const made = items.map((item, index) => {
    const card = emptyCard(world, account, kind, user.id);
    fill(world, account, kind, card, { updated_by: user.id, ...item });
    const { contacts, companies } = embedded(item);
    if ('contact_ids' in card) (card as Lead).contact_ids = contacts;
    if ('company_id' in card) (card as Lead).company_id = companies[0] ?? null;
    add(world, kind, card);
    return {
      ...{ id: card.id, request_id: requestId(item, index) },
      _links: apiLink(account, `/${kind}/${card.id}`),
    };
  });
  sendBatch(exchange, account, kind, made);
}

/** Changes several cards, each named by its `id`. */
export function changeCards(exchange: Exchange, { account, user }: Caller, kind: CardKind): void {
  const { world } = exchange;
  const own = ownRows<Card>(world.state[kind], account);
  const find = ({ id }: Item) => own.find((row) => row.id === id);
  const items = readBatch(exchange, (item) => {
    if (find(item) !== undefined) return checkCard(world, account, kind, item, find(item));
    return [{ code: 'NotFound', path: 'id', detail: 'There is no such element.' }];
  });
  if (items === undefined) return;
  const changed = items.flatMap((item) => {
    const card = find(item);
    if (card === undefined) return [];
    fill(world, account, kind, card, { updated_by: user.id, ...item });
    return [receipt(account, kind, card)];
  });
  sendBatch(exchange, account, kind, changed);
}

/** Changes one card. */
export function changeCard(exchange: Exchange, { account, user }: Caller, kind: CardKind) {
  const { world } = exchange;
  const id = Number(exchange.param('id'));
  const card = ownRows<Card>(world.state[kind], account).find((row) => row.id === id);
  if (card === undefined) return problem(exchange, 404, 'Element not found');
  const item = readOne(exchange, (given) => checkCard(world, account, kind, given, card));
  if (item === undefined) return;
  fill(world, account, kind, card, { updated_by: user.id, ...item });
  hal(exchange, receipt(account, kind, card));
}

function receipt(account: Account, kind: CardKind, { id, updated_at }: Card): object {
  return { id, updated_at, _links: apiLink(account, `/${kind}/${id}`) };
}

function emptyCard(world: World, account: Account, kind: CardKind, userId: number): Card {
  const now = world.clock.seconds();
  const id = world.nextId();
  const card: Card = {
    ...{ id, account_id: account.id, name: kind === 'leads' ? `Lead #${id}` : '' },
    ...{ responsible_user_id: userId, created_by: userId, updated_by: userId },
    ...{ created_at: now, updated_at: now, tags: [], custom_fields_values: [] },
  };
  const links = { contact_ids: [], company_id: null, catalog_elements: [] };
  const addresses = { phones: [], emails: [] };
  if (kind === 'leads') {
    const lead: Omit<Lead, 'pipeline_id' | 'status_id'> = {
      ...{ ...card, ...links, price: 0, loss_reason_id: null, closed_at: null },
    };
    return withStage(account, lead, {});
  }
  if (kind === 'contacts') return { ...card, ...addresses, company_id: null } as Contact;
  if (kind === 'companies') return { ...card, ...addresses } as Company;
  return {
    ...{ ...card, ...links, next_price: 0, next_date: null, status_id: 7801, periodicity: 0 },
    ...{ ltv: 0, purchases_count: 0, average_check: 0 },
  } as Customer;
}

/** Members that are taken over as they come, once they were checked. */
const PLAIN: Record<CardKind, readonly string[]> = {
  leads: ['price', 'loss_reason_id', 'closed_at'],
  contacts: [],
  companies: [],
  customers: ['next_price', 'next_date', 'status_id', 'periodicity'],
};
const PLAIN_ALL = ['name', 'responsible_user_id', 'created_by', 'updated_by', 'created_at'];

function fill(world: World, account: Account, kind: CardKind, card: Card, item: Item): void {
  for (const name of [...PLAIN_ALL, ...PLAIN[kind]]) {
    if (item[name] !== undefined) Object.assign(card, { [name]: item[name] });
  }
  if (kind === 'contacts' && item.name === undefined) {
    const { first_name, last_name } = { ...partsOfName(card.name), ...namesIn(item) };
    card.name = [first_name, last_name].filter((part) => part !== '').join(' ');
  }
  const now = world.clock.seconds();
  card.updated_at = typeof item.updated_at === 'number' ? item.updated_at : now;
  card.tags = tagsAfter(card, item);
  const fields = fieldsOfOwner(world.state, account, kind);
  const given = valuesFor(item, fields);
  const others = card.custom_fields_values.filter(
    ({ field_id }) => !given.some((one) => one.field_id === field_id),
  );
  card.custom_fields_values = [...others, ...given].filter(
    ({ field_id, values }) => values.length > 0 || isAddress(field_id, fields),
  );
  if (kind === 'leads') Object.assign(card, closedAt(withStage(account, card as Lead, item), now));
  if (kind === 'contacts') {
    takeAddresses(card as Contact, fields);
    world.chats.addContact(card as Contact);
  }
  if (kind === 'companies') takeAddresses(card as Company, fields);
}

function isAddress(id: number, fields: { id: number; code: string | null }[]): boolean {
  return fields.some((field) => field.id === id && /^(?:PHONE|EMAIL)$/.test(field.code ?? ''));
}

/** A lead is closed when it comes to won or lost, and opened by leaving them. */
function closedAt(lead: Lead, now: number): Lead {
  return { ...lead, closed_at: isClosed(lead) ? (lead.closed_at ?? now) : null };
}

function namesIn({ first_name, last_name }: Item) {
  return {
    ...(typeof first_name === 'string' && { first_name }),
    ...(typeof last_name === 'string' && { last_name }),
  };
}

/** `_embedded.tags` replaces the tags, null removes all; `tags_to_add` and `tags_to_delete` change them. */
function tagsAfter({ tags }: Card, item: Item): Card['tags'] {
  const read = (value: unknown) =>
    (Array.isArray(value) ? value : []).map(({ id, name }: Partial<Card['tags'][number]>) => {
      const known = tags.find((tag) => tag.id === id || tag.name === name);
      return known ?? { id: id ?? tagId(name ?? ''), name: name ?? `#${id}` };
    });
  const { tags: given } = (item._embedded ?? {}) as { tags?: unknown };
  const base = given === undefined ? tags : read(given);
  const gone = read(item.tags_to_delete).map(({ id }) => id);
  const all = [...base, ...read(item.tags_to_add)].filter(({ id }) => !gone.includes(id));
  return all.filter(({ id }, index) => all.findIndex((tag) => tag.id === id) === index);
}

/** Ids in `_embedded.contacts` and `.companies`, the main contact first. */
function embedded({ _embedded }: Item): { contacts: number[]; companies: number[] } {
  const { contacts = [], companies = [] } = (_embedded ?? {}) as {
    contacts?: { id: number; is_main?: boolean }[];
    companies?: { id: number }[];
  };
  const sorted = contacts.toSorted((one, other) => Number(!!other.is_main) - Number(!!one.is_main));
  return { contacts: sorted.map(({ id }) => id), companies: companies.map(({ id }) => id) };
}

function add({ state, chats }: World, kind: CardKind, card: Card): void {
  (state[kind] as Card[]).push(card);
  if (kind === 'leads') chats.addLead(card as Lead);
}
