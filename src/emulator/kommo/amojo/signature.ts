import { hmacHex, md5Hex, sameSecret } from '../../engine/secrets.ts';

/** How far a signed request's date may be off. */
const TOLERANCE_MS = 15 * 60_000;

export interface SignedRequest {
  method: string;
  path: string;
  contentType: string;
  contentMd5: string;
  date: string;
  signature: string;
  body: Buffer;
}

/** The text that `X-Signature` signs: five lines without a final newline. Missing headers count as empty. */
export function signatureText(request: Omit<SignedRequest, 'signature' | 'body'>): string {
  const { method, contentMd5, contentType, date, path } = request;
  return [method.toUpperCase(), contentMd5, contentType, date, path].join('\n');
}

/** `X-Signature` of a request; the secret is text, not hexadecimal bytes. */
export function signRequest(
  request: Omit<SignedRequest, 'signature' | 'body'>,
  secret: string,
): string {
  return hmacHex('sha1', secret, signatureText(request));
}

/**
 * Why a request's headers are refused, whatever its channel; undefined if they are fine.
 * https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export function refuseHeaders(request: SignedRequest, now: number): string | undefined {
  const { signature, date, contentMd5, contentType, body } = request;
  if (signature === '') return 'X-Signature is missing';
  if (date === '') return 'Date is missing';
  if (contentMd5 === '') return 'Content-MD5 is missing';
  if (body.length > 0 && contentType !== 'application/json') {
    return 'Content-Type must be application/json';
  }
  const at = parseDate(date);
  if (at === undefined) return 'Date is not an RFC 2822 date';
  if (Math.abs(now - at) > TOLERANCE_MS) return 'Date is more than 15 minutes off';
  if (!sameSecret(contentMd5, md5Hex(body))) return 'Content-MD5 does not match the body';
  return undefined;
}

export function isSignedWith(request: SignedRequest, secret: string): boolean {
  return sameSecret(request.signature, signRequest(request, secret));
}

/** The scheme before autumn 2019: it covers the body alone; there are no other headers. */
export function isSignedTheOldWay(request: SignedRequest, secret: string): boolean {
  return (
    request.date === '' &&
    request.contentMd5 === '' &&
    request.signature !== '' &&
    sameSecret(request.signature, hmacHex('sha1', secret, request.body))
  );
}

const RFC_2822 = /^(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT)$/;

function parseDate(text: string): number | undefined {
  const at = RFC_2822.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
