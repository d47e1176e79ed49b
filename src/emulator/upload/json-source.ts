/** A fault of the text itself; what else can be read is read all the same. */
export interface JsonFault {
  severity: 'error' | 'warning';
  /** Both 1-based. */
  line: number;
  column: number;
  place: string;
  message: string;
}

/** A JSON file with the lines its values stand in. */
export interface JsonSource {
  /** Undefined if nothing could be read. */
  value: unknown;
  faults: JsonFault[];
  /** Line of a value, or of the nearest thing around it; undefined for an unreadable file. */
  lineOf: (place: string) => number | undefined;
}

/** Deeper than any real file; a deeper one would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * Reads strict JSON, and says of comments, commas too many and keys given twice where they stand, instead of
 * stopping at the first: people check a manifest to learn all of its faults.
 */
export function readJsonSource(text: string): JsonSource {
  return new JsonReader(text).read();
}

class Unreadable extends Error {}

class JsonReader {
  readonly #text: string;
  /** Where each line begins. */
  readonly #starts = [0];
  readonly #lines = new Map<string, number>();
  readonly #faults: JsonFault[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    for (const { index } of text.matchAll(/\n/g)) this.#starts.push(index + 1);
  }

  read(): JsonSource {
    let value: unknown;
    try {
      value = this.#value('');
      this.#space('');
      if (this.#at < this.#text.length) this.#stop('there is more text after the end', '');
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      value = undefined;
    }
    return { value, faults: this.#faults, lineOf: (place) => this.#lineOf(place) };
  }

  #lineOf(place: string): number | undefined {
    for (let here = place; here !== ''; here = here.slice(0, Math.max(here.lastIndexOf('.'), 0))) {
      const line = this.#lines.get(here);
      if (line !== undefined) return line;
    }
    return place === '' ? undefined : this.#lines.get('');
  }

  #value(place: string): unknown {
    this.#space(place);
    if (!this.#lines.has(place)) this.#lines.set(place, this.#position(this.#at).line);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#stop('it is nested too deeply', place);
    const value = this.#any(place);
    this.#depth -= 1;
    return value;
  }

  #any(place: string): unknown {
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(place);
    if (next === '[') return this.#array(place);
    if (next === '"') return this.#string(place);
    const found = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
    found.lastIndex = this.#at;
    const literal = found.exec(this.#text)?.[0];
    if (literal === undefined) return this.#stop(this.#unexpected(), place);
    this.#at += literal.length;
    return JSON.parse(literal);
  }

  #object(place: string): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#at += 1;
    for (;;) {
      this.#space(place);
      if (this.#take('}')) return Object.fromEntries(entries);
      if (this.#text[this.#at] !== '"') return this.#stop(this.#unexpected(), place);
      const start = this.#at;
      const key = this.#string(place);
      const inner = place === '' ? key : `${place}.${key}`;
      if (entries.has(key)) {
        this.#fault(
          'warning',
          start,
          inner,
          `the key "${key}" is given twice; the last one counts`,
        );
      }
      this.#lines.set(inner, this.#position(start).line);
      this.#space(inner);
      if (!this.#take(':')) return this.#stop(`a colon is missing after "${key}"`, inner);
      entries.set(key, this.#value(inner));
      if (this.#separate('}', inner)) return Object.fromEntries(entries);
    }
  }

  #array(place: string): unknown[] {
    const values: unknown[] = [];
    this.#at += 1;
    for (;;) {
      this.#space(place);
      if (this.#take(']')) return values;
      const inner = `${place}.${values.length}`;
      values.push(this.#value(inner));
      if (this.#separate(']', inner)) return values;
    }
  }

  /** Reads what follows a value. @returns true at the end of the object or array */
  #separate(end: string, place: string): boolean {
    this.#space(place);
    if (this.#take(end)) return true;
    const comma = this.#at;
    if (!this.#take(',')) {
      const message =
        comma >= this.#text.length
          ? `it ends before "${end}"`
          : `a comma or "${end}" is missing before ${this.#shown()}`;
      return this.#stop(message, place);
    }
    this.#space(place);
    if (this.#text[this.#at] === end) {
      this.#fault('error', comma, place, 'a comma stands after the last value; take it away');
    }
    return false;
  }

  #string(place: string): string {
    const start = this.#at;
    const found = /"(?:[^"\\]|\\[\s\S])*"/y;
    found.lastIndex = start;
    const raw = found.exec(this.#text)?.[0];
    if (raw === undefined || /[\r\n]/.test(raw)) {
      return this.#stop('a text has no closing quote in its line', place);
    }
    this.#at += raw.length;
    try {
      return String(JSON.parse(raw));
    } catch {
      return this.#mended(raw, start, place);
    }
  }

  /** A text with tabs or escapes that JSON does not have. */
  #mended(raw: string, start: number, place: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what JSON forbids here
    const control = /[\u0000-\u001f]/.exec(raw);
    const at = start + (control?.index ?? 0);
    const message =
      control === null
        ? 'a text has a backslash that begins no escape of JSON; write \\\\'
        : 'a text has a tab in it; write \\t';
    this.#fault('error', at, place, message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    return raw.slice(1, -1).replaceAll(/[\u0000-\u001f]+/g, ' ');
  }

  #space(place: string): void {
    for (;;) {
      const blank = /\s*/y;
      blank.lastIndex = this.#at;
      this.#at += blank.exec(this.#text)?.[0].length ?? 0;
      const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
      comment.lastIndex = this.#at;
      const found = comment.exec(this.#text)?.[0];
      if (found === undefined) return;
      this.#fault('error', this.#at, place, 'JSON has no comments; take them away');
      this.#at += found.length;
    }
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): string {
    if (this.#at >= this.#text.length) return 'it ends too early';
    if (this.#text[this.#at] === "'") return 'texts need double quotes';
    return `${this.#shown()} is not expected here`;
  }

  #shown(): string {
    return JSON.stringify(
      /^(?:[\w-]+|.)/s.exec(this.#text.slice(this.#at, this.#at + 20))?.[0] ?? '',
    );
  }

  #position(at: number): { line: number; column: number } {
    let low = 0;
    for (let high = this.#starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 };
  }

  #fault(severity: JsonFault['severity'], at: number, place: string, message: string): void {
    this.#faults.push({ severity, ...this.#position(at), place, message });
  }

  #stop(message: string, place: string): never {
    const { line, column } = this.#position(this.#at);
    this.#fault(
      'error',
      this.#at,
      place,
      `it is not JSON: ${message} (line ${line}, column ${column})`,
    );
    throw new Unreadable();
  }
}
