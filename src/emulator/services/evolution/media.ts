import { isIP } from 'node:net';
import type { World } from '../../kommo/world.ts';
import { kindOf } from '../telegram/file-kind.ts';
import { FileSink, type ReceivedFile } from '../whatsapp/file-sink.ts';
import { fetchOutside } from '../whatsapp/outside.ts';
import { badRequest, Refusal, unexpected } from './refusal.ts';

const TIMEOUT_MS = 60_000;
const HEAD_BYTES = 16;

/** A file that came by address, as base64 text or as part of a form. */
export interface Media extends ReceivedFile {
  /** The first bytes. */
  head: Buffer;
  /** What the server that had it called it. */
  contentType: string | undefined;
}

/** Collects a file piece by piece. */
export class MediaSink {
  readonly #sink = new FileSink();
  #head = Buffer.alloc(0);

  write(chunk: Buffer): void {
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD_BYTES);
    }
    this.#sink.write(chunk);
  }

  end(contentType?: string): Media {
    return { ...this.#sink.end(), head: this.#head, contentType };
  }
}

/**
 * Whether the server takes a text for an address: a host with a dot, or an IP number; `localhost` is none.
 *
 * @see https://github.com/validatorjs/validator.js (isURL, require_tld)
 */
export function isAddress(text: string): boolean {
  if (/\s/.test(text)) return false;
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return false;
  const { protocol, hostname } = new URL(full);
  if (!['http:', 'https:', 'ftp:'].includes(protocol)) return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 || /^(?:[a-z\d_-]+\.)+[a-z][a-z\d-]*[a-z\d]$/i.test(host);
}

/** A data URL is no base64. @see https://github.com/validatorjs/validator.js (isBase64) */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
}

/** @param isWrapped whether the method says 500 and why, or lets axios's own error through */
interface Fetching {
  isWrapped: boolean;
  /** Adds `timestamp` to the query, as the methods for voices and stickers do. */
  isStamped: boolean;
}

/** Reads what `media`, `audio` and the like hold. @throws Refusal */
export async function readMedia(world: World, value: unknown, fetching: Fetching): Promise<Media> {
  const text = typeof value === 'string' ? value : '';
  if (isAddress(text)) return await download(world, text, fetching);
  if (typeof value !== 'string' || !isBase64(text)) {
    throw badRequest('Owned media must be a url or base64');
  }
  const sink = new MediaSink();
  sink.write(Buffer.from(text, 'base64'));
  return sink.end();
}

async function download(
  world: World,
  address: string,
  { isWrapped, isStamped }: Fetching,
): Promise<Media> {
  try {
    const url = new URL(address);
    if (isStamped) url.searchParams.set('timestamp', String(Date.now()));
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), world.life]);
    const answer = await fetchOutside(world, url.href, signal);
    const sink = new MediaSink();
    for await (const chunk of answer as AsyncIterable<Buffer>) sink.write(chunk);
    return sink.end(answer.headers['content-type']);
  } catch (error) {
    const { message } = error as Error;
    if (isWrapped) throw new Refusal(500, [`AxiosError: ${message}`]);
    const status = /status code (\d{3})/.exec(message)?.[1];
    if (status !== undefined) throw new Refusal(Number(status), message);
    throw unexpected(message);
  }
}

/** Pictures and stickers are converted, which needs one that can be read. @throws Refusal */
export function mustBePicture({ head }: Media): void {
  if (['jpeg', 'png', 'gif', 'webp'].includes(kindOf(head))) return;
  throw new Refusal(500, ['Error: Input buffer contains unsupported image format']);
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  zip: 'application/zip',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The type by the name's ending; the server says "false" for one it does not know. */
export function typeByName(name: string): string {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES, ending) ? (TYPES[ending] ?? 'false') : 'false';
}

/** How the server names a file of this type; without the dot. */
export function endingOf(mime: string): string {
  const bare = mime.split(';')[0]?.trim();
  return Object.entries(TYPES).find(([, type]) => type === bare)?.[0] ?? 'false';
}
