/** What a member of a seed's item may be. A question mark allows null. */
export type Kind =
  | 'id'
  | 'number'
  | 'time'
  | 'text'
  | 'flag'
  | 'ids'
  | 'texts'
  | 'list'
  | 'object'
  | 'id?'
  | 'time?'
  | 'text?';

export type Shape = Record<string, Kind>;

export type Item = Record<string, unknown>;

/** Collects what is wrong with a seed, each time with its place and what to do. */
export class Faults {
  readonly lines: string[] = [];

  add(path: string, what: string): void {
    this.lines.push(`${path}: ${what}`);
  }

  /** @throws Error with every fault; its message begins with "The seed" */
  throwIfAny(): void {
    if (this.lines.length === 0) return;
    throw new Error(`The seed is wrong.\n${this.lines.map((line) => `  ${line}`).join('\n')}`);
  }
}

const WORDS: Record<string, string> = {
  id: 'a whole number above 0',
  number: 'a number',
  time: 'seconds since 1970, a whole number',
  text: 'a text',
  flag: 'true or false',
  ids: 'a list of ids',
  texts: 'a list of texts',
  list: 'a list',
  object: 'an object',
};

/**
 * Reports members of the wrong type, members that do not exist, and an id that is missing.
 * @returns whether the item can be used
 */
export function checkShape(path: string, item: unknown, shape: Shape, faults: Faults): boolean {
  const before = faults.lines.length;
  if (!isItem(item)) {
    faults.add(path, 'an object is expected');
    return false;
  }
  for (const [name, value] of Object.entries(item)) {
    const kind = shape[name];
    if (kind === undefined) {
      const known = Object.keys(shape).join(', ');
      faults.add(`${path}.${name}`, `there is no such member; known are ${known}`);
    } else if (!isOfKind(value, kind)) {
      const word = WORDS[kind.replace('?', '')];
      const orNull = kind.endsWith('?') ? ' or null' : '';
      faults.add(`${path}.${name}`, `${word}${orNull} is expected, not ${JSON.stringify(value)}`);
    }
  }
  if (shape.id === 'id' && !('id' in item)) faults.add(`${path}.id`, `${WORDS.id} is expected`);
  return faults.lines.length === before;
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind.endsWith('?') && value === null) return true;
  switch (kind.replace('?', '')) {
    case 'id':
      return isId(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'time':
      return Number.isInteger(value) && Number(value) >= 0;
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'ids':
      return Array.isArray(value) && value.every(isId);
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'list':
      return Array.isArray(value);
    default:
      return isItem(value);
  }
}

function isId(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0;
}
