import { readdirSync } from 'node:fs';
import { PAGE_TEXTS, pageText } from '../../src/server/platform/http/page-text.ts';

/** Every text with its path, and what is filled into it. */
function textsOf(language: string): Map<string, string> {
  const texts = new Map<string, string>();
  const { close = '', pages: groups = {} } = PAGE_TEXTS.get(language) ?? {};
  texts.set('close', close);
  for (const [group, pages] of Object.entries(groups)) {
    for (const [name, page] of Object.entries(pages)) {
      for (const [part, text] of Object.entries(page)) texts.set(`${group}.${name}.${part}`, text);
    }
  }
  return texts;
}

function placeholders(text: string): string[] {
  return (text.match(/\{\{\w+\}\}/g) ?? []).sort();
}

test('the pages speak the languages of the widget', () => {
  const widget = readdirSync('i18n').filter((name) => name.endsWith('.json'));
  const pages = [...PAGE_TEXTS.keys()].map((language) => `${language}.json`);
  expect(pages.sort()).toEqual(widget.sort());
});

test.each([...PAGE_TEXTS.keys()])('%s has every text, with its placeholders', (language) => {
  const english = textsOf('en');
  const texts = textsOf(language);
  expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of texts) {
    expect([key, text.trim()]).not.toEqual([key, '']);
    expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
  }
});

test.each([
  ['', 'en'],
  ['es', 'es'],
  ['pt-BR', 'pt'],
  ['tr-TR,tr;q=0.9,en;q=0.5', 'tr'],
  ['id-ID', 'id'],
  ['ja, fr;q=0.9', 'en'],
  ['ja, ES-mx;q=0.9, pt;q=0.8', 'es'],
  ['fil, pt;q=0.5', 'pt'],
  ['__proto__', 'en'],
])('a browser that asks for “%s” gets %s', (wanted, language) => {
  expect(pageText(wanted, 'consent.connected').language).toBe(language);
});

test('a name is filled in as it is', () => {
  const page = pageText('en', 'sign_in.connected', { name: '$& {{name}}' });
  expect(page.title).toBe('$& {{name}} is connected');
});
