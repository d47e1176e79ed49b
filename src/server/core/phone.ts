/**
 * Calling codes of the countries Kommo is sold in, by ISO 3166-1 code. A number of another country must be
 * typed with its own code.
 *
 * @see https://www.itu.int/pub/T-SP-E.164D
 */
const CALLING_CODES: Record<string, string> = {
  AE: '971',
  AR: '54',
  AU: '61',
  BO: '591',
  BR: '55',
  CA: '1',
  CH: '41',
  CL: '56',
  CO: '57',
  CR: '506',
  CZ: '420',
  DE: '49',
  DO: '1',
  EC: '593',
  EG: '20',
  ES: '34',
  FR: '33',
  GB: '44',
  GT: '502',
  HN: '504',
  ID: '62',
  IE: '353',
  IL: '972',
  IN: '91',
  IT: '39',
  KE: '254',
  KZ: '7',
  MA: '212',
  MX: '52',
  MY: '60',
  NG: '234',
  NI: '505',
  NL: '31',
  NZ: '64',
  PA: '507',
  PE: '51',
  PH: '63',
  PK: '92',
  PL: '48',
  PR: '1',
  PT: '351',
  PY: '595',
  RO: '40',
  RU: '7',
  SA: '966',
  SG: '65',
  SV: '503',
  TH: '66',
  TR: '90',
  UA: '380',
  US: '1',
  UY: '598',
  UZ: '998',
  VE: '58',
  VN: '84',
  ZA: '27',
};

/** E.164 allows 15 digits; shorter than 7 is no subscriber anywhere. */
const E164_DIGITS = /^[1-9]\d{6,14}$/;

/**
 * Reads a phone number as people type it. Without `+` or `00` it counts as international all the same,
 * unless it begins with the trunk zero that is dialled inside a country only: then the account's country
 * completes it. Undefined when it cannot be a number.
 *
 * @returns E.164 digits without `+`
 */
export function phoneDigits(typed: string, country: string): string | undefined {
  const text = typed.replace(/[\s().\-/]/g, '');
  if (!/^\+?\d+$/.test(text)) return undefined;
  const digits = text.replace(/^\+|^00/, '').replace(/^0/, CALLING_CODES[country] ?? '0');
  return E164_DIGITS.test(digits) ? digits : undefined;
}
