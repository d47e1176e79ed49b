import { ownRows } from '../crm/own-rows.ts';
import type { Card, CardKind, Contact, Customer, Lead } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import type { State } from '../state.ts';

/** A tie from one card to another, or to an element of a list. */
export interface Link {
  to_entity_id: number;
  to_entity_type: CardKind | 'catalog_elements';
  metadata: {
    main_contact?: boolean;
    is_main?: unknown;
    quantity?: unknown;
    catalog_id?: unknown;
  } | null;
}

type ReadLink = Link & { metadata: { catalog_id?: number } | null };

/** What a card is tied to, from both sides. https://www.amocrm.ru/developers/content/crm_platform/entity-links-api */
export function cardLinks(
  state: State,
  account: Account,
  kind: CardKind,
  card: Card & Partial<Lead>,
): ReadLink[] {
  const to = (to_entity_type: Link['to_entity_type'], ids: number[]): ReadLink[] =>
    ids.map((to_entity_id) => ({ to_entity_id, to_entity_type, metadata: null }));
  const elements = card.catalog_elements.map(({ id, catalog_id, quantity }): ReadLink => {
    const metadata = { quantity, catalog_id };
    return { to_entity_id: id, to_entity_type: 'catalog_elements', metadata };
  });
  const contacts = (card.contact_ids ?? []).map((to_entity_id, index): ReadLink => {
    const metadata = { main_contact: index === 0 };
    return { to_entity_id, to_entity_type: 'contacts', metadata };
  });
  const company = card.company_id ?? null;
  const naming = (list: 'leads' | 'customers') =>
    ownRows<Lead | Customer>(state[list], account)
      .filter((one) =>
        kind === 'companies' ? one.company_id === card.id : one.contact_ids.includes(card.id),
      )
      .map(({ id }) => id);
  const isNamed = kind === 'contacts' || kind === 'companies';
  const people = ownRows(state.contacts, account).filter(
    ({ company_id }) => company_id === card.id,
  );
  return [
    ...elements,
    ...contacts,
    ...(kind === 'companies'
      ? to(
          'contacts',
          people.map(({ id }) => id),
        )
      : []),
    ...to('companies', company === null ? [] : [company]),
    ...(isNamed ? to('leads', naming('leads')) : []),
    ...(isNamed ? to('customers', naming('customers')) : []),
  ];
}

/** A card with every member that a tie may be kept in. */
type Tied = Lead & Contact & Customer;

/** The card that keeps a tie, and what it then names: leads and customers keep theirs, contacts name their company. */
function keeperOf(state: State, account: Account, kind: CardKind, card: Tied, link: Link) {
  const { to_entity_id: id, to_entity_type: type } = link;
  const isHere = kind === 'leads' || kind === 'customers' || type === 'catalog_elements';
  if (isHere || type === 'companies') return { keeper: card, type, id };
  const other = ownRows<Card>(state[type], account).find((one) => one.id === id);
  return other && { keeper: other as Tied, type: kind, id: card.id };
}

export function tie(state: State, account: Account, kind: CardKind, card: Tied, link: Link): void {
  const found = keeperOf(state, account, kind, card, link);
  if (found === undefined) return;
  const { keeper, type, id } = found;
  if (type === 'companies') keeper.company_id = id;
  else if (type === 'contacts') {
    const others = (keeper.contact_ids ?? []).filter((one) => one !== id);
    const isMain = link.metadata?.is_main === true;
    keeper.contact_ids = isMain ? [id, ...others] : [...others, id];
  } else if (type === 'catalog_elements') {
    const catalog_id = Number(link.metadata?.catalog_id);
    const quantity = Number(link.metadata?.quantity ?? 1);
    keeper.catalog_elements = [...otherElements(keeper, link), { id, catalog_id, quantity }];
  }
}

export function untie(
  state: State,
  account: Account,
  kind: CardKind,
  card: Tied,
  link: Link,
): void {
  const found = keeperOf(state, account, kind, card, link);
  if (found === undefined) return;
  const { keeper, type, id } = found;
  if (type === 'companies' && keeper.company_id === id) keeper.company_id = null;
  if (type === 'contacts') {
    keeper.contact_ids = (keeper.contact_ids ?? []).filter((one) => one !== id);
  }
  if (type === 'catalog_elements') keeper.catalog_elements = otherElements(keeper, link);
}

function otherElements({ catalog_elements }: Card, { to_entity_id, metadata }: Link) {
  return catalog_elements.filter(
    ({ id, catalog_id }) => id !== to_entity_id || catalog_id !== metadata?.catalog_id,
  );
}
