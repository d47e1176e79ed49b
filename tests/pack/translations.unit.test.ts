import { readdirSync, readFileSync } from 'node:fs';

const FOLDERS = ['i18n', 'i18n/pages', 'i18n/messages'];

type Tree = { [key: string]: string | Tree };

function textsOf(folder: string, language: string): Map<string, string> {
  const flat = (tree: Tree, path: string): [string, string][] =>
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`),
    );
  return new Map(flat(JSON.parse(readFileSync(`${folder}/${language}.json`, 'utf8')), ''));
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\{\w+\}\}/g))].sort();
}

const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'en.json')
    .map((name) => [folder, name.replace('.json', '')] as const),
);

describe.each(FILES)('%s in %s', (folder, language) => {
  const english = textsOf(folder, 'en');
  const texts = textsOf(folder, language);

  test('has the texts of the English file, with their placeholders', () => {
    const named = (all: Map<string, string>) =>
      [...all].map(([key, text]) => [key, ...placeholders(text)].join(' ')).sort();
    expect(named(texts)).toEqual(named(english));
  });

  test('says it in about as many letters, so that it fits where English does', () => {
    const odd = [...texts].filter(([key, text]) => {
      const wanted = english.get(key)?.length ?? 0;
      return text.length > wanted * 1.6 + 15 || text.length < wanted * 0.4 - 5;
    });
    expect(odd).toEqual([]);
  });

  test('ends its sentences as English does', () => {
    const end = (text = '') => /[.…:?]$/.exec(text)?.[0] ?? '';
    const other = [...texts].filter(([key, text]) => end(text) !== end(english.get(key)));
    expect(other).toEqual([]);
  });

  test('glues no ending to what is filled in', () => {
    expect([...texts].filter(([, text]) => /\}\}['’\p{L}]/u.test(text))).toEqual([]);
  });
});
