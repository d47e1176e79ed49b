import { setTimeout as sleep } from 'node:timers/promises';

/** What the promise settles to, or `undefined` when it takes longer. The promise itself goes on. */
export async function withTimeout<Value>(
  ms: number,
  promise: Promise<Value>,
): Promise<Value | undefined> {
  const timer = new AbortController();
  // It may fail after the wait is over.
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
