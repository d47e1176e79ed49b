import { setTimeout as sleep } from 'node:timers/promises';

/** What the promise came to, or `undefined` when it took longer. The promise itself goes on. */
export async function withTimeout<Value>(
  ms: number,
  promise: Promise<Value>,
): Promise<Value | undefined> {
  const timer = new AbortController();
  // Somebody may have stopped waiting when it fails.
  promise.catch(() => undefined);
  try {
    return await Promise.race([
      promise,
      sleep(ms, undefined, { signal: timer.signal, ref: false }).catch(() => undefined),
    ]);
  } finally {
    timer.abort();
  }
}
