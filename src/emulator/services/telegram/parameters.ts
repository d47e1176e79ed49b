import type { Exchange } from '../../kommo/exchange.ts';
import { jsonValues } from './answer-method.ts';
import { badRequest } from './api-error.ts';
import { type PartSink, readMultipart } from './multipart.ts';
import { type Upload, uploadSink } from './upload.ts';

/** Longest plain field of a form. */
const FIELD_MAX = 1024 * 1024;

/** The parameters of one call, however they came; every value as text. */
export class Parameters {
  readonly values: Record<string, string>;
  readonly files: ReadonlyMap<string, Upload>;

  constructor(values: Record<string, string>, files: ReadonlyMap<string, Upload> = new Map()) {
    this.values = values;
    this.files = files;
  }

  /** The text, or an empty one. */
  text(name: string): string {
    return this.values[name] ?? '';
  }

  has(name: string): boolean {
    return this.text(name) !== '';
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes'].includes(this.text(name).toLowerCase());
  }

  /** A whole number within bounds; `fallback` where there is none. */
  integer(name: string, fallback: number, [least, most]: [number, number]): number {
    const value = Number.parseInt(this.text(name), 10);
    return Number.isNaN(value) ? fallback : Math.min(most, Math.max(least, value));
  }

  /** The number, or undefined. */
  number(name: string): number | undefined {
    const value = Number(this.text(name));
    return this.has(name) && Number.isFinite(value) ? value : undefined;
  }

  /** The parsed JSON; undefined where there is none. @throws ApiError `can't parse <what> JSON object` */
  json(name: string, what: string): unknown {
    if (!this.has(name)) return undefined;
    try {
      return JSON.parse(this.text(name));
    } catch {
      throw badRequest(`can't parse ${what} JSON object`);
    }
  }
}

/**
 * Reads a call's parameters out of the query, a JSON body, a form or a multipart form; the body wins.
 *
 * @returns undefined if the connection broke before the body's end
 * @see https://core.telegram.org/bots/api#making-requests
 */
export async function readParameters(exchange: Exchange): Promise<Parameters | undefined> {
  const query = Object.fromEntries(exchange.url.searchParams);
  const type = exchange.header('content-type');
  if (type.startsWith('multipart/form-data')) {
    const form = await readForm(exchange, type);
    if (form === undefined) return undefined;
    return new Parameters({ ...query, ...form.values }, form.files);
  }
  const body = type.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(exchange.text()))
    : jsonValues(exchange.text());
  return new Parameters({ ...query, ...body });
}

async function readForm(exchange: Exchange, type: string) {
  const values: Record<string, string> = {};
  const files = new Map<string, Upload>();
  try {
    await readMultipart(exchange.request.iterator({ destroyOnReturn: false }), type, (head) =>
      head.filename === undefined
        ? fieldSink((text) => {
            values[head.name] = text;
          })
        : uploadSink(head, (upload) => files.set(head.name, upload)),
    );
  } catch (error) {
    if (exchange.request.readableAborted || exchange.request.errored) return undefined;
    throw badRequest(`can't parse the form: ${(error as Error).message}`);
  }
  return { values, files };
}

function fieldSink(done: (text: string) => void): PartSink {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    write(chunk) {
      size += chunk.length;
      if (size > FIELD_MAX) throw new TypeError('multipart: a field is too long');
      chunks.push(Buffer.from(chunk));
    },
    end: () => done(Buffer.concat(chunks).toString('utf8')),
  };
}
