import { randomUUID } from 'node:crypto';

/** Another run took the lease over and finishes what this one began. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease was lost.');
    this.name = 'LeaseLost';
  }
}

export interface HeldLease {
  /**
   * Proves, at the database, that nobody else has taken over. Call before each write to the outside.
   *
   * @param how extends the lease in another way than the regular one, with something more in the same statement
   * @throws LeaseLost
   */
  confirm(how?: () => Promise<boolean>): Promise<void>;
  /**
   * Proves the same without asking anybody, by the age of the last renewal: a process that was stopped and
   * continued notices it before it sends anything.
   *
   * @param trustedMs shorter than the lease, so that we stop trusting it before others start taking it
   * @throws LeaseLost
   */
  assertFresh(trustedMs: number): void;
}

/** Names one run. Not the process: a process that was paused must not take its own old run for the new one. */
export function newLeaseOwner(): string {
  return randomUUID();
}

/**
 * Keeps a taken lease alive while `work` runs.
 *
 * @param renew extends the lease; false when it is no longer ours
 * @param takenAt `performance.now()` from before the lease was asked for
 * @param onError told of a renewal that failed. The next `confirm` shows it, or the database is back in time
 */
export async function holdLease<T>(
  everyMs: number,
  renew: () => Promise<boolean>,
  work: (lease: HeldLease) => Promise<T>,
  { takenAt = performance.now(), onError = (_: unknown): void => undefined } = {},
): Promise<T> {
  let renewedAt = takenAt;
  let isLost = false;
  const extend = async (how: () => Promise<boolean>) => {
    const askedAt = performance.now();
    if (await how()) renewedAt = askedAt;
    else isLost = true;
  };
  const beat = setInterval(() => void extend(renew).catch(onError), everyMs);
  const assertFresh = (trustedMs: number) => {
    if (isLost || performance.now() - renewedAt > trustedMs) throw new LeaseLost();
  };
  const confirm = async (how = renew) => {
    await extend(how);
    if (isLost) throw new LeaseLost();
  };
  try {
    return await work({ confirm, assertFresh });
  } finally {
    clearInterval(beat);
  }
}
