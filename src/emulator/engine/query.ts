/** Deeper names are dropped, as PHP does (`max_input_nesting_level`). */
const DEPTH_MAX = 64;

class Branch {
  /** Values given to this very name, in their order. */
  readonly values: string[] = [];
  /** A Map, so that a name like `__proto__` is one like any other. */
  readonly children = new Map<string, Branch>();
  /** What the next `[]` stands for. */
  #next = 0;

  child(key: string): Branch {
    const name = key === '' ? String(this.#next) : key;
    if (/^\d{1,9}$/.test(name)) this.#next = Math.max(this.#next, Number(name) + 1);
    const known = this.children.get(name);
    if (known !== undefined) return known;
    const made = new Branch();
    this.children.set(name, made);
    return made;
  }
}

/** Both ends belong to it. An end that is not given is infinite, one that is not a number takes nothing. */
export interface Range {
  from: number;
  to: number;
}

/**
 * The parameters of a query string with their brackets, read as PHP's `parse_str` does: `a=1`, `a[]=1`, `a[0]=1`,
 * `a[5]=1` and `a[b][0][c]=1`, bare or percent-encoded. Only one thing differs: a repeated plain name keeps all its
 * values, for the callers that want a list.
 */
export class Query {
  readonly #root: Branch;

  constructor(parameters: Iterable<[string, string]> | Branch) {
    if (parameters instanceof Branch) {
      this.#root = parameters;
      return;
    }
    this.#root = new Branch();
    for (const [name, value] of parameters) {
      const path = pathOf(name);
      if (path.length > DEPTH_MAX) continue;
      let branch = this.#root;
      for (const key of path) branch = branch.child(key);
      branch.values.push(value);
    }
  }

  /** Whether the name was given in any form. */
  has(...path: string[]): boolean {
    return this.#find(path) !== undefined;
  }

  /** The last plain value of a name, e.g. `text('filter', 'destination')`. */
  text(...path: string[]): string | undefined {
    return this.#find(path)?.values.at(-1);
  }

  /** All values of a name, plain or as a list; what is nested deeper is left out. */
  list(...path: string[]): string[] {
    const found = this.#find(path);
    if (found === undefined) return [];
    return [...found.values, ...[...found.children.values()].flatMap(({ values }) => values)];
  }

  /** The same where a source says that commas part values too: `with=a,b`. */
  commaList(...path: string[]): string[] {
    return this.list(...path).flatMap((value) => value.split(',').map((part) => part.trim()));
  }

  /** The names in brackets after this one, in the order of their first appearance. */
  names(...path: string[]): string[] {
    return [...(this.#find(path)?.children.keys() ?? [])];
  }

  /** The elements of a list of objects: `rows('filter', 'statuses')` of `filter[statuses][0][status_id]=142`. */
  rows(...path: string[]): Query[] {
    return [...(this.#find(path)?.children.values() ?? [])].map((branch) => new Query(branch));
  }

  /** `a[from]=1&a[to]=2`, or `a=1` for one number. Undefined if the name was not given; any other form takes nothing. */
  range(...path: string[]): Range | undefined {
    if (!this.has(...path)) return undefined;
    const only = this.text(...path);
    const from = only ?? this.text(...path, 'from');
    const to = only ?? this.text(...path, 'to');
    if (from === undefined && to === undefined) return { from: Number.NaN, to: Number.NaN };
    return { from: numberIn(from, -Infinity), to: numberIn(to, Infinity) };
  }

  #find(path: string[]): Branch | undefined {
    let branch: Branch | undefined = this.#root;
    for (const key of path) branch = branch?.children.get(key);
    return branch;
  }
}

/** @returns NaN for anything that is not a number alone; an empty text is none */
function numberIn(text: string | undefined, open: number): number {
  if (text === undefined) return open;
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** `a[b][]` is a, b and the next number; a bracket that is never closed is a letter of the name. */
function pathOf(name: string): string[] {
  const first = name.indexOf('[');
  if (first <= 0) return [name];
  const path = [name.slice(0, first)];
  let at = first;
  while (name[at] === '[' && path.length <= DEPTH_MAX) {
    const end = name.indexOf(']', at);
    if (end === -1) return path.length === 1 ? [name] : path;
    path.push(name.slice(at + 1, end));
    at = end + 1;
  }
  return path;
}
