import { act, waitFor } from '@testing-library/react';
import type { Clock } from '../../../src/widget/clock.ts';

/** A clock that stands still for everybody who waits, until the test moves it. */
export interface TestClock extends Clock {
  advance(ms: number): Promise<void>;
  /** Waits until somebody waits, and moves on to the earliest moment waited for. */
  skip(): Promise<void>;
}

/** @param laterByMs how much later it is than on this machine */
export function createTestClock(laterByMs = 0): TestClock {
  let ahead = laterByMs;
  const waits = new Set<{ at: number; resolve: () => void }>();
  const now = () => Date.now() + ahead;
  async function advance(ms: number): Promise<void> {
    await act(async () => {
      ahead += ms;
      for (const wait of [...waits]) {
        if (wait.at > now()) continue;
        waits.delete(wait);
        wait.resolve();
      }
    });
  }

  return {
    now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wait = { at: now() + ms, resolve };
        waits.add(wait);
        signal?.addEventListener('abort', () => {
          waits.delete(wait);
          resolve();
        });
      }),
    advance,
    async skip() {
      await waitFor(() => expect(waits.size).toBeGreaterThan(0));
      const earliest = Math.min(...[...waits].map(({ at }) => at));
      await advance(Math.max(0, earliest - now()));
    },
  };
}
