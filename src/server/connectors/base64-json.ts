import { randomUUID } from 'node:crypto';
import { piecesOf, type Upload, type UploadFile } from './multipart.ts';

/**
 * Writes JSON around a file in base64, for services that take files no other way. The file is encoded as it is sent
 * and never held as a whole. Reading `body` throws `FileFailed` as `multipart` does.
 *
 * @param bodyWith makes the JSON; what it is given stands where the file will
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-4
 */
export function base64Json(bodyWith: (data: string) => object, file: UploadFile): Upload {
  const mark = randomUUID();
  const [head = '', tail = ''] = JSON.stringify(bodyWith(mark)).split(mark);
  let isHandedOver = false;

  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head);
    yield* encoded(piecesOf(file));
    isHandedOver = true;
    yield Buffer.from(tail);
  }

  return {
    contentType: 'application/json',
    contentLength:
      file.bytes === undefined
        ? undefined
        : Buffer.byteLength(head) + base64Length(file.bytes) + Buffer.byteLength(tail),
    body: body(),
    isHandedOver: () => isHandedOver,
  };
}

/** How long so many bytes are in base64. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Three bytes are four letters, so up to two wait for the next piece. */
async function* encoded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting = Buffer.alloc(0);
  for await (const piece of pieces) {
    const all = Buffer.concat([waiting, piece]);
    const whole = all.length - (all.length % 3);
    if (whole > 0) yield Buffer.from(all.toString('base64', 0, whole), 'latin1');
    waiting = all.subarray(whole);
  }
  if (waiting.length > 0) yield Buffer.from(waiting.toString('base64'), 'latin1');
}
