/** A label that was copied along: letters, then a colon or an equals sign (but not `https:`). */
const LABEL = /^\p{L}[\p{L} _-]{1,40}[:=](?!\/\/)\s*/u;

/** Spaces of all kinds, line breaks, marks of direction, what has no width. The server has the same list. */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}]+/gu;

/** Those before and after a text. */
const HIDDEN_ENDS = new RegExp(`^${INVISIBLE.source}|${INVISIBLE.source}$`, 'gu');

const QUOTES = /^["'`«»“”‘’]+|["'`«»“”‘’]+$/gu;

/** What people copy along with a key, taken off: labels, quotes, spaces, line breaks. */
export function cleanSecret(pasted: string): string {
  const line = pasted.replace(HIDDEN_ENDS, '');
  return line.replace(LABEL, '').replace(INVISIBLE, '').replace(QUOTES, '');
}
