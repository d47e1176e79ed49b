import { readdirSync, readFileSync } from 'node:fs';
import { undeliveredReason } from '../../src/contract/api.ts';
import type { PlaceholderKind } from '../../src/server/connectors/messages.ts';
import { messageText } from '../../src/server/messages/message-text.ts';

const FOLDER = new URL('../../i18n/messages/', import.meta.url);

/** Every kind, so that the compiler names one that is missing. */
const PLACEHOLDERS = Object.keys({
  poll: 1,
  dice: 1,
  story: 1,
  game: 1,
  payment: 1,
  file_too_large: 1,
  file_unavailable: 1,
  deleted: 1,
  unsupported: 1,
} satisfies Record<PlaceholderKind, 1>) as PlaceholderKind[];

const LANGUAGES = ['en', 'es', 'id', 'pt', 'tr'];

const textsOf = (language: string): Record<string, Record<string, string>> =>
  JSON.parse(readFileSync(new URL(`${language}.json`, FOLDER), 'utf8'));

describe('what a manager reads about a message', () => {
  test('is there in every language of the widget', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(LANGUAGES.map((language) => `${language}.json`));
  });

  test.each(LANGUAGES)('has in %s a text for every reason and every placeholder', (language) => {
    for (const reason of undeliveredReason.options) {
      const text = messageText(language, 'failed', reason);
      expect([reason, text]).toEqual([reason, expect.stringMatching(/^\p{Lu}.*[.]$/u)]);
    }
    for (const what of PLACEHOLDERS) {
      const text = messageText(language, 'placeholder', what);
      expect([what, text]).toEqual([what, expect.stringMatching(/^[[(].+[\])]$/)]);
    }
  });

  test('has the same names in every language, and no others than there are', () => {
    for (const language of LANGUAGES) {
      const texts = textsOf(language);
      expect(Object.keys(texts).sort()).toEqual(['failed', 'placeholder', 'test']);
      expect(Object.keys(texts.failed ?? {}).sort()).toEqual([...undeliveredReason.options].sort());
      expect(Object.keys(texts.placeholder ?? {}).sort()).toEqual([...PLACEHOLDERS].sort());
    }
  });

  test('is translated, and says something else for every reason', () => {
    const [english, ...others] = LANGUAGES.map((language) => textsOf(language));
    for (const texts of others) {
      for (const [name, text] of Object.entries(texts.failed ?? {})) {
        expect([name, text]).not.toEqual([name, english?.failed?.[name]]);
      }
    }
    for (const texts of [english, ...others]) {
      const said = Object.values(texts?.failed ?? {});
      expect(new Set(said).size).toBe(said.length);
    }
  });

  test.each([
    ['en', 'en'],
    ['EN', 'en'],
    ['es', 'es'],
    ['es-MX', 'es'],
    ['es_AR', 'es'],
    ['pt', 'pt'],
    ['pt-BR', 'pt'],
    ['tr', 'tr'],
    ['tr-TR', 'tr'],
    ['id', 'id'],
    ['ru', 'en'],
    ['', 'en'],
    ['../../package', 'en'],
    ['__proto__', 'en'],
  ])('is for an account with the language %j in %s', (language, shown) => {
    expect(messageText(language, 'failed', 'blocked')).toBe(textsOf(shown).failed?.blocked);
  });
});
