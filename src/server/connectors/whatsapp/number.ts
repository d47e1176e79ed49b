import { plainLine } from '../plain-text.ts';

/** Mexican mobiles had a 1 after the country code until 2019, and WhatsApp's ids of that time keep it. */
const FORMER_MEXICAN = /^521(?=\d{10}$)/;

/** A number as it is dialled today, as E.164 digits: one number has one form, whatever a service calls it. */
export function dialledDigits(digits: string): string {
  return digits.replace(FORMER_MEXICAN, '52');
}

/**
 * The phone number inside a WhatsApp id such as `5511999990000@c.us` or `5511999990000:12@s.whatsapp.net`,
 * as digits; `undefined` for ids that are no number (`@lid`, groups).
 */
export function phoneOfWhatsAppId(id: string | null | undefined): string | undefined {
  const digits = /^(\d{5,15})(?::\d{1,5})?@(?:c\.us|s\.whatsapp\.net)$/.exec(id ?? '')?.[1];
  return digits && dialledDigits(digits);
}

/** What both WhatsApp gateways say about a signed-in number. */
export function linkedNumber(
  digits: string,
  name: string | null | undefined,
): { externalId: string; name: string; handle: string; phone: string } {
  const phone = `+${digits}`;
  return { externalId: digits, name: plainLine(name) ?? phone, handle: phone, phone };
}
