import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  FACT_HEAD,
  factCells,
  markdownTable,
  type RunFacts,
  rowCells,
  type Section,
  TABLE_HEAD,
} from './table.ts';

const BEGIN = '<!-- Below this line `npm run bench -- --write` writes. -->';
const RUN_HEAD = ['Run', ...FACT_HEAD];
const ROW_HEAD = ['Run', ...TABLE_HEAD];

/**
 * Puts the rows of a run in the place of those that the page has of the same scenarios; the others stay, each with the
 * run it comes from.
 *
 * @param scenarios all there are, in the order of the page; rows of any other are dropped
 */
export function writeBenchmarks(
  path: string,
  facts: RunFacts,
  sections: readonly Section[],
  scenarios: readonly string[],
): void {
  if (!existsSync(path)) throw new Error(`There is no ${path} to write into.`);
  writeFileSync(path, withRun(readFileSync(path, 'utf8'), facts, sections, scenarios));
}

/** The page with this run in it. @throws when it does not have the line that figures stand below */
export function withRun(
  page: string,
  facts: RunFacts,
  sections: readonly Section[],
  scenarios: readonly string[],
): string {
  const [text, tables, ...more] = page.split(BEGIN);
  if (text === undefined || tables === undefined || more.length > 0) {
    throw new Error(`The page of the figures must have this line once: ${BEGIN}`);
  }
  const known = readTables(tables);
  const measured = new Set(sections.map(({ scenario }) => scenario));
  const kept = known.rows.filter((row) => !measured.has(scenarioOf(row)));
  const runs = known.runs.filter(([run]) => kept.some(([of]) => of === run));
  const fresh = freeName(runs.map(([run = '']) => run));
  const rows = [
    ...kept,
    ...sections.flatMap((section) => rowCells(section).map((cells) => [fresh, ...cells])),
  ];
  const inOrder = scenarios.flatMap((scenario) =>
    rows.filter((row) => scenarioOf(row) === scenario),
  );
  const allRuns = [...runs, [fresh, ...factCells(facts)]];
  return `${text}${BEGIN}\n\n${markdownTable([RUN_HEAD, ...allRuns])}\n${markdownTable([ROW_HEAD, ...inOrder])}`;
}

function scenarioOf([, scenario = '']: readonly string[]): string {
  return scenario.replaceAll('`', '');
}

/** The first letter that names no run yet. */
function freeName(taken: readonly string[]): string {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.find((letter) => !taken.includes(letter)) ?? `${taken.length + 1}`;
}

function readTables(text: string): { runs: string[][]; rows: string[][] } {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    )
    .filter(([first = '']) => first !== 'Run' && !/^-+$/.test(first));
  return {
    runs: lines.filter((cells) => cells.length === RUN_HEAD.length),
    rows: lines.filter((cells) => cells.length === ROW_HEAD.length),
  };
}
