import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const PAUSE_MS = 20;

/**
 * Waits until the condition gives something other than false, null or undefined, and returns that.
 *
 * @throws when it does not come true in time
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<T, false | null | undefined>;
    }
    if (Date.now() > giveUpAt) {
      throw new Error(`Not true within ${patienceMs} ms: ${condition.toString()}`);
    }
    await pause(PAUSE_MS);
  }
}
