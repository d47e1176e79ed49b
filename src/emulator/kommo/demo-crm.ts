import type { Contact, Lead } from './crm-entities.ts';
import type { Account } from './entities.ts';

const CONTACTS = [
  { id: 601, name: 'Carla Reyes', phone: '+12025550101' },
  { id: 602, name: 'Daniel Novak', phone: '+12025550102' },
  { id: 603, name: 'Eva Lind', phone: '+12025550103' },
];

const LEADS = [
  { id: 501, name: 'Order of ten lamps', price: 1200, stage: 1, contact: 601 },
  { id: 502, name: 'Office refit', price: 18_500, stage: 2, contact: 602 },
  { id: 503, name: 'Spare parts', price: 90, stage: 0, contact: 603 },
];

/** The contacts every account begins with: those of the cards and lists, with their ids. */
export function demoContacts(account: Account): Contact[] {
  return CONTACTS.map(({ id, name, phone }) => ({
    ...common(account, id, name),
    phones: [phone],
    emails: [`${(name.split(' ')[0] ?? '').toLowerCase()}@example.com`],
  }));
}

/** The leads every account begins with, in its main pipeline; none without a pipeline. */
export function demoLeads(account: Account): Lead[] {
  const pipeline = account.pipelines.find(({ is_main }) => is_main) ?? account.pipelines[0];
  if (pipeline === undefined) return [];
  return LEADS.map(({ id, name, price, stage, contact }) => ({
    ...common(account, id, name),
    price,
    pipeline_id: pipeline.id,
    status_id: pipeline.statuses[stage]?.id ?? 0,
    contact_ids: [contact],
    closed_at: null,
  }));
}

function common(account: Account, id: number, name: string) {
  const admin = account.users.find(({ rights }) => rights.is_admin && rights.is_active);
  return {
    id,
    account_id: account.id,
    name,
    responsible_user_id: admin?.id ?? 0,
    created_at: account.created_at,
    updated_at: account.created_at,
  };
}
