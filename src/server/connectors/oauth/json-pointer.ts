/**
 * Reads one value out of parsed JSON by a JSON pointer, e.g. `/team/id` or `/emails/0`.
 * The empty pointer is the whole document.
 *
 * @returns `undefined` when any step is missing; inherited properties do not count
 * @see https://www.rfc-editor.org/rfc/rfc6901
 */
export function readPointer(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  if (!pointer.startsWith('/')) return undefined;
  let value = document;
  for (const token of pointer.slice(1).split('/')) {
    // The order matters: `~01` stands for `~1`, not for `/`.
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      if (!/^(0|[1-9]\d{0,8})$/.test(key)) return undefined;
      value = value[Number(key)];
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key)) {
      value = (value as Record<string, unknown>)[key];
    } else return undefined;
  }
  return value;
}

/**
 * As `readPointer`, for values shown or stored as text: strings and numbers, trimmed, never empty. A number
 * so large that it may have been rounded is not taken.
 */
export function readText(document: unknown, pointer: string): string | undefined {
  const value = readPointer(document, pointer);
  if (typeof value === 'number') {
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}
