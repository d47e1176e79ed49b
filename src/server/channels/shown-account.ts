import type { LinkedAccount } from '../../contract/api.ts';
import { formatPhone } from './attempts/phone.ts';

/** A phone number in E.164 form, and nothing else. */
const PHONE = /^\+\d{5,15}$/;

/** A number as people of its country write it: `+55 11 98765-4321`. Any other text stays as it is. */
export function shownPhone(text: string): string {
  return PHONE.test(text) ? formatPhone(text.slice(1)) : text;
}

/** The account as it is shown. A phone without a name of its own is called by its number. */
export function shownAccount(account: LinkedAccount): LinkedAccount {
  return {
    ...account,
    name: shownPhone(account.name),
    handle: account.handle === null ? null : shownPhone(account.handle),
  };
}
