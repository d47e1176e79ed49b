import { flatTexts } from '../emulator/upload/named-texts.ts';
import { PAGES } from '../emulator/upload/pages.ts';
import type { WidgetProblem } from '../emulator/upload/problem.ts';
import { sayOf } from '../emulator/upload/say.ts';
import type { Widget } from '../emulator/upload/widget-package.ts';

/** The language all others are compared with. It also gives the code its type of text keys. */
const REFERENCE = 'en';

const PLURAL = /_(zero|one|two|few|many|other)$/;
const PLACEHOLDER = /\{\{\s*([^}\s,]+)[^}]*\}\}/g;

type Texts = ReadonlyMap<string, unknown>;
type Fault = (place: string, message: string) => void;

/** What i18next needs: every plural form of the language, and the same placeholders in all of them. */
export function checkOwnTexts({ i18n, json }: Widget): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  const reference = flatTexts(i18n[REFERENCE] ?? {});
  for (const [language, content] of Object.entries(i18n)) {
    const note = sayOf(`i18n/${language}.json`, json, problems);
    const fault: Fault = (place, message) => note('error', place, message, PAGES.checklist);
    const texts = flatTexts(content);
    checkPlurals(language, texts, fault);
    if (language !== REFERENCE) comparePlaceholders(texts, reference, fault);
  }
  return problems;
}

/** A text with plural forms needs every form its language has, or i18next shows the key. */
function checkPlurals(language: string, texts: Texts, fault: Fault): void {
  const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const base of pluralBases(texts)) {
    for (const category of wanted) {
      if (texts.has(`${base}_${category}`)) continue;
      fault(`${base}_other`, `lacks the plural form "_${category}"`);
    }
  }
}

function pluralBases(texts: Texts): Set<string> {
  const bases = new Set<string>();
  for (const key of texts.keys()) {
    if (key.endsWith('_other')) bases.add(key.replace(PLURAL, ''));
  }
  return bases;
}

function comparePlaceholders(texts: Texts, reference: Texts, fault: Fault): void {
  const own = grouped(texts);
  for (const [key, wanted] of grouped(reference)) {
    const found = own.get(key);
    if (found === undefined || found.placeholders === wanted.placeholders) continue;
    const message = `uses the placeholders ${found.placeholders || 'none'}; i18n/${REFERENCE}.json uses ${wanted.placeholders || 'none'}`;
    fault(found.place, message);
  }
}

/** Keys without plural endings (these differ by language), with the placeholders of all forms. */
function grouped(texts: Texts): Map<string, { place: string; placeholders: string }> {
  const bases = pluralBases(texts);
  const groups = new Map<string, { place: string; names: Set<string> }>();
  for (const [key, text] of texts) {
    // What is no text, or empty, has been named as such.
    if (typeof text !== 'string' || text.trim() === '') continue;
    const base = key.replace(PLURAL, '');
    const name = bases.has(base) ? base : key;
    const group = groups.get(name) ?? { place: key, names: new Set<string>() };
    for (const match of text.matchAll(PLACEHOLDER)) group.names.add(match[1] ?? '');
    groups.set(name, group);
  }
  return new Map(
    [...groups].map(([name, { place, names }]) => [
      name,
      { place, placeholders: [...names].sort().join(', ') },
    ]),
  );
}
