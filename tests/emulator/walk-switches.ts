/**
 * Walks every way of drawing settings, and every sample widget, through every combination of the page's switches, and prints
 * how many of them are as their authors mean them: what the defaults are chosen by.
 *
 *   node tests/emulator/walk-switches.ts [--workers=2] [--only=append,mount] [--deciding]
 *
 * All of it takes an hour on two cores; --deciding only the few minutes that the defaults rest on. tests/e2e/emulator-walk.spec.ts repeats what the defaults rest on.
 */
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from '../support/browser.ts';
import { SAMPLE_SUBJECTS, STYLE_SUBJECTS, type Subject } from '../support/settings-subjects.ts';
import {
  type Combination,
  combinations,
  decidingCombinations,
  walkSubject,
} from '../support/settings-walk.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    only: { type: 'string' },
    deciding: { type: 'boolean', default: false },
  },
});
const wanted = values.only?.split(',');
const subjects = [...STYLE_SUBJECTS, ...SAMPLE_SUBJECTS].filter(
  ({ name }) => wanted === undefined || wanted.includes(name),
);
const all = values.deciding ? decidingCombinations() : combinations();

const browser = await chromium.launch({
  ...(await findBrowser()),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const faults = new Map<Subject, string[][]>();
const waiting = [...subjects];
await Promise.all(Array.from({ length: Number(values.workers) }, work));
await browser.close();
print();

async function work(): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  for (let subject = waiting.shift(); subject !== undefined; subject = waiting.shift()) {
    const found = await walkSubject(page, subject, all);
    faults.set(subject, found);
    const right = found.filter((wrong) => wrong.length === 0).length;
    process.stderr.write(`${subject.name}: right in ${right} of ${all.length}\n`);
  }
  await page.close();
}

function print(): void {
  const lines = all.map((combination, index) => {
    const wrong = subjects.flatMap((subject) => {
      const what = faults.get(subject)?.[index] ?? [];
      return what.length > 0 ? [{ name: subject.name, what }] : [];
    });
    return { combination, right: subjects.length - wrong.length, wrong };
  });
  lines.sort((one, other) => other.right - one.right);
  for (const { combination, right, wrong } of lines) {
    process.stdout.write(`${right}/${subjects.length}  ${options(combination)}\n`);
    for (const { name, what } of wrong) process.stdout.write(`    ${name}: ${what.join('; ')}\n`);
  }
}

function options(combination: Combination): string {
  return Object.entries(combination)
    .map(([name, option]) => `${name}=${option}`)
    .join(', ');
}
