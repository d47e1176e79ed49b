import type { Fault, PackageFiles } from './fault.ts';
import { readObject, textAt } from './json-file.ts';

/** Limits of the public checklist (https://developers.kommo.com/docs/getting-listed), in characters. */
const LIMITS: Readonly<Record<string, number>> = {
  'widget.name': 30,
  'widget.short_description': 50,
  'widget.description': 400,
};
const NAME_WORD_MAX = 19;

/** The language all others are compared with. It also gives the code its type of text keys. */
const REFERENCE = 'en';

const PLURAL = /_(zero|one|two|few|many|other)$/;
const PLACEHOLDER = /\{\{\s*([^}\s,]+)[^}]*\}\}/g;
const LINK = /<a\b[^>]*>/g;

type Texts = Map<string, string>;

/** Same keys, same placeholders, nothing empty, and Kommo's limits for the texts it shows itself. */
export function checkLanguages(files: PackageFiles, locales: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  const languages = new Map<string, Texts>();
  for (const locale of locales) {
    const file = `i18n/${locale}.json`;
    const content = readObject(files, file);
    if (typeof content === 'string') faults.push({ file, message: content });
    else {
      const texts: Texts = new Map();
      collect(content, '', texts, (message) => faults.push({ file, message }));
      languages.set(locale, texts);
      faults.push(...checkKommoTexts(file, content));
      faults.push(...checkPlurals(file, locale, texts));
    }
  }
  for (const path of files.keys()) {
    const locale = /^i18n\/(.+)$/.exec(path)?.[1]?.replace(/\.json$/, '');
    if (locale !== undefined && !locales.includes(locale)) {
      faults.push({ file: path, message: 'is not named by widget.locale of the manifest' });
    }
  }
  const reference = languages.get(REFERENCE);
  if (reference === undefined) return faults;
  for (const [locale, texts] of languages) {
    if (locale !== REFERENCE) faults.push(...compare(`i18n/${locale}.json`, texts, reference));
  }
  return faults;
}

function collect(
  value: Record<string, unknown>,
  prefix: string,
  texts: Texts,
  fault: (message: string) => void,
): void {
  for (const [name, inner] of Object.entries(value)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof inner === 'string') {
      texts.set(key, inner);
      if (inner.trim() === '') fault(`"${key}" is empty`);
      if (/<script\b/i.test(inner)) fault(`"${key}" holds a script`);
      checkLinks(key, inner, fault);
    } else if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      collect(inner as Record<string, unknown>, key, texts, fault);
    } else fault(`"${key}" must be a text or a group of texts`);
  }
}

function checkLinks(key: string, text: string, fault: (message: string) => void): void {
  for (const [link] of text.matchAll(LINK)) {
    if (!link.includes('target="_blank"') || !link.includes('referrerpolicy="no-referrer"')) {
      fault(`"${key}": a link must carry target="_blank" and referrerpolicy="no-referrer"`);
    }
  }
}

/** The texts Kommo shows in its own list and modal. */
function checkKommoTexts(file: string, content: Record<string, unknown>): Fault[] {
  const faults: Fault[] = [];
  for (const [key, limit] of Object.entries(LIMITS)) {
    const length = [...(textAt(content, key) ?? '').replaceAll(/<[^>]*>/g, '')].length;
    if (length > limit) {
      faults.push({ file, message: `"${key}" has ${length} characters; Kommo allows ${limit}` });
    }
  }
  const name = textAt(content, 'widget.name') ?? '';
  if (/kommo|amocrm/i.test(name)) {
    faults.push({ file, message: '"widget.name" must not contain the name of Kommo' });
  }
  for (const word of name.split(/\s+/)) {
    if ([...word].length > NAME_WORD_MAX) {
      faults.push({
        file,
        message: `"widget.name": the word "${word}" has more than ${NAME_WORD_MAX} characters`,
      });
    }
  }
  return faults;
}

/** A text with plural forms needs every form its language has, or i18next shows the key. */
function checkPlurals(file: string, locale: string, texts: Texts): Fault[] {
  const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  const faults: Fault[] = [];
  for (const base of pluralBases(texts)) {
    for (const category of wanted) {
      if (!texts.has(`${base}_${category}`)) {
        faults.push({ file, message: `"${base}" lacks the plural form "_${category}"` });
      }
    }
  }
  return faults;
}

function pluralBases(texts: Texts): Set<string> {
  const bases = new Set<string>();
  for (const key of texts.keys()) {
    if (key.endsWith('_other')) bases.add(key.replace(PLURAL, ''));
  }
  return bases;
}

function compare(file: string, texts: Texts, reference: Texts): Fault[] {
  const faults: Fault[] = [];
  const own = grouped(texts);
  const wanted = grouped(reference);
  for (const [key, placeholders] of wanted) {
    const found = own.get(key);
    if (found === undefined) {
      faults.push({ file, message: `"${key}" is missing; i18n/${REFERENCE}.json has it` });
    } else if (found !== placeholders) {
      faults.push({
        file,
        message: `"${key}" uses the placeholders ${found || 'none'}; i18n/${REFERENCE}.json uses ${placeholders || 'none'}`,
      });
    }
  }
  for (const key of own.keys()) {
    if (!wanted.has(key)) {
      faults.push({ file, message: `"${key}" is not in i18n/${REFERENCE}.json` });
    }
  }
  return faults;
}

/** Keys without plural suffixes (these differ by language), with the placeholders of all forms. */
function grouped(texts: Texts): Map<string, string> {
  const bases = pluralBases(texts);
  const groups = new Map<string, Set<string>>();
  for (const [key, text] of texts) {
    const base = key.replace(PLURAL, '');
    const name = bases.has(base) ? base : key;
    const group = groups.get(name) ?? new Set<string>();
    for (const match of text.matchAll(PLACEHOLDER)) group.add(match[1] ?? '');
    groups.set(name, group);
  }
  return new Map([...groups].map(([name, group]) => [name, [...group].sort().join(', ')]));
}
