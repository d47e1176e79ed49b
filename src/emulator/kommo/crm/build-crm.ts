import type {
  Card,
  Catalog,
  CatalogElement,
  Company,
  Contact,
  Crm,
  Customer,
  CustomField,
  FieldOwner,
  Lead,
  Task,
} from '../crm-entities.ts';
import { CARD_KINDS } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import { isClosed } from '../open-lead.ts';
import { fieldsOf } from './build-fields.ts';
import { builtInLists } from './built-in.ts';
import { CUSTOMER_STATUSES } from './customer-statuses.ts';
import { References, takeAddresses } from './references.ts';
import { ELEMENT_SHAPE, SEED_SHAPES, type SeedLists } from './seed-lists.ts';
import { type SeedRow, seedRows } from './seed-rows.ts';
import type { Faults, Item } from './shape.ts';

/**
 * Builds an account's cards, tasks, lists and fields from what a seed gives and from what is built in.
 * @param path of a list in the seed, for messages: `leads`, `accounts[0].leads`
 * @param faults gets what is wrong; the result is of use only if it stays empty
 */
export function buildCrm(
  account: Account,
  given: SeedLists,
  path: (list: string) => string,
  faults: Faults,
): Crm {
  const builtIn = builtInLists(account);
  const refer = new References(account, faults);
  const rows = (list: keyof SeedLists, keyOf?: (item: Item) => string) =>
    seedRows(path(list), given[list], builtIn[list], SEED_SHAPES[list], faults, keyOf);
  const record = (row: SeedRow) => recordOf(account, row);
  const card = (row: SeedRow, fields: CustomField[]): Card => ({
    ...record(row),
    responsible_user_id: refer.user(row, 'responsible_user_id'),
    tags: ((row.item.tags ?? []) as string[]).map((name) => ({ id: tagId(name), name })),
    custom_fields_values: refer.values(row, fields),
  });

  const catalogRows = rows('catalogs');
  const catalogs = catalogRows.map((row) => catalogOf(row, record(row)));
  const fieldRows = rows('custom_fields', ({ id, entity_type }) => `${String(entity_type)} ${id}`);
  const fields = fieldsOf(account, fieldRows, catalogs, faults);
  const of = (owner: FieldOwner) => fields.filter(({ entity_type }) => entity_type === owner);
  const catalog_elements = catalogRows.flatMap((row) => {
    const own = of('catalogs').filter(({ catalog_id }) => catalog_id === row.item.id);
    return elementRows(row, faults).map((element) => ({
      ...record(element),
      catalog_id: row.item.id,
      custom_fields_values: refer.values(element, own),
    }));
  });
  const companies = rows('companies').map((row): Company => {
    const company = { ...card(row, of('companies')), ...addressesOf(row) };
    return takeAddresses(company, of('companies'));
  });
  const contacts = rows('contacts').map((row): Contact => {
    const company_id = refer.one(row, 'company_id', companies, 'company');
    const contact = { ...card(row, of('contacts')), ...addressesOf(row), company_id };
    return takeAddresses(contact, of('contacts'));
  });
  const links = (row: SeedRow) => ({
    contact_ids: refer.many(row, 'contact_ids', contacts, 'contact'),
    company_id: refer.one(row, 'company_id', companies, 'company'),
    catalog_elements: elementsOn(row, catalog_elements, faults),
  });
  const leads = rows('leads').map((row): Lead => {
    const stage = refer.stage(row);
    const { price = 0, loss_reason_id = null, closed_at = null } = row.item as Partial<Lead>;
    const lead = { ...card(row, of('leads')), ...links(row), ...stage, price, loss_reason_id };
    return { ...lead, closed_at: isClosed(lead) ? (closed_at ?? lead.updated_at) : closed_at };
  });
  const customers = rows('customers').map((row): Customer => {
    const status_id = refer.one(row, 'status_id', CUSTOMER_STATUSES, 'status of customers');
    const item = row.item as Partial<Customer>;
    return {
      ...card(row, of('customers')),
      ...links(row),
      status_id: status_id ?? CUSTOMER_STATUSES[0]?.id ?? 0,
      next_price: item.next_price ?? 0,
      next_date: item.next_date ?? null,
      periodicity: item.periodicity ?? 0,
      ltv: item.ltv ?? 0,
      purchases_count: item.purchases_count ?? 0,
      average_check: item.average_check ?? 0,
    };
  });
  const cards = { leads, contacts, companies, customers };
  const tasks = rows('tasks').map((row): Task => {
    const { name: _, custom_fields_values: __, ...times } = record(row);
    return {
      ...{ text: '', task_type_id: 1, is_completed: false, duration: 0, result: null },
      ...{ complete_till: account.created_at },
      ...(row.item as Partial<Task>),
      ...times,
      responsible_user_id: refer.user(row, 'responsible_user_id'),
      ...taskTarget(row, cards, refer, faults),
    };
  });
  return { ...cards, tasks, notes: [], custom_fields: fields, catalogs, catalog_elements };
}

