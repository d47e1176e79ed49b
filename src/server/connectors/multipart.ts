import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { NotReached } from '../platform/outbound.ts';

/** A file on its way to a service. */
export interface UploadFile {
  fileName: string;
  /** MIME type. */
  type: string;
  body: Readable;
  /** When they are known, the whole request's length is. */
  bytes?: number;
  /** More is not sent. */
  maxBytes: number;
}

/** A file within a form. */
export interface FormFile extends UploadFile {
  field: string;
}

/** A request with one file in it, which is read as it is sent: a form (`multipart/form-data`), or JSON. */
export interface Upload {
  contentType: string;
  contentLength: number | undefined;
  body: AsyncIterable<Uint8Array>;
  /** Whether all of it was handed over. Until then no server can have acted on it. */
  isHandedOver(): boolean;
}

/** The file of a message could not be opened or read to its end. Holds nothing of where it comes from. */
export class FileFailed extends Error {
  /** `gone` and `too_large` for good; `broken` may pass. */
  readonly failure: 'gone' | 'too_large' | 'broken';

  constructor(failure: FileFailed['failure']) {
    super(`The file could not be sent: ${failure}.`);
    this.name = 'FileFailed';
    this.failure = failure;
  }
}

/**
 * Writes a form around a file, which is never held as a whole. Reading `body` throws `FileFailed` when the file does
 * not hold what was said of it; whoever made the file destroys it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function multipart(fields: Readonly<Record<string, string>>, file: FormFile): Upload {
  const boundary = `form-${randomUUID()}`;
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = Buffer.from(
    `${parts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="${file.field}"; ` +
      `filename="${quoted(file.fileName)}"\r\ncontent-type: ${typeOf(file.type)}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  let isHandedOver = false;

  async function* body(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* piecesOf(file);
    isHandedOver = true;
    yield tail;
  }

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: file.bytes === undefined ? undefined : head.length + file.bytes + tail.length,
    body: body(),
    isHandedOver: () => isHandedOver,
  };
}

/** A file as it is read, no more and no less than was said of it. Throws `FileFailed`. */
export async function* piecesOf({ body, bytes, maxBytes }: UploadFile): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > maxBytes) throw new FileFailed('too_large');
      if (size > (bytes ?? size)) throw new FileFailed('broken');
      yield piece;
    }
  } catch (error) {
    if (error instanceof FileFailed) throw error;
    const isTooLarge = error instanceof NotReached && error.reason === 'too_large';
    throw new FileFailed(isTooLarge ? 'too_large' : 'broken');
  }
  if (size < (bytes ?? size)) throw new FileFailed('broken');
}

/** Quotes and line breaks would end the name; some servers do not undo the escapes of the standard. */
function quoted(fileName: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a header
  return fileName.toWellFormed().replaceAll(/["\\/\0-\x1f\x7f]/g, '_') || 'file';
}

function typeOf(type: string): string {
  return /^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*$/.test(type)
    ? type
    : 'application/octet-stream';
}
