import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { PROJECT } from '../../src/pack/project.ts';

const INDEX = 'docs/README.md';

/** Folders with an index of their own: the index of the documentation names only that. */
const OWN_INDEX = /^docs\/(?:decisions\/README|help\/[a-z]{2}\/index)\.md$/;

/** Shown in place of a page of the help that is not there; nobody is led to it. */
const LED_TO_BY_NOBODY = /^docs\/help\/[a-z]{2}\/not-found\.md$/;

const pages = globSync('docs/**/*.md', { cwd: PROJECT }).map((page) => page.replaceAll('\\', '/'));

/** Pages that a page links to, as paths of the project. */
function linkedFrom(page: string): string[] {
  const text = readFileSync(join(PROJECT, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/g)];
  return links.map(([, link = '']) => join(dirname(page), link));
}

test('every page is listed in docs/README.md, or in the index of its folder', () => {
  const listed = linkedFrom(INDEX);
  const indexes = pages.filter((page) => OWN_INDEX.test(page) && listed.includes(page));
  const reachable = new Set([INDEX, ...listed, ...indexes.flatMap(linkedFrom)]);
  const missing = pages.filter((page) => !reachable.has(page) && !LED_TO_BY_NOBODY.test(page));
  expect(missing).toEqual([]);
});

test('the index lists no page twice below its first table, and none that is gone', () => {
  const text = readFileSync(join(PROJECT, INDEX), 'utf8');
  const [, ...lists] = text.split(/^## /m);
  const listed = lists.flatMap((list) =>
    [...list.matchAll(/^- .*?\]\(([^)#]+\.md)/gm)].map(([, link = '']) => join('docs', link)),
  );
  expect(listed.filter((page, index) => listed.indexOf(page) !== index)).toEqual([]);
  expect(listed.filter((page) => !existsSync(join(PROJECT, page)))).toEqual([]);
});
