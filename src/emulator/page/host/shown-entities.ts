import { allValues, fieldsOfOwner, ownRows } from '../../kommo/crm/own-rows.ts';
import type { Card, CardKind, Company, Contact, Customer, Lead } from '../../kommo/crm-entities.ts';
import type { Account } from '../../kommo/entities.ts';
import type { State } from '../../kommo/state.ts';

export type EntityKind = CardKind | 'todo';

/** The filled values of one custom field. */
export interface ShownField {
  id: number;
  code: string | null;
  name: string;
  type: string;
  values: { value: unknown; enum_id?: number; enum_code?: string | null }[];
}

/** A row of the account, with what cards and lists show; `Entity` of browser/types.d.ts. */
export interface Entity {
  id: number;
  kind: EntityKind;
  name: string;
  price?: number;
  phones: string[];
  emails: string[];
  contactIds: number[];
  companyId: number | null;
  responsibleId: number;
  createdAt: number;
  updatedAt: number;
  tags: string[];
  fields: ShownField[];
  /** Name of the lead's status. */
  stage?: string;
  stageId?: number;
  pipelineId?: number;
  nextPrice?: number;
  /** In seconds. */
  nextDate?: number | null;
}

/** Everything that the account's cards and lists show, from the state. */
export function shownEntities(state: State, account: Account): Entity[] {
  const own = <Row extends { account_id: number }>(rows: Row[]) => ownRows(rows, account);
  const contacts = own(state.contacts);
  return [
    ...own(state.leads).map((lead) => leadRow(state, account, lead)),
    ...contacts.map((one) => cardRow(state, account, 'contacts', one)),
    ...own(state.companies).map((one) => ({
      ...cardRow(state, account, 'companies', one),
      contactIds: contacts.filter(({ company_id }) => company_id === one.id).map(({ id }) => id),
    })),
    ...own(state.customers).map((one) => customerRow(state, account, one)),
    ...own(state.tasks).map(
      (task): Entity => ({
        ...{ id: task.id, kind: 'todo', name: task.text, phones: [], emails: [], contactIds: [] },
        ...{ companyId: null, responsibleId: task.responsible_user_id, tags: [], fields: [] },
        ...{ createdAt: task.created_at, updatedAt: task.updated_at },
      }),
    ),
  ];
}

function cardRow(
  state: State,
  account: Account,
  kind: CardKind,
  card: Card & Partial<Contact & Company>,
): Entity {
  const { phones = [], emails = [], company_id: companyId = null } = card;
  const values = allValues(card, fieldsOfOwner(state, account, kind));
  return {
    ...{ id: card.id, kind, name: card.name, phones, emails, contactIds: [], companyId },
    ...{ responsibleId: card.responsible_user_id, tags: card.tags.map(({ name }) => name) },
    ...{ createdAt: card.created_at, updatedAt: card.updated_at },
    fields: values.map(({ field, values: filled }) => ({
      ...{ id: field.id, code: field.code, name: field.name, type: field.type, values: filled },
    })),
  };
}

function leadRow(state: State, account: Account, lead: Lead): Entity {
  const pipeline = account.pipelines.find(({ id }) => id === lead.pipeline_id);
  const status = pipeline?.statuses.find(({ id }) => id === lead.status_id);
  return {
    ...cardRow(state, account, 'leads', lead),
    ...{ price: lead.price, contactIds: lead.contact_ids },
    ...{ stage: status?.name ?? '', stageId: lead.status_id, pipelineId: lead.pipeline_id },
  };
}

function customerRow(state: State, account: Account, customer: Customer): Entity {
  return {
    ...cardRow(state, account, 'customers', customer),
    ...{ contactIds: customer.contact_ids, stageId: customer.status_id },
    ...{ nextPrice: customer.next_price, nextDate: customer.next_date },
  };
}
