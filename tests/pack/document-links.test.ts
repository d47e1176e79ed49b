import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const PAGES = ['*.md', 'docs/**/*.md', 'src/**/*.md', 'tests/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: PROJECT }),
);

/** Links to other pages of the project and places in them. Code is no text. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(PROJECT, page), 'utf8').replaceAll(
    /```[\s\S]*?```|`[^`\n]*`/g,
    '',
  );
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub makes anchors of headings. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(PROJECT, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

test('every link from one page to another leads somewhere', () => {
  const broken = PAGES.flatMap((page) =>
    linksOf(page).flatMap((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : relative(PROJECT, join(PROJECT, dirname(page), path));
      const exists = existsSync(join(PROJECT, target));
      const isThere =
        exists && (anchor === undefined || anchorsOf(target).includes(decodeURIComponent(anchor)));
      return isThere ? [] : [`${page}: ${link}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('the pages are found', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', join('docs', 'messages.md')]));
  expect(linksOf('README.md').length).toBeGreaterThan(10);
});
