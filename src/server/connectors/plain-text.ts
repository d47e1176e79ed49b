/** Longest name, handle or id of an account that we keep. */
const LONGEST = 255;

/** Control characters, line separators, characters without width, and marks that turn the direction of text. */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u200b\u2060\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/**
 * The invisible characters that come along when people copy: spaces of all kinds, line breaks, marks of direction,
 * characters without width. The widget has the same list.
 */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}]+/gu;

/** A key or a number without its invisible characters. Not for names: there, spaces and joiners mean something. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/**
 * One line of text that can be stored and shown: services answer anything, and neither the database nor a reader
 * takes every character. `undefined` when nothing is left.
 */
export function plainLine(text: string | null | undefined, longest = LONGEST): string | undefined {
  const line = (text ?? '').toWellFormed().replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();
  if (line === '') return undefined;
  // Cutting may split a character of two code units.
  return line.slice(0, longest).toWellFormed();
}

/** The address of a picture, if it is one a page may load. */
export function pictureAddress(text: string | null | undefined): string | undefined {
  const url = URL.parse(text ?? '');
  return url?.protocol === 'https:' && url.href.length <= 2048 ? url.href : undefined;
}
