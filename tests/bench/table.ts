import { type Figure, isMeasured, isWithinBounds, type Row, ratioOf } from './figures.ts';

/** Where and when rows were measured. */
export interface RunFacts {
  date: string;
  commit: string;
  /** Processor, cores, memory, Node, PostgreSQL. */
  machine: string;
  /** Load average of 1, 5 and 15 minutes. */
  loadBefore: string;
  loadAfter: string;
}

/** The rows of one scenario, as they stand in the table. */
export interface Section {
  scenario: string;
  /** How its rows were measured, but for those that say it themselves. */
  how: string;
  rows: readonly Row[];
}

export const TABLE_HEAD = ['Bench', 'Figure', 'Value', 'Ratio to the yardstick', 'Bound', 'How'];
export const FACT_HEAD = ['Date', 'Commit', 'Machine', 'Load at the begin', 'Load at the end'];

/** The table of one run in Markdown, with the facts of the machine above it. */
export function renderRun(facts: RunFacts, sections: readonly Section[]): string {
  return `${markdownTable([FACT_HEAD, factCells(facts)])}\n${markdownTable([TABLE_HEAD, ...sections.flatMap(rowCells)])}`;
}

/** The cells below `TABLE_HEAD`. */
export function rowCells({ scenario, how, rows }: Section): string[][] {
  return rows.map((row) => {
    const place = [`\`${scenario}\``, row.name];
    if (!isMeasured(row)) return [...place, 'not measured', '', '', row.why];
    return [...place, valueText(row), yardstickText(row), boundText(row), row.how ?? how];
  });
}

/** The cells below `FACT_HEAD`. */
export function factCells({ date, commit, machine, loadBefore, loadAfter }: RunFacts): string[] {
  return [date, commit, machine, loadBefore, loadAfter];
}

/** One row for who looks on while it is measured. */
export function renderLine(row: Row): string {
  if (!isMeasured(row)) return `  ${row.name}: not measured: ${row.why}`;
  const parts = [valueText(row), yardstickText(row), boundText(row)].filter((part) => part !== '');
  return `  ${row.name.padEnd(56)} ${parts.join(' | ')}`;
}

/** Columns of one width each, so that it can be read as text, too. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  const [top = [], ...body] = cells;
  return line(top) + line(widths.map((width) => '-'.repeat(width))) + body.map(line).join('');
}

function valueText({ value, unit }: Figure): string {
  return `${numberText(value)} ${unit}`.trim();
}

function yardstickText(figure: Figure): string {
  const ratio = ratioOf(figure);
  if (figure.yardstick === undefined || ratio === undefined) return '';
  const { name, value } = figure.yardstick;
  return `${numberText(ratio)} × ${name} (${numberText(value)} ${figure.unit})`.replace(' )', ')');
}

function boundText(figure: Figure): string {
  const { bound, least, unit, yardstick } = figure;
  const bounds = [
    ...(bound === undefined ? [] : [`at most ${numberText(bound)} ${unit}`.trim()]),
    ...(least === undefined ? [] : [`at least ${numberText(least)} ${unit}`.trim()]),
    ...(yardstick?.atMost === undefined ? [] : [`ratio at most ${yardstick.atMost}`]),
    ...(yardstick?.atLeast === undefined ? [] : [`ratio at least ${yardstick.atLeast}`]),
  ].join(', ');
  return isWithinBounds(figure) ? bounds : `**MISSED**: ${bounds}`;
}

/** Three digits that mean something. */
function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) {
    return Math.round(value).toLocaleString('en-US');
  }
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
