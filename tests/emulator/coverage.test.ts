import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { coverage, renderCoverage } from '../../src/emulator/coverage.ts';
import { routeRows } from '../../src/emulator/engine/coverage-row.ts';
import { kommoRoutes } from '../../src/emulator/routes.ts';

const PAGE = new URL('../../docs/emulator-coverage.md', import.meta.url);

describe('the list of what is imitated', () => {
  test("has a row for each address Kommo's servers answer here", () => {
    const listed = coverage().map(({ name }) => name);
    const answered = routeRows('', kommoRoutes()).map(({ name }) => name);
    expect(answered.filter((name) => !listed.includes(name))).toEqual([]);
  });

  test('names a source for every row, and names nothing twice', () => {
    const rows = coverage();
    expect(rows.filter(({ source }) => source === '')).toEqual([]);
    const names = rows.map(({ area, name }) => `${area}: ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('is what docs/emulator-coverage.md says (UPDATE_DOCS=1 writes it)', () => {
    const page = renderCoverage();
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page);
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page);
  });
});
