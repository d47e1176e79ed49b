/**
 * The jid that Evolution makes of a number it is given: digits, a whole jid, or either with decoration. Mexican and Argentine
 * numbers of 13 digits lose their third one; Brazilian ones keep or lose the ninth digit by area.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/utils/createJid.ts
 */
export function jidOf(number: string): string {
  const given = number.replace(/:\d+/, '');
  if (/@g\.us|@s\.whatsapp\.net|@lid|@broadcast/.test(given)) return given;
  const [bare = ''] = given.replace(/[\s+()]/g, '').split(/[:@]/);
  if (bare.includes('-') && bare.length >= 24) return `${bare.replace(/[^\d-]/g, '')}@g.us`;
  const digits = bare.replace(/\D/g, '');
  if (digits.length >= 18) return `${digits}@g.us`;
  return `${inBrazil(inMexicoOrArgentina(digits))}@s.whatsapp.net`;
}

function inMexicoOrArgentina(digits: string): string {
  return /^5[24]/.test(digits) && digits.length === 13
    ? digits.slice(0, 2) + digits.slice(3)
    : digits;
}

function inBrazil(digits: string): string {
  const match = /^55(\d{2})\d(\d{8})$/.exec(digits);
  if (match === null) return digits;
  const [, area = '', rest = ''] = match;
  const keepsNine = Number(rest[0]) < 7 || Number(area) < 31;
  return keepsNine ? digits : `55${area}${rest}`;
}

export const isGroupJid = (jid: string): boolean => jid.endsWith('@g.us');
export const isLidJid = (jid: string): boolean => jid.endsWith('@lid');
export const isPhoneJid = (jid: string): boolean => jid.endsWith('@s.whatsapp.net');

/** `5511…` of `5511…@s.whatsapp.net`. */
export function userOf(jid: string): string {
  return jid.slice(0, Math.max(0, jid.indexOf('@')));
}
