import { INVISIBLE } from './plain-text.ts';

/** Control characters but the tab and the line break: neither a database nor a service takes them all. */
const CONTROL = /(?![\t\n])\p{Cc}/gu;

const LINE_BREAKS = /\r\n?|\u2028|\u2029/g;

/** What belongs to the character before it: accents, variation selectors, skin tones, joiners. */
const CONTINUES = /[\p{M}\p{Emoji_Modifier}\u200d]/u;
const JOINER = '\u200d';

/** Longest character, in code units, that is kept in one piece. */
const LONGEST_CHARACTER = 32;

/**
 * The words of a message as they can be stored and sent: well-formed, with plain line breaks and no control
 * characters. `undefined` when nothing is left that anybody could see.
 */
export function messageText(text: string | null | undefined): string | undefined {
  const clean = (text ?? '').toWellFormed().replace(LINE_BREAKS, '\n').replace(CONTROL, '').trim();
  return isBlank(clean) ? undefined : clean;
}

/**
 * Cuts a text into parts of at most `longest` UTF-16 units: after a paragraph, a line or a word where there is one in
 * the second half of a part, and never inside a character. The blanks at a cut are dropped; nothing else is.
 *
 * @param text what `messageText` gave
 */
export function splitText(text: string, longest: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > longest) {
    const cut = placeOfCut(rest, longest);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  parts.push(rest);
  return parts.filter((part) => !isBlank(part));
}

function isBlank(text: string): boolean {
  return text.replace(INVISIBLE, '') === '';
}

function placeOfCut(text: string, longest: number): number {
  // One more than fits: a blank right behind the part is a good place too.
  const window = text.slice(0, longest + 1);
  for (const boundary of ['\n\n', '\n', ' ', '\t']) {
    const place = window.lastIndexOf(boundary);
    if (place > longest / 2) return place;
  }
  return insideAWord(text, longest);
}

function insideAWord(text: string, longest: number): number {
  const earliest = Math.max(longest - LONGEST_CHARACTER, 1);
  for (let cut = longest; cut > earliest; cut--) {
    if (isBetweenCharacters(text, cut)) return cut;
  }
  return isLowSurrogate(text, longest) ? longest - 1 : longest;
}

function isBetweenCharacters(text: string, cut: number): boolean {
  if (isLowSurrogate(text, cut) || text[cut - 1] === JOINER) return false;
  return !CONTINUES.test(String.fromCodePoint(text.codePointAt(cut) ?? 0));
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
