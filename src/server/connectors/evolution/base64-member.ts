const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The text is no base64, or is cut. */
export class NotBase64 extends Error {
  constructor() {
    super('Not base64.');
    this.name = 'NotBase64';
  }
}

/**
 * Reads one member of a JSON object, which holds a file in base64, as the JSON comes in: it may be far larger than what
 * we want to hold. Nothing else of the JSON is kept or checked.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class Base64Member {
  readonly #name: Buffer;
  #state: 'before' | 'inside' | 'after' = 'before';
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** Within the outermost object: a name comes next, not a value. */
  #isNameNext = true;
  /** How far the name that is being read, or was read last, is the wanted one; -1: it is another. */
  #matched = -1;
  /** Letters that wait for the rest of their group of four. */
  #waiting = '';

  constructor(name: string) {
    this.#name = Buffer.from(name);
  }

  /** Whether the member is there; false as long as it may still come. */
  get isFound(): boolean {
    return this.#state !== 'before';
  }

  /** @returns what the file goes on with; empty while there is nothing @throws NotBase64 */
  push(piece: Buffer): Buffer {
    let at = 0;
    while (at < piece.length && this.#state === 'before') {
      const byte = piece[at++] ?? 0;
      if (this.#isInText) this.#stepInText(byte);
      else this.#step(byte);
    }
    if (this.#state !== 'inside') return Buffer.alloc(0);
    const end = piece.indexOf(QUOTE, at);
    const letters = piece.toString('latin1', at, end < 0 ? piece.length : end);
    if (end < 0) return this.#decode(letters);
    this.#state = 'after';
    return this.#decodeLast(letters);
  }

  /** To be called when the JSON has ended. @throws NotBase64 when it ended within the file */
  finish(): void {
    if (this.#state === 'inside') throw new NotBase64();
  }

  /** Goes over one byte before the file. */
  #step(byte: number): void {
    if (byte === QUOTE) {
      const isMember = this.#depth === 1;
      if (isMember && !this.#isNameNext && this.#matched === this.#name.length) {
        this.#state = 'inside';
        return;
      }
      this.#isInText = true;
      if (isMember && this.#isNameNext) this.#matched = 0;
    } else if (OPENING.has(byte)) this.#depth += 1;
    else if (CLOSING.has(byte)) this.#depth -= 1;
    else if (this.#depth === 1 && byte === COLON) this.#isNameNext = false;
    else if (this.#depth === 1 && byte === COMMA) this.#isNameNext = true;
  }

  #stepInText(byte: number): void {
    const isName = this.#depth === 1 && this.#isNameNext;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === QUOTE) {
      this.#isInText = false;
      return;
    } else if (byte === BACKSLASH) this.#isEscaped = true;
    if (isName) this.#matched = byte === this.#name[this.#matched] ? this.#matched + 1 : -1;
  }

  /** The last group waits, because only the end of the file may be padded. */
  #decode(letters: string): Buffer {
    const all = this.#waiting + letters;
    const whole = Math.max(Math.floor((all.length - 1) / 4) * 4, 0);
    this.#waiting = all.slice(whole);
    return decoded(all.slice(0, whole), (whole / 4) * 3);
  }

  #decodeLast(letters: string): Buffer {
    const all = (this.#waiting + letters).replace(/={1,2}$/, '');
    if (all.length % 4 === 1) throw new NotBase64();
    return decoded(all, Math.floor((all.length * 3) / 4));
  }
}

/** Node leaves out what is no base64 without a word. */
function decoded(letters: string, length: number): Buffer {
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.length !== length) throw new NotBase64();
  return bytes;
}
