import type { Contact, Lead } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Leads and contacts, to read: the demo rows of the cards, and those that chats made. */
export function cardRoutes(): KommoRoute[] {
  const leads = resource('/leads', `${CRM}/leads-api`);
  const contacts = resource('/contacts', `${CRM}/contacts-api`);
  const note = { status: 'partly', note: 'reading; of the filters only filter[id]' } as const;
  return [
    leads('GET', '', listLeads, note),
    leads('GET', '/:id(\\d+)', showLead),
    contacts('GET', '', listContacts, note),
    contacts('GET', '/:id(\\d+)', showContact),
  ];
}

function listLeads(exchange: Exchange, { account }: Caller): void {
  const rows = exchange.world.state.leads.filter(({ account_id }) => account_id === account.id);
  sendPage(exchange, account, 'leads', ofIds(exchange, rows), (lead) => leadModel(account, lead));
}

function listContacts(exchange: Exchange, { account }: Caller): void {
  const rows = exchange.world.state.contacts.filter(({ account_id }) => account_id === account.id);
  const model = (contact: Contact) => contactModel(exchange, account, contact);
  sendPage(exchange, account, 'contacts', ofIds(exchange, rows), model);
}

function ofIds<Row extends { id: number }>(exchange: Exchange, rows: Row[]): Row[] {
  const filter = readFilter(exchange, ['id']);
  return rows.filter(({ id }) => filter.takes('id', id));
}

/** An unknown entity is answered with an empty 204. */
function showLead(exchange: Exchange, { account }: Caller) {
  const lead = exchange.world.chats.lead(account.id, Number(exchange.param('id')));
  if (lead === undefined) return exchange.send(204);
  hal(exchange, leadModel(account, lead));
}

function showContact(exchange: Exchange, { account }: Caller) {
  const contact = exchange.world.chats.contact(account.id, Number(exchange.param('id')));
  if (contact === undefined) return exchange.send(204);
  hal(exchange, contactModel(exchange, account, contact));
}

function leadModel(account: Account, lead: Lead): object {
  const { contact_ids: contactIds, ...own } = lead;
  return {
    ...own,
    ...{ group_id: 0, loss_reason_id: null, is_deleted: false, custom_fields_values: [] },
    _links: apiLink(account, `/leads/${lead.id}`),
    _embedded: {
      ...{ tags: [], companies: [] },
      contacts: contactIds.map((id, index) => ({
        ...{ id, is_main: index === 0, _links: apiLink(account, `/contacts/${id}`) },
      })),
    },
  };
}

function contactModel({ world }: Exchange, account: Account, contact: Contact): object {
  const { phones, emails, ...own } = contact;
  const texts = [
    { code: 'PHONE', id: 9201, values: phones },
    { code: 'EMAIL', id: 9202, values: emails },
  ].filter(({ values }) => values.length > 0);
  const leads = world.state.leads.filter(
    (one) => one.account_id === account.id && one.contact_ids.includes(contact.id),
  );
  return {
    ...own,
    ...{ group_id: 0, is_deleted: false },
    custom_fields_values: texts.map(({ code, id, values }) => ({
      ...{ field_id: id, field_code: code, field_type: 'multitext' },
      values: values.map((value) => ({ value, enum_code: 'WORK' })),
    })),
    _links: apiLink(account, `/contacts/${contact.id}`),
    _embedded: {
      ...{ tags: [], companies: [] },
      leads: leads.map(({ id }) => ({ id, _links: apiLink(account, `/leads/${id}`) })),
    },
  };
}
