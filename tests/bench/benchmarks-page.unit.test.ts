import { withRun } from './benchmarks-page.ts';
import type { Row } from './figures.ts';
import { type RunFacts, renderRun } from './table.ts';

const PAGE = `# Benchmarks

Words.

<!-- Below this line \`npm run bench -- --write\` writes. -->
`;
const SCENARIOS = ['read', 'save'];

function facts(date: string): RunFacts {
  return {
    date,
    commit: 'abc1234',
    machine: '2 × Processor',
    loadBefore: '0.10 0.20 0.30',
    loadAfter: '1.00 0.50 0.40',
  };
}

function section(scenario: string, ...rows: Row[]) {
  return { scenario, how: 'asked often', rows };
}

const READ: Row = {
  name: 'answers',
  value: 612,
  unit: '/s',
  yardstick: { name: 'bare route', value: 1020, atLeast: 0.5 },
};

/** The cells of the row that holds this text. */
function cellsOf(page: string, text: string): string[] {
  const line = page.split('\n').find((one) => one.startsWith('|') && one.includes(text)) ?? '';
  return line.split('|').map((cell) => cell.trim());
}

test('a row says what was measured, how often its yardstick goes into it, its bound and how', () => {
  const page = withRun(PAGE, facts('2026-01-01 10:00'), [section('read', READ)], SCENARIOS);
  expect(page).toContain('Words.');
  expect(cellsOf(page, 'answers').slice(1, -1)).toEqual([
    'A',
    '`read`',
    'answers',
    '612 /s',
    '0.60 × bare route (1,020 /s)',
    'ratio at least 0.5',
    'asked often',
  ]);
  expect(cellsOf(page, '2026-01-01').slice(1, 3)).toEqual(['A', '2026-01-01 10:00']);
});

test('a figure that misses its bound is marked, also one that is no number', () => {
  const slow: Row = { ...READ, yardstick: { name: 'bare route', value: 9_000, atLeast: 0.5 } };
  const none: Row = { name: 'nothing came', value: Number.NaN, unit: 'ms', bound: 5 };
  const text = renderRun(facts('today'), [section('read', slow, none)]);
  expect(cellsOf(text, 'answers')).toContain('**MISSED**: ratio at least 0.5');
  expect(cellsOf(text, 'nothing came')).toContain('**MISSED**: at most 5 ms');
});

test('the median of the rounds counts where figure and yardstick took turns', () => {
  const row: Row = { ...READ, yardstick: { name: 'bare route', value: 1020, ratio: 0.71 } };
  expect(cellsOf(renderRun(facts('today'), [section('read', row)]), 'answers')).toContain(
    '0.71 × bare route (1,020 /s)',
  );
});

test('what could not be measured says why', () => {
  const row: Row = { name: 'beside the demo', why: 'there is no demo | here' };
  const page = withRun(PAGE, facts('2026-01-01 10:00'), [section('save', row)], SCENARIOS);
  expect(page).toContain('not measured');
  expect(page).toContain('there is no demo \\| here');
});

test('a later run of one scenario leaves the others as they were, each with its own run', () => {
  const save: Row = { name: 'answer to Save', value: 80, unit: 'ms' };
  const first = withRun(
    PAGE,
    facts('2026-01-01 10:00'),
    [section('save', save), section('read', READ)],
    SCENARIOS,
  );
  const second = withRun(
    first,
    facts('2026-02-02 10:00'),
    [section('save', { ...save, value: 70 })],
    SCENARIOS,
  );
  expect(cellsOf(second, 'answers').slice(1, 3)).toEqual(['A', '`read`']);
  expect(cellsOf(second, 'answer to Save').slice(1, 5)).toEqual([
    'B',
    '`save`',
    'answer to Save',
    '70 ms',
  ]);
  expect(second.indexOf('answers')).toBeLessThan(second.indexOf('answer to Save'));

  const third = withRun(second, facts('2026-03-03 10:00'), [section('read', READ)], SCENARIOS);
  expect(third).not.toContain('2026-01-01');
  expect(cellsOf(third, 'answers')[1]).toBe('A');
  expect(cellsOf(third, 'answer to Save')[1]).toBe('B');
});

test('a page without the line to write below is refused, not overwritten', () => {
  expect(() => withRun('# Something else\n', facts('today'), [], SCENARIOS)).toThrow(
    'must have this line once',
  );
});
