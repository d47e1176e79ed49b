import fc from 'fast-check';

/** What a service, or somebody who speaks in its name, may put in the place of anything. */
const HOSTILE: unknown[] = [
  null,
  true,
  '',
  ' ',
  '\0',
  'a\0b\ud800c\u202ed',
  'x'.repeat(100_000),
  '__proto__',
  '../../etc/passwd',
  0,
  -1,
  1.5,
  1e308,
  9_007_199_254_740_993n.toString(),
  Number.MAX_SAFE_INTEGER,
  [],
  [[]],
  [null],
  {},
  { id: null },
  nested(500),
];

/** An event with one to four of its members spoiled, taken out or put elsewhere, as bytes. */
export function spoiled(body: Buffer): fc.Arbitrary<Buffer> {
  const json = parse(body);
  if (json === undefined) return fc.uint8Array().map((bytes) => Buffer.from(bytes));
  const places = placesIn(json);
  const change = fc.record({
    place: fc.constantFrom(...places),
    value: fc.oneof(fc.constantFrom(...HOSTILE), fc.constant(undefined), fc.jsonValue()),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const copy = structuredClone(json);
    for (const { place, value } of changes) put(copy, place, structuredClone(value));
    return Buffer.from(JSON.stringify(copy));
  });
}

/** Bytes that are no event at all. */
export const NO_EVENTS: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a number', Buffer.from('42')],
  ['null', Buffer.from('null')],
  ['a list', Buffer.from('[]')],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['half of an event', Buffer.from('{"message":{"text":"a')],
  ['a deep well', Buffer.from('['.repeat(200_000) + ']'.repeat(200_000))],
  ['a wide plain', Buffer.from(`{${'"a":1,'.repeat(100_000)}"b":2}`)],
];

type Place = (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, member]) =>
    placesIn(member, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inner : [at, ...inner];
}

function put(root: unknown, place: Place, value: unknown): void {
  let holder = root;
  for (const key of place.slice(0, -1)) {
    holder = (holder as Record<string | number, unknown> | null)?.[key];
  }
  const last = place.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined) return;
  if (value === undefined) delete (holder as Record<string | number, unknown>)[last];
  else (holder as Record<string | number, unknown>)[last] = value;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { message: [value] };
  return value;
}

function parse(body: Buffer): object | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
