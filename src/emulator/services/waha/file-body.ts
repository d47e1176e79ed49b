import { FileSink, type ReceivedFile } from '../whatsapp/file-sink.ts';
import type { Fields } from '../whatsapp/state.ts';

/** What a call may have beside its file. */
const REST_MAX = 1024 * 1024;
/** The longest name that is looked at. */
const NAME_MAX = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** A JSON body whose `data` was taken out on its way. */
export interface FileBody {
  /** `data` is an empty text here; undefined when the body is no JSON object. */
  fields: Fields | undefined;
  /** What `data` held; undefined when there was none, or it was no base64. */
  data: ReceivedFile | undefined;
}

/** More bytes came than the server takes. */
export class BodyTooLarge extends Error {}

/**
 * Reads a JSON body whose `data` is a file in base64 without ever holding the file.
 *
 * @param most bytes of the whole body
 * @throws BodyTooLarge
 */
export async function readFileBody(source: AsyncIterable<Buffer>, most: number): Promise<FileBody> {
  const reader = new FileBodyReader();
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > most) throw new BodyTooLarge();
    reader.read(chunk);
  }
  return reader.end();
}

/** Walks over JSON text byte by byte, and over the text of `data` piece by piece. */
class FileBodyReader {
  #rest: Buffer[] = [];
  #restSize = 0;
  #state: 'outside' | 'text' | 'data' = 'outside';
  #isEscaped = false;
  /** The beginning of the last text outside of `data`. */
  #last: number[] = [];
  /** The name whose value comes next. */
  #name = '';
  #file: Base64File | undefined;

  read(chunk: Buffer): void {
    // Where what belongs to the rest begins.
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'data') {
        at = this.#readData(chunk, at);
        from = at;
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (this.#state === 'text') this.#readText(byte);
      else if (byte === QUOTE) this.#open();
      else if (byte === COLON) this.#name = Buffer.from(this.#last).toString('utf8');
      else if (byte > 0x20) this.#name = '';
      // The opening quote of `data` stays, and its closing one: an empty text is left.
      if (this.#isInData()) this.#keep(chunk.subarray(from, at));
    }
    if (!this.#isInData()) this.#keep(chunk.subarray(from));
  }

  #isInData(): boolean {
    return this.#state === 'data';
  }

  #open(): void {
    const isData = this.#name === 'data';
    this.#name = '';
    this.#last = [];
    this.#state = isData ? 'data' : 'text';
    if (isData) this.#file = new Base64File();
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#state = 'outside';
    if (this.#state === 'text' && this.#last.length < NAME_MAX) this.#last.push(byte);
  }

  /** @returns where to go on: at the closing quote, or behind the chunk */
  #readData(chunk: Buffer, start: number): number {
    const quote = chunk.indexOf(QUOTE, start);
    const end = quote < 0 ? chunk.length : quote;
    // Base64 needs no escapes; `\/` is the one that writers make.
    this.#file?.write(chunk.subarray(start, end).toString('latin1').replaceAll('\\', ''));
    if (quote >= 0) this.#state = 'outside';
    if (quote < 0) return end;
    this.#keep(chunk.subarray(quote, quote + 1));
    return quote + 1;
  }

  #keep(piece: Buffer): void {
    this.#restSize += piece.length;
    if (this.#restSize > REST_MAX) throw new BodyTooLarge();
    if (piece.length > 0) this.#rest.push(Buffer.from(piece));
  }

  end(): FileBody {
    return { fields: parse(Buffer.concat(this.#rest).toString('utf8')), data: this.#file?.end() };
  }
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

class Base64File {
  readonly #sink = new FileSink();
  #carried = '';
  #isSound = true;
  #isPadded = false;

  write(text: string): void {
    const all = this.#carried + text;
    const usable = all.length - (all.length % 4);
    this.#carried = all.slice(usable);
    this.#decode(all.slice(0, usable));
  }

  #decode(text: string): void {
    if (text === '') return;
    // Padding ends a file: what has something behind it is none.
    if (this.#isPadded || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) this.#isSound = false;
    this.#isPadded = text.endsWith('=');
    this.#sink.write(Buffer.from(text, 'base64'));
  }

  end(): ReceivedFile | undefined {
    this.#decode(this.#carried);
    return this.#isSound ? this.#sink.end() : undefined;
  }
}
