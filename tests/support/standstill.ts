/** Spells during which this process did not get to do anything, on `performance.now()`'s clock. */
export interface Standstills {
  /** How long it stood still between two instants, in milliseconds. */
  between(from: number, to: number): number;
  stop(): void;
}

const TICK_MS = 5;
/** Later than this, and a tick was held back. */
const TOLERATED_MS = 10;

/**
 * Watches how long this process stands still, for tests that compare instants while sender and receiver
 * share one event loop: what arrives during a standstill is seen only after it, and all at once.
 */
export function watchStandstills(): Standstills {
  const spells: { from: number; to: number }[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > TICK_MS + TOLERATED_MS) spells.push({ from: last + TICK_MS, to: now });
    last = now;
  }, TICK_MS);
  return {
    between: (from, to) =>
      spells.reduce(
        (sum, spell) => sum + Math.max(0, Math.min(to, spell.to) - Math.max(from, spell.from)),
        0,
      ),
    stop: () => clearInterval(timer),
  };
}
