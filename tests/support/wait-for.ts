import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

const USUALLY_MS = 15_000;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** The pause is this part of the time waited so far: what takes long is not made slower by being asked about. */
const PAUSE_SHARE = 0.05;

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
  const beganAt = Date.now();
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<T, false | null | undefined>;
    }
    const waited = Date.now() - beganAt;
    if (waited > patienceMs) {
      const stand = seen === undefined ? '' : `; seen: ${JSON.stringify(await seen())}`;
      throw new Error(`Not true within ${patienceMs} ms: ${condition.toString()}${stand}`);
    }
    const share = Math.max(SHORTEST_PAUSE_MS, waited * PAUSE_SHARE);
    await pause(Math.min(LONGEST_PAUSE_MS, share));
  }
}
