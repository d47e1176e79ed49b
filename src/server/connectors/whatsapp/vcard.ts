import { plainLine } from '../plain-text.ts';

/** A person in somebody's phone book. */
export interface Card {
  name: string;
  phone: string;
  /** Numbers after the first, one a line. */
  text?: string;
}

/** WhatsApp takes no more contacts in one message; more text than this holds a picture. */
const MAX_CARDS = 257;
const LONGEST_CARDS = 256 * 1024;
const MAX_NUMBERS = 10;

const E164_DIGITS = /^[1-9]\d{6,14}$/;

/**
 * The people in vCards as WhatsApp writes them. Cards without a number are left out: Kommo's kind needs one.
 *
 * @param texts each holds one card or several
 * @see https://www.rfc-editor.org/rfc/rfc6350
 */
export function cardsIn(texts: readonly string[]): Card[] {
  const whole = texts.join('\n').slice(0, LONGEST_CARDS);
  // A long line goes on in the next one, behind a blank.
  const lines = whole.split(/\r\n?|\n/);
  const cards: Card[] = [];
  let current: RawCard = { numbers: [] };
  for (const line of unfolded(lines)) {
    const { name, parameters, value } = propertyOf(line);
    if (name === 'BEGIN') current = { numbers: [] };
    else if (name === 'FN') current.fullName ??= plainLine(unescaped(value));
    else if (name === 'N') current.nameParts ??= plainLine(namePartsOf(value));
    else if (name === 'TEL') current.numbers.push(numberOf(parameters, value));
    else if (name === 'END') {
      const card = cardOf(current);
      if (card !== undefined) cards.push(card);
      if (cards.length === MAX_CARDS) break;
    }
  }
  return cards;
}

interface RawCard {
  fullName?: string | undefined;
  nameParts?: string | undefined;
  numbers: { phone: string; isOnWhatsApp: boolean }[];
}

function cardOf({ fullName, nameParts, numbers }: RawCard): Card | undefined {
  const known = numbers.filter(({ phone }) => phone !== '');
  const first = known.find(({ isOnWhatsApp }) => isOnWhatsApp) ?? known[0];
  if (first === undefined) return undefined;
  const { phone } = first;
  const others = new Set(known.map((number) => number.phone).filter((other) => other !== phone));
  const text = [...others].slice(0, MAX_NUMBERS).join('\n');
  return { name: fullName ?? nameParts ?? phone, phone, ...(text !== '' && { text }) };
}

function* unfolded(lines: readonly string[]): Generator<string> {
  let parts: string[] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      parts.push(line.slice(1));
      continue;
    }
    if (parts.length > 0) yield parts.join('');
    parts = [line];
  }
  if (parts.length > 0) yield parts.join('');
}

/** `item1.TEL;type=CELL;waid=5511999990000:+55 11 99999-0000` */
function propertyOf(line: string): { name: string; parameters: string; value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: '', parameters: '', value: '' };
  const head = line.slice(0, colon);
  const semicolon = head.indexOf(';');
  const name = semicolon < 0 ? head : head.slice(0, semicolon);
  return {
    name: name
      .slice(name.lastIndexOf('.') + 1)
      .trim()
      .toUpperCase(),
    parameters: semicolon < 0 ? '' : head.slice(semicolon + 1),
    value: line.slice(colon + 1),
  };
}

/** The number that WhatsApp knows is international; another one stays as somebody wrote it. */
function numberOf(parameters: string, value: string): RawCard['numbers'][number] {
  const known = /(?:^|;)waid=(\d{7,15})(?:;|$)/i.exec(parameters)?.[1];
  if (known !== undefined && E164_DIGITS.test(known))
    return { phone: `+${known}`, isOnWhatsApp: true };
  const written = unescaped(value).replace(/^tel:/i, '').trim();
  const digits = written.replaceAll(/\D/g, '');
  const isInternational = written.startsWith('+') && E164_DIGITS.test(digits);
  return {
    phone: isInternational ? `+${digits}` : (plainLine(written, 50) ?? ''),
    isOnWhatsApp: false,
  };
}

/** Family name; given name; further names; what stands before; what stands behind. */
function namePartsOf(value: string): string {
  const [family = '', given = '', further = ''] = value.split(/(?<!\\);/).map(unescaped);
  return [given, further, family].filter(Boolean).join(' ');
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\,;:nN])/g, (_all, letter: string) =>
    letter.toLowerCase() === 'n' ? '\n' : letter,
  );
}
