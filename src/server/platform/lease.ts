import { randomUUID } from 'node:crypto';

/** The lease went to somebody else: what this run began, another one finishes. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease was lost.');
    this.name = 'LeaseLost';
  }
}

export interface HeldLease {
  /** Proves, at the database, that nobody else has taken over. Call before each write to the outside. @throws LeaseLost */
  confirm(): Promise<void>;
}

/** Names one run. Not the process: a process that was paused must not take its own old run for the new one. */
export function newLeaseOwner(): string {
  return randomUUID();
}

/**
 * Keeps a taken lease alive while `work` runs.
 *
 * @param renew extends the lease; false when it is no longer ours
 */
export async function holdLease<T>(
  everyMs: number,
  renew: () => Promise<boolean>,
  work: (lease: HeldLease) => Promise<T>,
): Promise<T> {
  const beat = setInterval(() => {
    // A failed renewal shows at the next `confirm`, or the database is back in time for the next beat.
    renew().catch(() => undefined);
  }, everyMs);
  const confirm = async () => {
    if (!(await renew())) throw new LeaseLost();
  };
  try {
    return await work({ confirm });
  } finally {
    clearInterval(beat);
  }
}
