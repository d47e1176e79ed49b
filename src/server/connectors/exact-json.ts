/**
 * Parses JSON of a chat service without rounding. Ids are digits there, not numbers: a whole number that a
 * JavaScript number cannot hold comes back as the text it was written in. Otherwise like `JSON.parse`.
 *
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exactValue);
}

function exactValue(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? source : value;
}
