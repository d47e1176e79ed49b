import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { renderAccessTable } from '../support/render-access-table.ts';

const PAGE = new URL('../../docs/access.md', import.meta.url);

test('docs/access.md is what the access matrix says (UPDATE_DOCS=1 writes it)', () => {
  const page = renderAccessTable();
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page);
  expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page);
});
