import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
const PAGE = new URL('../../docs/settings-screen.md', import.meta.url);

/** Files of tests, and the names of tests in them, as the page of promises gives them. */
function namedTests(): { file: string; title: string | undefined }[] {
  const page = readFileSync(PAGE, 'utf8');
  return [...page.matchAll(/`([\w/.-]+\.(?:test|spec)\.tsx?)`(?: “([^”]+)”)?/g)].map(
    ([, file = '', title]) => ({ file, title }),
  );
}

test('every test that the page of the screen’s promises names is there', () => {
  const missing = namedTests().filter(({ file, title }) => {
    const path = `${TESTS}${file}`;
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title ?? '');
  });
  expect(missing).toEqual([]);
});

test('every promise names a test', () => {
  const rows = readFileSync(PAGE, 'utf8').match(/^\| [A-Z]?\d+ .*$/gm) ?? [];
  expect(rows.length).toBeGreaterThanOrEqual(64);
  expect(rows.filter((row) => !/\.(?:test|spec)\.tsx?`/.test(row))).toEqual([]);
});
