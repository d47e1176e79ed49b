import { ownRows } from '../crm/own-rows.ts';
import { type Item, isItem } from '../crm/shape.ts';
import {
  CARD_KINDS,
  type Card,
  type CardKind,
  type Contact,
  type Customer,
  type Lead,
} from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { type FieldFault, hal, problem } from '../problems.ts';
import type { World } from '../world.ts';
import { apiLink } from './account-routes.ts';
import { readBatch } from './batch.ts';
import { cardLinks, type Link, tie, untie } from './card-links.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';

/** What cards are tied to each other and to elements of lists: to read, to tie and to untie. */
export function linkRoutes(): KommoRoute[] {
  return CARD_KINDS.flatMap((kind) => {
    const links = resource(`/${kind}`, `${CRM}/entity-links-api`);
    const on = (act: (exchange: Exchange, caller: Caller, kind: CardKind) => void) => {
      return (exchange: Exchange, caller: Caller) => act(exchange, caller, kind);
    };
    const note = 'contacts, companies, leads, customers and elements; one card at a time';
    return [
      links('GET', '/:entity(\\d+)/links', on(list), { note }),
      links('POST', '/:entity(\\d+)/link', on(tieAll), { note }),
      links('POST', '/:entity(\\d+)/unlink', on(untieAll), { note }),
    ];
  });
}

const FILTERS = ['to_entity_id', 'to_entity_type', 'to_catalog_id'];

/** The card an address names. Undefined: refused already. */
function find(exchange: Exchange, account: Account, kind: CardKind): Card | undefined {
  const id = Number(exchange.param('entity'));
  const rows = ownRows<Card>(exchange.world.state[kind], account);
  const card = rows.find((one) => one.id === id);
  if (card === undefined) problem(exchange, 404, 'Element not found');
  return card;
}

function list(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const card = find(exchange, account, kind);
  if (card === undefined) return;
  const filter = readFilter(exchange, FILTERS);
  const found = cardLinks(exchange.world.state, account, kind, card).filter(
    ({ to_entity_id, to_entity_type, metadata }) =>
      filter.takes('to_entity_id', to_entity_id) &&
      filter.takes('to_entity_type', to_entity_type) &&
      filter.takes('to_catalog_id', metadata?.catalog_id ?? null),
  );
  send(exchange, account, `/${kind}/${card.id}/links`, found);
}

function send(exchange: Exchange, account: Account, path: string, links: object[]): void {
  hal(exchange, {
    ...{ _total_items: links.length, _links: apiLink(account, path) },
    _embedded: { links },
  });
}

/** Undefined: refused already. */
function readLinks(exchange: Exchange, account: Account, kind: CardKind): Link[] | undefined {
  const items = readBatch(exchange, (item) => faultsOf(exchange.world, account, kind, item));
  return items?.map(({ to_entity_id, to_entity_type, metadata }) => ({
    to_entity_id: Number(to_entity_id),
    to_entity_type: to_entity_type as Link['to_entity_type'],
    metadata: isItem(metadata) ? metadata : null,
  }));
}

/** Kinds that each kind of cards may be tied to. */
const PARTNERS: Record<CardKind, readonly string[]> = {
  leads: ['contacts', 'companies', 'catalog_elements'],
  contacts: ['leads', 'companies', 'customers', 'catalog_elements'],
  companies: ['contacts', 'leads', 'customers', 'catalog_elements'],
  customers: ['contacts', 'companies', 'catalog_elements'],
};

function faultsOf(
  { state }: World,
  account: Account,
  kind: CardKind,
  { to_entity_id: id, to_entity_type: type, metadata }: Item,
): FieldFault[] {
  const detail = 'There is no such element.';
  if (!PARTNERS[kind].includes(String(type))) {
    return [{ code: 'NotSupportedChoice', path: 'to_entity_type', detail }];
  }
  const catalogId = isItem(metadata) ? metadata.catalog_id : undefined;
  const rows: { id: number; account_id: number; catalog_id?: number }[] =
    type === 'catalog_elements' ? state.catalog_elements : state[type as CardKind];
  const isThere = ownRows(rows, account).some(
    (row) => row.id === id && (type !== 'catalog_elements' || row.catalog_id === catalogId),
  );
  return isThere ? [] : [{ code: 'NotSupportedChoice', path: 'to_entity_id', detail }];
}

function tieAll(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const card = find(exchange, account, kind);
  const links = card && readLinks(exchange, account, kind);
  if (card === undefined || links === undefined) return;
  const { state } = exchange.world;
  for (const link of links) tie(state, account, kind, card as Lead & Contact & Customer, link);
  const all = cardLinks(state, account, kind, card);
  const made = links.map(({ to_entity_id, to_entity_type, metadata }) => ({
    ...{ entity_id: card.id, entity_type: kind, to_entity_id, to_entity_type },
    metadata:
      all.find(
        (one) =>
          one.to_entity_id === to_entity_id &&
          one.to_entity_type === to_entity_type &&
          one.metadata?.catalog_id === metadata?.catalog_id,
      )?.metadata ?? null,
  }));
  send(exchange, account, `/${kind}/${card.id}/links`, made);
}

function untieAll(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const card = find(exchange, account, kind);
  const links = card && readLinks(exchange, account, kind);
  if (card === undefined || links === undefined) return;
  const { state } = exchange.world;
  for (const link of links) untie(state, account, kind, card as Lead & Contact & Customer, link);
  exchange.send(204);
}
