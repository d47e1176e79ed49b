import type { Lead } from './crm-entities.ts';
import type { State } from './state.ts';

/** Statuses of won and lost leads, the same in every pipeline. */
const CLOSED_STATUSES = [142, 143];

export function isClosed({ status_id }: Lead): boolean {
  return CLOSED_STATUSES.includes(status_id);
}

/** The newest open lead of a contact: a chat that is linked to the contact opens there. */
export function openLeadOf(
  { leads }: State,
  accountId: number,
  contactId: number,
): Lead | undefined {
  return leads.findLast(
    (lead) =>
      lead.account_id === accountId && lead.contact_ids.includes(contactId) && !isClosed(lead),
  );
}
