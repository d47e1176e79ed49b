import { readdirSync, readFileSync } from 'node:fs';
import type english from '../../../../i18n/pages/en.json';

type Texts = typeof english;

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
): { language: string; title: string; text: string } {
  const known = languagesOf(language).find((tag) => PAGE_TEXTS.has(tag)) ?? FALLBACK;
  const [group = '', name = ''] = key.split('.');
  const page = PAGE_TEXTS.get(known)?.[group]?.[name];
  if (page === undefined) throw new Error(`i18n/pages/${known}.json lacks ${key}.`);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, value) => values[value] ?? '');
  return { language: known, title: fill(page.title), text: fill(page.text) };
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

function loadTexts(): Map<string, Pages> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => [
      name.slice(0, -'.json'.length),
      JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')),
    ]),
  );
}
