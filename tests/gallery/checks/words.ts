import type { Page } from '@playwright/test';
import { catalogueOf, type Language } from '../languages.ts';

type Catalogue = { [key: string]: string | Catalogue };

/** Keys with their texts, without the entries that Kommo alone shows. */
function leaves(catalogue: Catalogue, before = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, value]] : leaves(value, `${before}${key}.`),
  );
}

/** English texts that read otherwise in this language, as patterns: what stands in braces may be anything. */
function foreignTexts(language: Language): RegExp[] {
  const own = new Map(leaves(catalogueOf(language) as Catalogue));
  return (
    leaves(catalogueOf('en') as Catalogue)
      .filter(([key, text]) => own.has(key) && own.get(key) !== text)
      // A text that another key has in this language is no stranger there, such as "Error" in Spanish.
      .filter(([, text]) => ![...own.values()].includes(text))
      .filter(([, text]) => /\p{L}{3}/u.test(text.replaceAll(/\{\{.*?\}\}/g, '')))
      .map(([, text]) => {
        const parts = text.split(/\{\{.*?\}\}/).map((part) => RegExp.escape(part));
        return new RegExp(`^${parts.join('.*')}$`, 'su');
      })
  );
}

/** Every piece of text the widget shows or tells. */
function allTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('.chat-connector');
    if (!root) return [];
    const texts: string[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? '');
    for (const element of root.querySelectorAll('*')) {
      for (const name of ['aria-label', 'alt', 'title', 'placeholder'])
        texts.push(element.getAttribute(name) ?? '');
    }
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  });
}

/** Texts that are a key (`channels.title`), have a gap left in them, or are still English. */
export async function faultsOfWords(page: Page, language: Language): Promise<string[]> {
  const texts = await allTexts(page);
  const keys = new Set(leaves(catalogueOf('en') as Catalogue).map(([key]) => key));
  const isKey = (text: string) =>
    /^[a-z]+(\.[a-z_0-9]+)+$/.test(text) && (keys.has(text) || keys.has(`${text}_other`));
  const faults = [
    ...texts.filter(isKey).map((text) => `a key instead of a text: ${text}`),
    ...texts
      .filter((text) => /\{\{|\}\}|undefined|NaN|\[object/.test(text))
      .map((text) => `a gap: ${text}`),
  ];
  if (language === 'en') return faults;
  const foreign = foreignTexts(language);
  const english = texts.filter((text) => foreign.some((pattern) => pattern.test(text)));
  return [...faults, ...english.map((text) => `English in ${language}: ${text}`)];
}
