import { randomUUID } from 'node:crypto';

/** Names one run. Not the process: a process that was paused must not take its own old run for the new one. */
export function newLeaseOwner(): string {
  return randomUUID();
}

/** Keeps a taken lease alive while `work` runs. For what a request waits for; background work is a job. */
export async function holdLease<T>(
  everyMs: number,
  renew: () => Promise<boolean>,
  work: () => Promise<T>,
): Promise<T> {
  // A renewal that fails may succeed with the next beat.
  const beat = setInterval(() => renew().catch(() => undefined), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
