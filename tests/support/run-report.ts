import { existsSync, readFileSync } from 'node:fs';

/** A test file and how long it took. */
export interface TestFile {
  name: string;
  seconds: number;
}

interface JestReport {
  testResults: { name: string; startTime: number; endTime: number }[];
}

interface Suite {
  suites?: Suite[];
  specs?: { file: string; tests: { results: { duration: number }[] }[] }[];
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** From jest's report; nothing when there is none. */
export function jestFiles(report: string): TestFile[] {
  const { testResults } = read<JestReport>(report) ?? { testResults: [] };
  return testResults.map(({ name, startTime, endTime }) => ({
    name: name.replace(/^.*[\\/]tests[\\/]/, ''),
    seconds: (endTime - startTime) / 1_000,
  }));
}

/** From Playwright's report; nothing when there is none. */
export function browserFiles(report: string): TestFile[] {
  const files = new Map<string, number>();
  const add = ({ suites = [], specs = [] }: Suite) => {
    suites.forEach(add);
    for (const { file, tests } of specs) {
      for (const { duration } of tests.flatMap(({ results }) => results)) {
        files.set(file, (files.get(file) ?? 0) + duration / 1_000);
      }
    }
  };
  add(read<Suite>(report) ?? {});
  return [...files].map(([file, seconds]) => ({ name: `e2e/${file}`, seconds }));
}

export function slowest(files: readonly TestFile[], count: number): TestFile[] {
  return [...files].sort((one, other) => other.seconds - one.seconds).slice(0, count);
}

/** What this process and all that it has waited for have worked; undefined where the system does not say. */
export function processorSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // utime, stime, cutime and cstime, counted behind the program's name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

function read<T>(report: string): T | undefined {
  return existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as T) : undefined;
}
