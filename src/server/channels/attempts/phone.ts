import { createRequire } from 'node:module';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { withoutInvisible } from '../../connectors/plain-text.ts';
import { dialledDigits } from '../../connectors/whatsapp/number.ts';

const require = createRequire(import.meta.url);

/** Loaded when the first number is read: its tables are large, and many processes never see one. */
const library = (): typeof import('libphonenumber-js/max') => require('libphonenumber-js/max');

/** What people type between digits, of every script's dashes. */
const SEPARATORS = /[\s().\-/\p{Pd}\u2212]/gu;

/** Mexico's former prefixes for mobiles and long distance, which old address books still have. */
const MEXICAN_PREFIX = /^(?:01|044|045|1)(?=\d{10}$)/;

/**
 * Reads a phone number as people type or paste it. With `+` or `00` it is international; without, it is read
 * as dialled inside the account's country. Digits that cannot be a number of that country, but are one of another
 * with its code, are taken for that; everything else needs a `+`, or a stranger's phone might ring.
 *
 * @param country ISO 3166-1 code; empty if unknown
 * @returns E.164 digits without `+`; undefined when it cannot be a number
 */
export function phoneDigits(typed: string, country: string): string | undefined {
  const text = withoutInvisible(typed.normalize('NFKC'))
    .replace(/^tel:/i, '')
    // The trunk zero, which nobody dials from abroad.
    .replace(/^(\+|00)(.*?)\(0\)/, '$1$2')
    .replace(SEPARATORS, '')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) % 16));
  if (!/^\+?\d+$/.test(text)) return undefined;
  const number = text.startsWith('+') ? international(text) : asDialled(text, country);
  return number && dialledDigits(number.number.slice(1));
}

/** `+55 11 91234-5678`, as people of its country write it. */
export function formatPhone(digits: string): string {
  const number = library().parsePhoneNumberFromString(`+${digits}`);
  if (!number) return `+${digits}`;
  const [code = '', ...groups] = number.formatInternational().split(' ');
  // The library puts spaces everywhere; the country's own dashes stand in the form used at home.
  let home = number.formatNational();
  let text = '';
  for (const group of groups.reverse()) {
    const isSame = home.endsWith(group);
    home = isSame ? home.slice(0, -group.length) : '';
    text = `${home.endsWith('-') ? '-' : ' '}${group}${text}`;
    home = home.replace(/\D+$/, '');
  }
  return `${code}${text}`;
}

function asDialled(digits: string, country: string): PhoneNumber | undefined {
  const { isSupportedCountry, validatePhoneNumberLength } = library();
  const national = readIn(country, digits);
  if (national?.isValid()) return national;
  if (digits.startsWith('00')) return international(`+${digits.slice(2)}`);
  // A trunk zero means this country, though the block may be new or reserved for films.
  if (digits.startsWith('0') && national?.isPossible()) return national;
  const isTooLong =
    isSupportedCountry(country) && validatePhoneNumberLength(digits, country) === 'TOO_LONG';
  const abroad = isTooLong ? international(`+${digits}`) : undefined;
  return abroad?.isValid() ? abroad : undefined;
}

function readIn(country: string, digits: string): PhoneNumber | undefined {
  const { isSupportedCountry, parsePhoneNumberFromString } = library();
  if (!isSupportedCountry(country)) return undefined;
  const text = country === 'MX' ? digits.replace(MEXICAN_PREFIX, '') : digits;
  return parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
}

/** The library learns of new blocks of numbers late, so the length decides. */
function international(text: string): PhoneNumber | undefined {
  const former = dialledDigits(text.slice(1));
  const number = library().parsePhoneNumberFromString(`+${former}`, { extract: false });
  return number?.isPossible() ? number : undefined;
}
