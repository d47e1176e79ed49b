import { readdirSync, readFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';

const FOLDER = `${PROJECT}/docs/decisions`;
const STATUS = /^(proposed|accepted(, amended by .+)?|replaced by .+)$/;

const files = readdirSync(FOLDER)
  .filter((name) => /^\d{3}-/.test(name))
  .sort();

function read(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, 'utf8');
}

function parse(name: string) {
  const text = read(name);
  return {
    number: name.slice(0, 3),
    title: /^# (\d{3}) · (.+)$/m.exec(text)?.slice(1),
    date: /^- Date: (.+)$/m.exec(text)?.[1],
    status: /^- Status: (.+)$/m.exec(text)?.[1] ?? '',
    parts: [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part),
  };
}

test('decisions are numbered without a gap', () => {
  const numbers = files.map((name) => Number(name.slice(0, 3)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test.each(files)('%s has a date, a status, and the three parts', (name) => {
  const { number, title, date, status, parts } = parse(name);
  expect(title?.[0]).toBe(number);
  expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(status).toMatch(STATUS);
  expect(parts).toEqual(['Context', 'Decision', 'Consequences']);
  expect(read(name)).toContain('- Given up: ');
});

test('the index lists every decision with its title and status', () => {
  const lines = read('README.md')
    .split('\n')
    .filter((line) => /^\| \d{3} \|/.test(line));
  expect(lines).toEqual(
    files.map((name) => {
      const { number, title, status } = parse(name);
      return `| ${number} | [${title?.[1]}](${name}) | ${status} |`;
    }),
  );
});

test('what a decision points to exists', () => {
  const targets = files.flatMap((name) =>
    [...read(name).matchAll(/\]\((\d{3}-[^)]+)\)/g)].map(([, target]) => target),
  );
  expect(targets.filter((target) => !files.includes(target ?? ''))).toEqual([]);
});
