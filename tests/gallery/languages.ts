import { readdirSync, readFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';
import { createTexts, type Texts } from '../../src/widget/i18n.ts';

/** `en`, `es` and whatever else `i18n` holds. */
export type Language = string;

/** Every language the widget is shipped in, English first. */
export const LANGUAGES: readonly Language[] = readdirSync(`${PROJECT}/i18n`)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''))
  .sort((one, other) => Number(other === 'en') - Number(one === 'en') || one.localeCompare(other));

const read = new Map<Language, { catalogue: object; texts: Texts }>();

function load(language: Language) {
  let known = read.get(language);
  if (!known) {
    const file = readFileSync(`${PROJECT}/i18n/${language}.json`, 'utf8');
    const catalogue = JSON.parse(file) as object;
    known = { catalogue, texts: createTexts(catalogue, language) };
    read.set(language, known);
  }
  return known;
}

/** The widget's texts in a language. */
export function textsOf(language: Language): Texts {
  return load(language).texts;
}

/** The language file as it stands. */
export function catalogueOf(language: Language): object {
  return load(language).catalogue;
}
