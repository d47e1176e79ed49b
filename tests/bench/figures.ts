/** One measured figure and what it is held against; a figure without a bound only informs. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The most it may be. */
  bound?: number;
  /** The least it may be. */
  least?: number;
  yardstick?: Yardstick;
  /** How it was measured, in a few words, where the scenario's own words do not say it. */
  how?: string;
}

/** Something simple that was measured in the same run, in the same unit: it tells a slow backend from a slow machine. */
export interface Yardstick {
  name: string;
  value: number;
  /** How often the yardstick goes into the figure; needed where both took turns, and the median of the rounds counts. */
  ratio?: number;
  /** The most the ratio may be. */
  atMost?: number;
  /** The least the ratio may be. */
  atLeast?: number;
}

/** What cannot be measured here, and what is missing for it. */
export interface Unmeasured {
  name: string;
  why: string;
}

export type Row = Figure | Unmeasured;

export function isMeasured(row: Row): row is Figure {
  return 'value' in row;
}

export function ratioOf({ value, yardstick }: Figure): number | undefined {
  return yardstick && (yardstick.ratio ?? value / yardstick.value);
}

/** Whether a figure keeps all its bounds. A value that is no number keeps none. */
export function isWithinBounds(figure: Figure): boolean {
  const { value, bound, least, yardstick } = figure;
  const ratio = ratioOf(figure) ?? Number.NaN;
  return (
    (bound === undefined || value <= bound) &&
    (least === undefined || value >= least) &&
    (yardstick?.atMost === undefined || ratio <= yardstick.atMost) &&
    (yardstick?.atLeast === undefined || ratio >= yardstick.atLeast)
  );
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
