import { setTimeout as sleep } from 'node:timers/promises';
import { isStorageUnavailable } from '../../platform/database/storage-errors.ts';

/** About as long as a database takes to restart. */
const MOST_REPEATS = 6;
const FIRST_PAUSE_MS = 100;

/**
 * Writes down what has happened at a service, and does not let a connection that broke just then make it unknown: the
 * manager would be told that the message may have arrived, and send it again.
 *
 * @param write may run several times
 */
export async function noted(write: () => Promise<void>): Promise<void> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await write();
    } catch (error) {
      if (repeats === MOST_REPEATS || !isStorageUnavailable(error)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** repeats);
    }
  }
}
