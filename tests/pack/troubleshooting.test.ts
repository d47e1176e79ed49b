import { globSync, readFileSync } from 'node:fs';
import { HELP_ANCHORS } from '../../src/contract/help.ts';
import { PROJECT } from '../../src/pack/project.ts';

function read(path: string): string {
  return readFileSync(`${PROJECT}/${path}`, 'utf8');
}

const page = read('docs/troubleshooting.md');

/** What stands in the first column: what somebody sees. */
const symptoms = [...page.matchAll(/^\| (?!---)(.*?) \|/gm)].map(([, cell = '']) => cell);

/** All texts of a file of texts. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const texts = ['i18n/en.json', 'i18n/pages/en.json', 'i18n/messages/en.json'].flatMap((path) =>
  textsOf(JSON.parse(read(path))),
);

/** Sources as one text, with escapes and parts of texts as somebody reads them. */
const sources = globSync(
  ['src/{contract,server,dev,pack,emulator}/**/*.ts', 'tests/{run.ts,jest.config.mjs}'],
  {
    cwd: PROJECT,
  },
)
  .map(read)
  .join('\n');

/** What a process says may hold a name in its middle: `…` stands for it, or for an address of which only a part counts. */
function isSaid(words: string): boolean {
  return words.split('…').every((part) => sources.includes(part.trim()));
}

test('what the page says an administrator sees is what the product shows', () => {
  const shown = symptoms.flatMap((cell) => [...cell.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)]);
  expect(shown.length).toBeGreaterThan(60);
  const unknown = shown
    .map(([, words = '']) => words)
    .filter((words) => !texts.some((text) => text.startsWith(words)));
  expect(unknown).toEqual([]);
});

test('what the page says a process prints or answers is in its sources', () => {
  const printed = symptoms.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)]);
  expect(printed.length).toBeGreaterThan(100);
  const unknown = printed.map(([, words = '']) => words).filter((words) => !isSaid(words));
  expect(unknown).toEqual([]);
});

test('the page has every code and reason that the product knows', () => {
  const named = new Set(
    symptoms.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code)),
  );
  expect(HELP_ANCHORS.filter((code) => !named.has(code))).toEqual([]);
});
