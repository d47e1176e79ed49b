import { createHash, createHmac } from 'node:crypto';

/** The parts of a request to the chat API that its signature covers. */
export interface SignedParts {
  method: string;
  /** Path of the address: no scheme, host or query. */
  path: string;
  /** Exactly the bytes that are sent; empty for none. */
  body: string;
  /** RFC 2822 with a numeric zone, `Wed, 15 Dec 2021 23:12:55 +0000`. Good for 15 minutes. */
  date: string;
}

/** The chat API compares this header literally; nothing may be appended to it. */
export const AMOJO_CONTENT_TYPE = 'application/json';

/** The documented form of the `Date` header. */
export function amojoDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/** Lower-case hex MD5 of the body. Kommo demands MD5; nothing rests on it, the signature covers it. */
export function contentMd5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/**
 * Signature of a request to the chat API: HMAC-SHA1, keyed with the channel secret as text.
 *
 * @see https://developers.kommo.com/reference/connect-channel
 */
export function amojoSignature(secret: string, parts: SignedParts): string {
  const text = [
    parts.method.toUpperCase(),
    contentMd5(parts.body),
    AMOJO_CONTENT_TYPE,
    parts.date,
    parts.path,
  ].join('\n');
  return createHmac('sha1', secret).update(text).digest('hex');
}