/** Author and times; who wrote it is taken to be the responsible user, and when, the beginning of the account. */
function recordOf(account: Account, { item }: SeedRow) {
  const by = Number(item.created_by ?? item.responsible_user_id ?? 0);
  const at = Number(item.created_at ?? account.created_at);
  return {
    id: item.id,
    account_id: account.id,
    name: String(item.name ?? `#${item.id}`),
    created_by: by,
    updated_by: Number(item.updated_by ?? by),
    created_at: at,
    updated_at: Number(item.updated_at ?? at),
    custom_fields_values: [],
  };
}

function addressesOf({ item }: SeedRow): { phones: string[]; emails: string[] } {
  return { phones: [...((item.phones ?? []) as [])], emails: [...((item.emails ?? []) as [])] };
}

/** Tags have no list of their own here: the same name has the same number. */
export function tagId(name: string): number {
  return [...name].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 999_983, 7);
}

function catalogOf({ item }: SeedRow, record: ReturnType<typeof recordOf>): Catalog {
  const { elements: _, ...own } = item as Partial<Catalog> & { elements?: unknown };
  const { custom_fields_values: __, ...base } = record;
  return {
    ...{ type: 'regular', sort: 10, can_add_elements: true, can_show_in_cards: false },
    ...{ can_link_multiple: true, can_be_deleted: true, sdk_widget_code: null },
    ...own,
    ...base,
  };
}

function elementRows(row: SeedRow, faults: Faults): SeedRow[] {
  const path = `${row.path}.elements`;
  const elements = (row.item.elements ?? []) as object[];
  return row.given.has('elements')
    ? seedRows(path, elements, [], ELEMENT_SHAPE, faults)
    : seedRows(path, undefined, elements, ELEMENT_SHAPE, faults);
}

/** Elements of lists on a card. */
function elementsOn(row: SeedRow, all: CatalogElement[], faults: Faults): Lead['catalog_elements'] {
  const wanted = (row.item.catalog_elements ?? []) as Partial<Lead['catalog_elements'][number]>[];
  return wanted.flatMap((one, index) => {
    const found = all.find(
      ({ id, catalog_id }) =>
        id === one?.id && (one.catalog_id === undefined || one.catalog_id === catalog_id),
    );
    if (found !== undefined) {
      return { id: found.id, catalog_id: found.catalog_id, quantity: Number(one.quantity ?? 1) };
    }
    if (row.given.has('catalog_elements')) {
      const place = `${row.path}.catalog_elements[${index}]`;
      faults.add(place, `there is no element ${one?.id} in a list; name it by id and catalog_id`);
    }
    return [];
  });
}

/** The card a task belongs to; both members or none. */
function taskTarget(
  row: SeedRow,
  cards: Pick<Crm, (typeof CARD_KINDS)[number]>,
  refer: References,
  faults: Faults,
): Pick<Task, 'entity_type' | 'entity_id'> {
  const none = { entity_type: null, entity_id: null };
  const { entity_type: wanted, entity_id: id } = row.item;
  const kind = CARD_KINDS.find((one) => one === wanted);
  if (kind === undefined) {
    const isFaulty = (wanted ?? null) !== null || (id ?? null) !== null;
    if (isFaulty && (row.given.has('entity_type') || row.given.has('entity_id'))) {
      const place = `${row.path}.entity_type`;
      faults.add(place, `one of ${CARD_KINDS.join(', ')} is expected beside entity_id`);
    }
    return none;
  }
  const entity_id = refer.one(row, 'entity_id', cards[kind], `item of ${kind}`);
  return entity_id === null ? none : { entity_type: kind, entity_id };
}
