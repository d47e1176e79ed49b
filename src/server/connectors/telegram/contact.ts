import { plainLine } from '../plain-text.ts';
import type { TelegramContact, TelegramMessage } from './update.ts';

/** Shortest and longest number with its country code, in digits. */
const E164_DIGITS = /^[1-9]\d{6,14}$/;

/** Whether a client shares his own number, and not that of somebody in his phone book. */
export function isOwnContact({ contact, from }: TelegramMessage): boolean {
  return contact?.user_id !== undefined && contact.user_id === from?.id;
}

/** The client's own number as E.164, if this message says it. */
export function ownPhone(message: TelegramMessage): string | undefined {
  if (message.contact === undefined || !isOwnContact(message)) return undefined;
  const phone = digitsOf(message.contact, true);
  return phone.startsWith('+') ? phone : undefined;
}

/**
 * The number of a contact. Telegram leaves the plus out of its own numbers, which are all international; those of
 * a phone book stay as somebody wrote them.
 */
export function digitsOf(contact: TelegramContact, isOwn: boolean): string {
  const digits = contact.phone_number.replaceAll(/\D/g, '');
  const isInternational =
    isOwn || contact.user_id !== undefined || contact.phone_number.trim().startsWith('+');
  if (isInternational && E164_DIGITS.test(digits)) return `+${digits}`;
  return plainLine(contact.phone_number, 50) ?? '';
}
