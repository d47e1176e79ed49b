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

/** As GitHub makes anchors of headings; a page of the help names its own: `## Title {#id #another}`. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(PROJECT, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].flatMap(([, heading = '']) => {
    const own = /\{(#[^}]+)\}\s*$/.exec(heading)?.[1];
    if (own !== undefined) return own.split(/\s+/).map((id) => id.slice(1));
    return heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  });
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

test('every file that the pictures and the pages of the rooms name is there', () => {
  const sources = globSync('{src,tests}/**/*.ts', { cwd: PROJECT });
  const pages = [
    join('docs', 'architecture.md'),
    ...globSync('src/**/README.md', { cwd: PROJECT }),
  ];
  const missing = pages.flatMap((page) => {
    const text = readFileSync(join(PROJECT, page), 'utf8');
    const named = [...text.matchAll(/(?<![\w./-])[\w-]+(?:\/[\w-]+)*\.ts\b/g)].map(
      ([name]) => name,
    );
    const isThere = (name: string) =>
      sources.some((source) => `/${source.replaceAll('\\', '/')}`.endsWith(`/${name}`));
    return named.filter((name) => !isThere(name)).map((name) => `${page}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test('the pages are found', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', join('docs', 'messages.md')]));
  expect(linksOf('README.md').length).toBeGreaterThan(10);
});
