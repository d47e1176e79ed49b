import type {
  Catalog,
  CatalogElement,
  Company,
  Contact,
  Customer,
  CustomField,
  FieldOwner,
  Lead,
  Task,
} from '../crm-entities.ts';
import type { Kind, Shape } from './shape.ts';

/** A value as the REST API takes it: the field by `field_id` or `field_code`. */
interface SeedFieldValues {
  field_id?: number;
  field_code?: string;
  values: { value?: unknown; enum_id?: number; enum_code?: string }[];
}

/** Only the id is needed: everything else has a value of its own. */
type SeedCard<Entity extends { id: number }> = Partial<
  Omit<Entity, 'account_id' | 'custom_fields_values' | 'tags'>
> & {
  id: number;
  custom_fields_values?: SeedFieldValues[];
  tags?: string[];
};

export type SeedField = Partial<Omit<CustomField, 'account_id' | 'enums' | 'entity_type'>> & {
  id: number;
  entity_type: FieldOwner;
  name: string;
  type: string;
  enums?: { id: number; value: string; sort?: number; code?: string | null }[];
};

export type SeedElement = Omit<SeedCard<CatalogElement & { tags: never }>, 'tags' | 'catalog_id'>;

export type SeedCatalog = Partial<Omit<Catalog, 'account_id'>> & {
  id: number;
  elements?: SeedElement[];
};

/**
 * What an account can be given to start with, in the words of the REST API. Times are seconds. Cards are tied together by
 * `contact_ids` (the first is the main one) and `company_id`.
 */
export interface SeedLists {
  /** `{ "id": 11, "name": "Roof", "price": 900, "status_id": 700102, "responsible_user_id": 8001, "contact_ids": [21], "custom_fields_values": [{ "field_id": 31, "values": [{ "value": "x" }] }], "tags": ["vip"] }` */
  leads?: SeedCard<Lead>[];
  /** `{ "id": 21, "name": "Ada Lovelace", "phones": ["+15550001"], "emails": ["ada@example.com"], "company_id": 41 }` */
  contacts?: SeedCard<Contact>[];
  /** `{ "id": 41, "name": "Engines Ltd", "phones": [], "emails": [] }` */
  companies?: SeedCard<Company>[];
  /** `{ "id": 51, "name": "Engines Ltd", "status_id": 7801, "next_price": 100, "next_date": 1767225600, "contact_ids": [21] }`; for the statuses see `CUSTOMER_STATUSES`. */
  customers?: SeedCard<Customer>[];
  /** `{ "id": 61, "text": "Call", "task_type_id": 1, "complete_till": 1767225600, "entity_type": "leads", "entity_id": 11 }` */
  tasks?: (Partial<Omit<Task, 'account_id'>> & { id: number })[];
  /** `{ "id": 31, "entity_type": "leads", "name": "Size", "type": "select", "enums": [{ "id": 311, "value": "Big" }] }`; with the type `catalogs` also `catalog_id`. Phone and email of contacts and companies are always there. */
  custom_fields?: SeedField[];
  /** `{ "id": 71, "name": "Goods", "type": "products", "elements": [{ "id": 711, "name": "Nail", "custom_fields_values": [] }] }` */
  catalogs?: SeedCatalog[];
}

const TIMES: Shape = {
  created_by: 'number',
  updated_by: 'number',
  created_at: 'time',
  updated_at: 'time',
};

const CARD: Shape = {
  id: 'id',
  name: 'text',
  responsible_user_id: 'id',
  custom_fields_values: 'list',
  tags: 'texts',
  ...TIMES,
};

const LINKS: Shape = { contact_ids: 'ids', company_id: 'id?', catalog_elements: 'list' };
const ADDRESSES: Shape = { phones: 'texts', emails: 'texts' };

/** Members of the items of each list. */
export const SEED_SHAPES: Record<keyof SeedLists, Shape> = {
  leads: {
    ...CARD,
    ...LINKS,
    price: 'number',
    pipeline_id: 'id',
    status_id: 'id',
    loss_reason_id: 'id?',
    closed_at: 'time?',
  },
  contacts: { ...CARD, ...ADDRESSES, company_id: 'id?' },
  companies: { ...CARD, ...ADDRESSES },
  customers: {
    ...CARD,
    ...LINKS,
    status_id: 'id',
    next_price: 'number',
    next_date: 'time?',
    periodicity: 'number',
    ltv: 'number',
    purchases_count: 'number',
    average_check: 'number',
  },
  tasks: {
    ...TIMES,
    id: 'id',
    text: 'text',
    task_type_id: 'id',
    responsible_user_id: 'id',
    entity_type: 'text?',
    entity_id: 'id?',
    is_completed: 'flag',
    complete_till: 'time',
    duration: 'number',
    result: 'text?',
  },
  custom_fields: {
    id: 'id',
    entity_type: 'text',
    catalog_id: 'id?',
    name: 'text',
    type: 'text',
    code: 'text?',
    sort: 'number',
    enums: 'list',
    is_api_only: 'flag',
    is_predefined: 'flag',
  },
  catalogs: {
    ...TIMES,
    ...{ id: 'id', name: 'text', type: 'text', sort: 'number', sdk_widget_code: 'text?' },
    ...flags('can_add_elements', 'can_show_in_cards', 'can_link_multiple', 'can_be_deleted'),
    elements: 'list',
  },
};

export const ELEMENT_SHAPE: Shape = {
  ...TIMES,
  ...{ id: 'id', name: 'text', custom_fields_values: 'list' },
};

export const ENUM_SHAPE: Shape = { id: 'id', value: 'text', sort: 'number', code: 'text?' };

export const USER_SHAPE: Shape = {
  ...{ id: 'id', name: 'text', email: 'text', lang: 'text', uuid: 'text' },
  ...{ amojo_id: 'text?', phone_number: 'text?' },
  ...flags('is_admin', 'is_free', 'is_active'),
};

export const PIPELINE_SHAPE: Shape = {
  ...{ id: 'id', name: 'text', sort: 'number', statuses: 'list' },
  ...flags('is_main', 'is_unsorted_on', 'is_archive'),
};

export const STATUS_SHAPE: Shape = {
  ...{ id: 'id', name: 'text', sort: 'number', color: 'text', type: 'number' },
  is_editable: 'flag',
};

function flags(...names: string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, 'flag' as const]));
}
