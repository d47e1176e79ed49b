import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Trx } from './database.ts';

/**
 * What PostgreSQL answers when two transactions got in each other's way and one of them was given up:
 * nothing of it was kept, and running it again is right.
 *
 * @see https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
 */
const GIVEN_UP = new Set(['40001', '40P01']);

const MOST_REPEATS = 3;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs `work` in one transaction, and again when the database gave it up for another one. So `work` may run
 * several times: everything it does must be in the transaction, and values it keeps outside must be set anew
 * each time.
 */
export async function transaction<Result>(
  db: Db,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (repeats === MOST_REPEATS || !wasGivenUp(error)) throw error;
      // At random, or the same two would meet again.
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}

function wasGivenUp(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && GIVEN_UP.has(code);
}
