/** One part of a `multipart/form-data` body. */
export interface PartHead {
  name: string;
  /** Undefined for a plain field. */
  filename: string | undefined;
  type: string;
}

/** Takes a part's bytes as they come. */
export interface PartSink {
  write(chunk: Buffer): void;
  end(): void;
}

/** The longest head of a part; more is no honest request. */
const HEAD_MAX = 16_384;
const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Reads a multipart body without keeping it: each part goes to the sink that `open` gives for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 * @throws TypeError for a body that is cut or malformed
 */
export async function readMultipart(
  source: AsyncIterable<Buffer>,
  contentType: string,
  open: (head: PartHead) => PartSink,
): Promise<void> {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new TypeError('multipart: there is no boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter has no line before it.
  let rest: Buffer = Buffer.from(CRLF);
  let sink: PartSink | undefined;
  let state: 'content' | 'delimiter' | 'head' | 'end' = 'content';
  for await (const chunk of source) {
    if (state === 'end') continue;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let isWaiting = false;
    while (!isWaiting) {
      if (state === 'content') {
        const at = rest.indexOf(delimiter);
        if (at < 0) {
          // The end may be the beginning of a delimiter.
          const safe = Math.max(0, rest.length - delimiter.length + 1);
          if (safe > 0) sink?.write(rest.subarray(0, safe));
          rest = rest.subarray(safe);
          isWaiting = true;
        } else {
          if (at > 0) sink?.write(rest.subarray(0, at));
          sink?.end();
          sink = undefined;
          rest = rest.subarray(at + delimiter.length);
          state = 'delimiter';
        }
      } else if (state === 'delimiter') {
        if (rest.length < 2) isWaiting = true;
        else if (rest.subarray(0, 2).toString('latin1') === '--') {
          state = 'end';
          isWaiting = true;
        } else {
          // The CRLF stays: a head without lines ends at once.
          state = 'head';
        }
      } else {
        const at = rest.indexOf(HEAD_END);
        if (at < 0) {
          if (rest.length > HEAD_MAX)
            throw new TypeError('multipart: the head of a part is too long');
          isWaiting = true;
        } else {
          sink = open(parseHead(rest.subarray(0, at).toString('utf8')));
          rest = rest.subarray(at + HEAD_END.length);
          state = 'content';
        }
      }
    }
  }
  if (state !== 'end') throw new TypeError('multipart: the body ends too early');
}

function parseHead(text: string): PartHead {
  const header = (name: string) =>
    new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
  const disposition = header('content-disposition');
  const parameter = (name: string) => {
    const found = new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1];
    return found?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"');
  };
  const extended = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const name = parameter('name');
  if (name === undefined) throw new TypeError('multipart: a part has no name');
  return {
    name,
    filename: extended === undefined ? parameter('filename') : decodeURIComponent(extended),
    type: header('content-type'),
  };
}
