/** What the remote control was given; what each act reads is in its own comment. */
export type Given = Record<string, unknown>;

/** @throws TypeError when there is no such text */
export function text(given: Given, name: string): string {
  const value = given[name];
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name}: a text is expected`);
  return value;
}

export function optional(given: Given, name: string): string | undefined {
  return given[name] === undefined ? undefined : text(given, name);
}

export function whole(given: Given, name: string, fallback?: number): number {
  const value = given[name] ?? fallback;
  if (!Number.isSafeInteger(value)) throw new TypeError(`${name}: a whole number is expected`);
  return Number(value);
}

export function list(given: Given, name: string): unknown[] {
  const value = given[name];
  if (!Array.isArray(value)) throw new TypeError(`${name}: an array is expected`);
  return value;
}

/** One of a few words, or nothing. */
export function oneOf<Word extends string>(
  given: Given,
  name: string,
  words: readonly Word[],
): Word | undefined {
  if (given[name] === undefined) return undefined;
  const word = words.find((one) => one === given[name]);
  if (word === undefined) throw new TypeError(`${name}: one of ${words.join(', ')} is expected`);
  return word;
}

/** Digits of a phone, with or without `+`. */
export function digits(given: Given, name: string): string {
  return text(
    { [name]: typeof given[name] === 'number' ? String(given[name]) : given[name] },
    name,
  ).replace(/^\+/, '');
}
