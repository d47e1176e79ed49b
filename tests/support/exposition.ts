const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/;
/** As Go reads numbers, which is what Prometheus is written in: `NaN` in any case. */
const NUMBER = /^(?:[+-]?Inf|[Nn][Aa][Nn]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** A family of samples as it stands in a scrape, under its `# HELP` and `# TYPE`. */
interface Family {
  name: string;
  type: string;
}

/**
 * What is wrong with the answer to a scrape; empty: Prometheus reads all of it.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function expositionFaults(text: string): string[] {
  const faults: string[] = [];
  if (!text.endsWith('\n')) faults.push('the last line does not end');
  const series = new Map<string, number>();
  const known = new Set<string>();
  let family: Family | undefined;
  let helped: string | undefined;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      helped = name;
    } else if (word === 'TYPE') {
      if (!TYPES.includes(rest)) faults.push(`no such type: ${line}`);
      if (helped !== name) faults.push(`a type without a help before it: ${line}`);
      if (known.has(name)) faults.push(`a family stands in two places: ${name}`);
      known.add(name);
      family = { name, type: rest };
    } else if (!line.startsWith('#')) {
      const fault = sampleFault(line, family, series);
      if (fault !== undefined) faults.push(`${fault}: ${line}`);
    }
  }
  return [...faults, ...histogramFaults(series)];
}

function sampleFault(
  line: string,
  family: Family | undefined,
  series: Map<string, number>,
): string | undefined {
  const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !NAME.test(name)) return 'not a sample';
  if (!NUMBER.test(value)) return 'not a number';
  if (family === undefined || !belongs(name, family)) return 'not of the family above it';
  if (family.type === 'counter' && !(Number(value) >= 0)) return 'a counter below nought';
  const key = `${name}{${labels}}`;
  if (series.has(key)) return 'twice';
  series.set(key, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  return undefined;
}

function belongs(name: string, { name: family, type }: Family): boolean {
  const ends = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }[
    type
  ] ?? [''];
  return ends.some((end) => name === family + end);
}

/** Buckets hold what the ones before them hold, and the last one holds everything. */
function histogramFaults(series: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const last = new Map<string, number>();
  for (const [key, value] of series) {
    const [, name, before = '', le, after = ''] =
      /^(\w+)_bucket\{(.*?)le="([^"]+)"(.*)\}$/.exec(key) ?? [];
    if (name === undefined) continue;
    const rest = `${before}${after}`
      .split(',')
      .filter((label) => label !== '')
      .join(',');
    const histogram = `${name}{${rest}}`;
    if (value < (last.get(histogram) ?? 0)) faults.push(`less than in the bucket before: ${key}`);
    last.set(histogram, value);
    if (le !== '+Inf') continue;
    const all = series.get(`${name}_count{${rest}}`);
    if (all !== value) faults.push(`not all of ${all}: ${key}`);
  }
  return faults;
}
