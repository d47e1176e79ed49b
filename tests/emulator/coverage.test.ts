import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { coverage, renderCoverage } from '../../src/emulator/coverage.ts';
import type { Route } from '../../src/emulator/kommo/exchange.ts';
import { hostRoutes } from '../../src/emulator/page/host/host-routes.ts';
import { kommoRoutes } from '../../src/emulator/routes.ts';

const PAGE = new URL('../../docs/emulator-coverage.md', import.meta.url);

/** `GET account,api /api/v4/sources`; the emulator's own name is not Kommo's. */
function nameOf({ method, host, path }: Route): string {
  const hosts = [host].flat().map(String);
  return `${method} ${hosts.filter((one) => one !== 'control').join(',')} ${path}`;
}

describe('the list of what is imitated', () => {
  test("has a row for each address Kommo's servers answer here, and no address besides", () => {
    const answered = kommoRoutes().map(nameOf);
    const ofPages = hostRoutes().map(nameOf);
    const listed = coverage()
      .filter(
        ({ status, name }) =>
          status !== 'missing' && /^[A-Z]+ (account|amojo|www|api)\b/.test(name),
      )
      .map(({ name }) => name);
    const all = [...answered, ...ofPages];
    expect(listed.filter((name) => !all.includes(name))).toEqual([]);
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
