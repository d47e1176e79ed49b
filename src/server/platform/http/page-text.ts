import { readdirSync, readFileSync } from 'node:fs';
import type english from '../../../../i18n/pages/en.json';

type Texts = Omit<typeof english, 'close'>;

/** What one page says: `consent.connected`. */
export type PageKey = {
  [Group in keyof Texts]: `${Group}.${keyof Texts[Group] & string}`;
}[keyof Texts];

const FOLDER = new URL('../../../../i18n/pages/', import.meta.url);
const FALLBACK = 'en';

/** Every language there is a file of. */
export const PAGE_TEXTS = loadTexts();

/**
 * The title and text of a page.
 *
 * @param language a language tag, or a list of them as in `Accept-Language`: the first one we have is taken, and
 *   English where we have none
 * @param values what stands in place of `{{…}}`, as it is: `sendPage` escapes it
 */
export function pageText(
  language: string,
  key: PageKey,
  values: Record<string, string> = {},
): { language: string; title: string; text: string; close: string } {
  const known = knownLanguage(language, (tag) => PAGE_TEXTS.has(tag));
  const [group = '', name = ''] = key.split('.');
  const page = PAGE_TEXTS.get(known)?.pages[group]?.[name];
  if (page === undefined) throw new Error(`i18n/pages/${known}.json lacks ${key}.`);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, value) => values[value] ?? '');
  const close = PAGE_TEXTS.get(known)?.close ?? '';
  return { language: known, title: fill(page.title), text: fill(page.text), close };
}

/** The first language of a list, as in `Accept-Language`, that we have; English where we have none. */
export function knownLanguage(list: string, isKnown: (tag: string) => boolean): string {
  return languagesOf(list).find(isKnown) ?? FALLBACK;
}

function languagesOf(list: string): string[] {
  return list.split(',').map((tag) =>
    tag
      .trim()
      .toLowerCase()
      .replace(/[-;\s].*$/s, ''),
  );
}

type Pages = Record<string, Record<string, { title: string; text: string }>>;

/** What there is in one language: the pages, and the words of the button they share. */
interface Language {
  close: string;
  pages: Pages;
}

function loadTexts(): Map<string, Language> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => {
      const { close, ...pages } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
      return [name.slice(0, -'.json'.length), { close, pages }];
    }),
  );
}
