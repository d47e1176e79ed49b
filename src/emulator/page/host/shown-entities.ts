import { allValues, fieldsOfOwner, ownRows } from '../../kommo/crm/own-rows.ts';
import type { Card, CardKind, Company, Contact, Customer, Lead } from '../../kommo/crm-entities.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { State } from '../../kommo/state.ts';
import type { Entity } from '../browser/types.d.ts';

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

/** An empty card, before it is saved: in the first status of the main pipeline, its user responsible. */
export function newEntity({ pipelines }: Account, user: User, kind: CardKind): Entity {
  const pipeline = pipelines.find(({ is_main }) => is_main) ?? pipelines[0];
  const status = pipeline?.statuses.find(({ type }) => type === 0) ?? pipeline?.statuses[0];
  return {
    ...{ id: 0, kind, name: '', phones: [], emails: [], contactIds: [], companyId: null },
    ...{ responsibleId: user.id, createdAt: 0, updatedAt: 0, tags: [], fields: [] },
    ...(kind === 'leads' && {
      ...{ price: 0, stage: status?.name ?? '', stageId: status?.id ?? 0 },
      pipelineId: pipeline?.id ?? 0,
    }),
  };
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
