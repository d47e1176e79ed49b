import { randomFillSync } from 'node:crypto';

/** Asking the system costs as much for a few bytes as for this many. */
const POOL_BYTES = 4096;

const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/** So many random bytes, at most a few dozen, taken from a larger draw. None is given out twice. */
export function fewRandomBytes(count: number): Buffer {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  used += count;
  return bytes;
}
