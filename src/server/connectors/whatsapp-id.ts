import { plainLine } from './plain-text.ts';

/**
 * The phone number inside a WhatsApp id such as `5511999990000@c.us` or `5511999990000:12@s.whatsapp.net`,
 * as digits; `undefined` for ids that are no number (`@lid`, groups).
 */
export function phoneOfWhatsAppId(id: string | null | undefined): string | undefined {
  return /^(\d{5,15})(?::\d{1,5})?@(?:c\.us|s\.whatsapp\.net)$/.exec(id ?? '')?.[1];
}

/** What both WhatsApp gateways say about a signed-in number. */
export function linkedNumber(
  digits: string,
  name: string | null | undefined,
): { externalId: string; name: string; handle: string; phone: string } {
  const phone = `+${digits}`;
  return { externalId: digits, name: plainLine(name) ?? phone, handle: phone, phone };
}
