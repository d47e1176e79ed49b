import { createHash } from 'node:crypto';

/** The same UUID (version 5 in form) for the same text, so that seeds and restarts agree. */
export function stableUuid(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
