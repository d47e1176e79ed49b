import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

const USUALLY_MS = 15_000;
const PAUSE_MS = 20;

/**
 * Waits until the condition gives something other than false, null or undefined, and returns that.
 *
 * @param idleMs how long that may take on a machine that does nothing else
 * @param seen how things stand, for the error
 *
 * @throws when it does not come true in time
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  idleMs: number = USUALLY_MS,
  seen?: () => unknown,
): Promise<Exclude<T, false | null | undefined>> {
  const patienceMs = idleMs * PATIENCE;
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<T, false | null | undefined>;
    }
    if (Date.now() > giveUpAt) {
      const stand = seen === undefined ? '' : `; seen: ${JSON.stringify(await seen())}`;
      throw new Error(`Not true within ${patienceMs} ms: ${condition.toString()}${stand}`);
    }
    await pause(PAUSE_MS);
  }
}
