import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';
import { readAlertRules } from '../support/alert-rules.ts';
import { FAULTS } from '../support/fault-table.ts';
import { renderFaultPage } from '../support/render-fault-table.ts';

const PAGE = `${PROJECT}/docs/operations/faults.md`;

test('docs/operations/faults.md is what the faults showed (UPDATE_DOCS=1 writes it)', () => {
  const page = renderFaultPage();
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page);
  expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page);
});

test('every alert that the faults name is there', () => {
  const known = readAlertRules().map(({ name }) => name);
  const named = Object.values(FAULTS).flatMap(({ alerts }) => alerts);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});
