import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export function hmacHex(
  algorithm: 'sha1' | 'sha256',
  key: string,
  message: string | Buffer,
): string {
  return createHmac(algorithm, key).update(message).digest('hex');
}

export function md5Hex(content: string | Buffer): string {
  return createHash('md5').update(content).digest('hex');
}
