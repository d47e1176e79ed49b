/** One measured figure and what it is held against; a figure without a bound only informs. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The most it may be. */
  bound?: number;
  /** The least it may be. */
  least?: number;
}

/** The value below which this part of the sorted values lies. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Most moments (in milliseconds) within any second. */
export function mostInOneSecond(moments: readonly number[]): number {
  const sorted = [...moments].sort((left, right) => left - right);
  let most = 0;
  let first = 0;
  for (const [last, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? 0) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Prints the figures; false when one is out of its bounds. */
export function report(title: string, figures: readonly Figure[]): boolean {
  process.stdout.write(`\n${title}\n`);
  let isFine = true;
  for (const { name, value, unit, bound, least } of figures) {
    const isOver = bound !== undefined && !(value <= bound);
    if (isOver) isFine = false;
    const isUnder = least !== undefined && !(value >= least);
    if (isUnder) isFine = false;
    const limit = [
      ...(bound === undefined ? [] : [`  (at most ${bound} ${unit})${isOver ? '  OVER' : ''}`]),
      ...(least === undefined ? [] : [`  (at least ${least} ${unit})${isUnder ? '  UNDER' : ''}`]),
    ].join('');
    const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : 1;
    process.stdout.write(
      `  ${name.padEnd(56)} ${value.toFixed(digits).padStart(9)} ${unit}${limit}\n`,
    );
  }
  return isFine;
}
