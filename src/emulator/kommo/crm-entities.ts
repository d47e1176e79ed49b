/**
 * The account's cards and what hangs on them. Names are Kommo's wire names; times are seconds, as on the wire. Ids are unique
 * in a list of one account.
 */

/** Kinds of cards, as the REST API and the addresses of the pages spell them. */
export const CARD_KINDS = ['leads', 'contacts', 'companies', 'customers'] as const;

export type CardKind = (typeof CARD_KINDS)[number];

/** What has custom fields. */
export type FieldOwner = CardKind | 'catalogs';

/** One value of a custom field; which members it has depends on the field's type. */
export interface FieldValue {
  value: unknown;
  enum_id?: number;
  enum_code?: string | null;
}

/** https://www.amocrm.ru/developers/content/crm_platform/custom-fields */
export interface FieldValues {
  field_id: number;
  values: FieldValue[];
}

export interface FieldEnum {
  id: number;
  value: string;
  sort: number;
  code: string | null;
}

export interface CustomField {
  id: number;
  account_id: number;
  entity_type: FieldOwner;
  /** The list of own elements the field belongs to; null for cards. */
  catalog_id: number | null;
  name: string;
  type: string;
  code: string | null;
  sort: number;
  /** Null for types without a choice. */
  enums: FieldEnum[] | null;
  is_api_only: boolean;
  /** Comes with every account and cannot be deleted. */
  is_predefined: boolean;
}

export interface Tag {
  id: number;
  name: string;
}

/** What everything with an author, a name and fields has. */
interface Recorded {
  id: number;
  account_id: number;
  name: string;
  created_by: number;
  updated_by: number;
  created_at: number;
  updated_at: number;
  custom_fields_values: FieldValues[];
}

export interface Card extends Recorded {
  responsible_user_id: number;
  tags: Tag[];
}

/** `phones` and `emails` are the values of the fields with the codes PHONE and EMAIL, which `custom_fields_values` leaves out. */
export interface Contact extends Card {
  phones: string[];
  emails: string[];
  company_id: number | null;
}

export interface Company extends Card {
  phones: string[];
  emails: string[];
}

/** An element of a list of own elements on a card. */
export interface LinkedElement {
  id: number;
  catalog_id: number;
  quantity: number;
}

export interface Lead extends Card {
  price: number;
  pipeline_id: number;
  status_id: number;
  /** The first one is the main contact. */
  contact_ids: number[];
  company_id: number | null;
  catalog_elements: LinkedElement[];
  loss_reason_id: number | null;
  closed_at: number | null;
}

export interface Customer extends Card {
  next_price: number;
  next_date: number | null;
  status_id: number;
  periodicity: number;
  contact_ids: number[];
  company_id: number | null;
  catalog_elements: LinkedElement[];
  ltv: number;
  purchases_count: number;
  average_check: number;
}

export interface Task {
  id: number;
  account_id: number;
  text: string;
  task_type_id: number;
  responsible_user_id: number;
  /** Null for a task of its own. */
  entity_type: CardKind | null;
  entity_id: number | null;
  is_completed: boolean;
  complete_till: number;
  duration: number;
  result: string | null;
  created_by: number;
  updated_by: number;
  created_at: number;
  updated_at: number;
}

export interface Catalog {
  id: number;
  account_id: number;
  name: string;
  /** `regular`, `products`, `invoices` or `suppliers`. */
  type: string;
  sort: number;
  can_add_elements: boolean;
  can_show_in_cards: boolean;
  can_link_multiple: boolean;
  can_be_deleted: boolean;
  sdk_widget_code: string | null;
  created_by: number;
  updated_by: number;
  created_at: number;
  updated_at: number;
}

export interface CatalogElement extends Recorded {
  catalog_id: number;
}

export interface Note {
  id: number;
  account_id: number;
  entity_type: CardKind;
  entity_id: number;
  note_type: string;
  params: Record<string, unknown>;
  responsible_user_id: number;
  created_by: number;
  updated_by: number;
  created_at: number;
  updated_at: number;
}

/** The cards, tasks, lists and fields of all accounts. */
export interface Crm {
  leads: Lead[];
  contacts: Contact[];
  companies: Company[];
  customers: Customer[];
  tasks: Task[];
  notes: Note[];
  custom_fields: CustomField[];
  catalogs: Catalog[];
  catalog_elements: CatalogElement[];
}

/** An incoming lead that nobody has accepted yet; its lead stands in the pipeline's first status. */
export interface Unsorted {
  uid: string;
  account_id: number;
  source_uid: string;
  source_name: string;
  category: 'chats';
  pipeline_id: number;
  created_at: number;
  lead_id: number;
  contact_id: number;
  chat_id: string;
  /** The channel's code. */
  service: string;
  last_message_text: string;
}
