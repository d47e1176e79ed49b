import { startTransition, useEffect, useState } from 'react';

/** As many as a modal shows without being scrolled. */
const FIRST = 12;
const STEP = 10;

/**
 * How many of so many rows to draw by now: at first those that are seen at once, then more with each turn, so that a
 * long list answers as soon as a short one.
 *
 * @param isWhole draw all of them from now on, because one that may be far down is looked for
 */
export function useGrowingCount(count: number, isWhole: boolean): number {
  const [drawn, setDrawn] = useState(isWhole ? Number.POSITIVE_INFINITY : FIRST);
  const isDone = isWhole || drawn >= count;
  useEffect(() => {
    if (isDone) {
      // Rows that come later, or come back from a filter, are drawn at once.
      setDrawn(Number.POSITIVE_INFINITY);
      return;
    }
    const frame = requestAnimationFrame(() => startTransition(() => setDrawn(drawn + STEP)));
    return () => cancelAnimationFrame(frame);
  }, [drawn, isDone]);
  return isDone ? count : drawn;
}
