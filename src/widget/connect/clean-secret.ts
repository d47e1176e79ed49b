/** A label that was copied along: letters, then a colon or an equals sign (but not `https:`). */
const LABEL = /^\p{L}[\p{L} _-]{1,40}[:=](?!\/\/)\s*/u;

/** Spaces of all kinds, line breaks and characters without width. */
const INVISIBLE = /[\s\p{Z}\u200B-\u200D\u2060\uFEFF]+/gu;

const QUOTES = /^["'`«»“”‘’]+|["'`«»“”‘’]+$/gu;

/** What people copy along with a key, taken off: labels, quotes, spaces, line breaks. */
export function cleanSecret(pasted: string): string {
  return pasted.trim().replace(LABEL, '').replace(INVISIBLE, '').replace(QUOTES, '');
}
