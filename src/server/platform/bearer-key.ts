import { createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** A key nobody can guess, as it goes into an address or an `Authorization` header. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

/** How keys and OAuth states are stored: a reader of the database cannot use them. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
