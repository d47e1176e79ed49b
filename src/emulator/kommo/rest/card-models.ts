import { allValues, closestTask, fieldsOfOwner, ownRows, partsOfName } from '../crm/own-rows.ts';
import type {
  Card,
  CardKind,
  Company,
  Contact,
  Customer,
  CustomField,
  FieldValues,
  Lead,
} from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import type { State } from '../state.ts';
import { apiLink } from './account-routes.ts';

/** What a model of a card is made from. */
export interface Scene {
  state: State;
  account: Account;
  /** Names in `with`. */
  wanted: Set<string>;
}

/** `custom_fields_values` as they are sent; null without any. */
export function valuesModel(
  entity: { custom_fields_values: FieldValues[]; phones?: string[]; emails?: string[] },
  fields: CustomField[],
): object[] | null {
  const models = allValues(entity, fields).map(({ field, values }) => ({
    field_id: field.id,
    field_name: field.name,
    field_code: field.code,
    field_type: field.type,
    values,
  }));
  return models.length === 0 ? null : models;
}

/** A card as the REST API sends it. */
export function cardModel(scene: Scene, kind: CardKind, card: Card): object {
  if (kind === 'leads') return leadModel(scene, card as Lead);
  if (kind === 'contacts') return contactModel(scene, card as Contact);
  if (kind === 'companies') return companyModel(scene, card as Company);
  return customerModel(scene, card as Customer);
}

function leadModel(scene: Scene, lead: Lead): object {
  const { wanted, account } = scene;
  return {
    ...{ id: lead.id, name: lead.name, price: lead.price },
    ...{ responsible_user_id: lead.responsible_user_id, group_id: 0 },
    ...{ status_id: lead.status_id, pipeline_id: lead.pipeline_id },
    loss_reason_id: lead.loss_reason_id,
    ...(wanted.has('source_id') && { source_id: null }),
    ...timesOf(lead),
    closed_at: lead.closed_at,
    ...commonOf(scene, 'leads', lead),
    score: null,
    labor_cost: null,
    ...(wanted.has('is_price_modified_by_robot') && { is_price_modified_by_robot: false }),
    _embedded: {
      tags: tagsOf(lead),
      companies: oneOf(account, 'companies', lead.company_id),
      ...(wanted.has('contacts') && { contacts: contactsOf(account, lead.contact_ids) }),
      ...elementsOf(scene, lead),
      ...(wanted.has('loss_reason') && { loss_reason: [] }),
      ...(wanted.has('source') && { source: null }),
    },
  };
}

function contactModel(scene: Scene, contact: Contact): object {
  const { account } = scene;
  return {
    ...{ id: contact.id, name: contact.name, ...partsOfName(contact.name) },
    ...{ responsible_user_id: contact.responsible_user_id, group_id: 0 },
    ...timesOf(contact),
    ...commonOf(scene, 'contacts', contact),
    _embedded: {
      tags: tagsOf(contact),
      companies: oneOf(account, 'companies', contact.company_id),
      ...linkedOf(scene, ['leads', 'customers'], ({ contact_ids }) =>
        contact_ids.includes(contact.id),
      ),
      ...elementsOf(scene, { catalog_elements: [] }),
    },
  };
}

function companyModel(scene: Scene, company: Company): object {
  const { state, account, wanted } = scene;
  const contacts = ownRows(state.contacts, account).filter(
    ({ company_id }) => company_id === company.id,
  );
  return {
    ...{ id: company.id, name: company.name },
    ...{ responsible_user_id: company.responsible_user_id, group_id: 0 },
    ...timesOf(company),
    ...commonOf(scene, 'companies', company),
    _embedded: {
      tags: tagsOf(company),
      ...(wanted.has('contacts') && {
        contacts: contacts.map(({ id }) => ({ id, _links: apiLink(account, `/contacts/${id}`) })),
      }),
      ...linkedOf(scene, ['leads', 'customers'], ({ company_id }) => company_id === company.id),
      ...elementsOf(scene, { catalog_elements: [] }),
    },
  };
}

function customerModel(scene: Scene, customer: Customer): object {
  const { account, wanted } = scene;
  return {
    ...{ id: customer.id, name: customer.name },
    ...{ next_price: customer.next_price, next_date: customer.next_date },
    responsible_user_id: customer.responsible_user_id,
    ...{ status_id: customer.status_id, periodicity: customer.periodicity },
    ...timesOf(customer),
    ...commonOf(scene, 'customers', customer),
    ...{ ltv: customer.ltv, purchases_count: customer.purchases_count },
    average_check: customer.average_check,
    _embedded: {
      ...{ segments: [], tags: tagsOf(customer) },
      ...(wanted.has('contacts') && { contacts: contactsOf(account, customer.contact_ids) }),
      ...(wanted.has('companies') && {
        companies: oneOf(account, 'companies', customer.company_id),
      }),
      ...elementsOf(scene, customer),
    },
  };
}

function timesOf({ created_by, updated_by, created_at, updated_at }: Card) {
  return { created_by, updated_by, created_at, updated_at };
}

function commonOf({ state, account }: Scene, kind: CardKind, card: Card) {
  return {
    closest_task_at: closestTask(state, account, kind, card.id),
    is_deleted: false,
    custom_fields_values: valuesModel(card, fieldsOfOwner(state, account, kind)),
    account_id: account.id,
    _links: apiLink(account, `/${kind}/${card.id}`),
  };
}

function tagsOf({ tags }: Card): object[] {
  return tags.map((tag) => ({ ...tag, color: null }));
}

function oneOf(account: Account, kind: CardKind, id: number | null): object[] {
  return id === null ? [] : [{ id, _links: apiLink(account, `/${kind}/${id}`) }];
}

function contactsOf(account: Account, ids: number[]): object[] {
  return ids.map((id, index) => ({
    ...{ id, is_main: index === 0, _links: apiLink(account, `/contacts/${id}`) },
  }));
}

/** Leads and customers that name the card, as far as they were asked for. */
function linkedOf(
  { state, account, wanted }: Scene,
  kinds: ('leads' | 'customers')[],
  names: (one: Lead | Customer) => boolean,
): object {
  const asked = kinds.filter((kind) => wanted.has(kind));
  return Object.fromEntries(
    asked.map((kind) => {
      const rows: (Lead | Customer)[] = ownRows<Lead | Customer>(state[kind], account);
      return [kind, rows.filter(names).flatMap(({ id }) => oneOf(account, kind, id))];
    }),
  );
}

function elementsOf({ wanted }: Scene, { catalog_elements }: Pick<Lead, 'catalog_elements'>) {
  if (!wanted.has('catalog_elements')) return {};
  return {
    catalog_elements: catalog_elements.map(({ id, catalog_id, quantity }) => ({
      id,
      metadata: { quantity, catalog_id },
    })),
  };
}
