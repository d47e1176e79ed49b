import { createHash } from 'node:crypto';
import { fewRandomBytes } from '../random-bytes.ts';

/** Ids of one millisecond that are told apart by their order; a process makes far fewer. */
const COUNTED = 0x1000;

let latest = { ms: 0, count: 0 };

/**
 * A new UUID of version 7: rows made one after the other lie side by side in the index, and the id tells when
 * its row was made. Of the ids a process makes within a millisecond, the later one is the greater.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-6.2 (method 1)
 */
export function newRowId(nowMs = Date.now()): string {
  const count = nowMs === latest.ms ? Math.min(latest.count + 1, COUNTED - 1) : 0;
  latest = { ms: nowMs, count };
  const bytes = fewRandomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt16BE(count, 6);
  return formatted(bytes, 0x70);
}

/** The smallest id that a row made at this moment can have. */
export function firstRowIdOf(moment: Date): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.max(0, moment.getTime()), 0, 6);
  return formatted(bytes, 0x70);
}

/** Always the same UUID (version 8) for the same parts: whoever knows them needs not look the row up. */
export function rowIdOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return formatted(hash.subarray(0, 16), 0x80);
}

function formatted(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | version;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
