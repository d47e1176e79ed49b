import type { Crm, Lead } from './crm-entities.ts';

/** Statuses of won and lost leads, the same in every pipeline. */
export const CLOSED_STATUSES = [142, 143] as const;

export function isClosed({ status_id }: Pick<Lead, 'status_id'>): boolean {
  return status_id === CLOSED_STATUSES[0] || status_id === CLOSED_STATUSES[1];
}

/** The newest open lead of a contact: a chat that is linked to the contact opens there. */
export function openLeadOf(
  { leads }: Pick<Crm, 'leads'>,
  accountId: number,
  contactId: number,
): Lead | undefined {
  return leads.findLast(
    (lead) =>
      lead.account_id === accountId && lead.contact_ids.includes(contactId) && !isClosed(lead),
  );
}
