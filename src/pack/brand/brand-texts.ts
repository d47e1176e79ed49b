import { readdirSync, readFileSync } from 'node:fs';
import { type Brand, type BrandFault, brandName, isProvider } from '../../brand/brand.ts';
import { nearestName } from '../../brand/nearest-name.ts';
import { readJsonSource } from '../../emulator/upload/json-source.ts';
import { flatTexts, textAt } from '../../emulator/upload/named-texts.ts';
import { checkShownTexts } from '../../emulator/upload/shown-text-rules.ts';
import { isObject, type Json } from '../../emulator/upload/widget-package.ts';
import { PackageRefused } from '../package-refused.ts';
import { PROJECT } from '../project.ts';

/** The texts of i18n that have a field of their own in `brand.json`. */
const OWN_FIELDS: Readonly<Record<string, 'name' | 'short_description'>> = {
  'widget.name': 'name',
  'widget.short_description': 'short_description',
};

/** A text of the brand that takes the place of one in a language file. */
interface Replacement {
  language: string;
  key: string;
  text: string;
  /** Where it stands in `brand.json`. */
  place: string;
}

/** The files that Kommo shows, by path, with the brand's words in them. Whatever stays the same keeps its bytes. */
export function brandTexts(brand: Brand): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const manifest = read('manifest.json');
  const widget = manifest.json.widget;
  if (!isObject(widget)) {
    const message = 'lacks "widget", which holds the support contact';
    throw new PackageRefused([{ severity: 'error', file: 'manifest.json', message }]);
  }
  const branded = { ...manifest.json, widget: { ...widget, support: brand.support } };
  files.set('manifest.json', written(manifest, branded));
  const replacements = replacementsOf(brand);
  for (const language of languages()) {
    const file = read(`i18n/${language}.json`);
    const texts = structuredClone(file.json);
    for (const one of replacements) {
      if (one.language === language) setText(texts, one.key, one.text);
    }
    files.set(`i18n/${language}.json`, written(file, texts));
  }
  return files;
}

/** Unknown languages, keys and services, other placeholders, and what moderation would refuse in the texts. */
export function checkBrandTexts(brand: Brand): BrandFault[] {
  return [
    ...checkLanguages(brand),
    ...checkServices(brand),
    ...Object.entries(brand.texts ?? {}).flatMap(([language, texts]) =>
      languages().includes(language) ? checkKeys(language, texts) : [],
    ),
    ...checkShown(brand),
  ];
}

/** Languages there are texts of. */
export function languages(): string[] {
  return unlessMissing('i18n', () => readdirSync(`${PROJECT}/i18n`))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** What an id is called: in the pictures, where one language has to do. */
export function serviceTitle(id: string): string {
  const title = textAt(read('i18n/en.json').json, `connectors.${id}.title`);
  return typeof title === 'string' ? title : id.charAt(0).toUpperCase() + id.slice(1);
}

function checkLanguages({ name, short_description, texts }: Brand): BrandFault[] {
  const known = languages();
  const given = { name, short_description, texts };
  const unknown = Object.entries(given).flatMap(([field, value]) =>
    Object.keys(isObject(value) ? value : {})
      .filter((language) => !known.includes(language))
      .map((language) => ({
        place: `${field}.${language}`,
        message: `is no language of the widget; did you mean "${nearestName(language, known)}"? There are: ${known.join(', ')}`,
      })),
  );
  const missing = isObject(name) ? known.filter((language) => !Object.hasOwn(name, language)) : [];
  const lacks = {
    place: 'name',
    message: `lacks ${missing.join(', ')}; add them, or write one name in quotes for all languages`,
  };
  return missing.length === 0 ? unknown : [...unknown, lacks];
}

function checkServices({ services = [] }: Brand): BrandFault[] {
  const known = Object.keys(read('i18n/en.json').json.connectors ?? {}).sort();
  return services.flatMap((id, index) =>
    isProvider(id) || known.includes(id)
      ? []
      : {
          place: `services.${index}`,
          message: `is "${id}", which is no connector; did you mean "${nearestName(id, known)}"? There are: ${known.join(', ')}. A provider of OAUTH_PROVIDERS is written "provider:${id}"`,
        },
  );
}

function checkKeys(language: string, texts: Readonly<Record<string, string>>): BrandFault[] {
  const own = flatTexts(read(`i18n/${language}.json`).json);
  return Object.entries(texts).flatMap(([key, text]): BrandFault[] => {
    const place = `texts.${language}.${key}`;
    const field = OWN_FIELDS[key];
    if (field !== undefined) return [{ place, message: `has a field of its own: "${field}"` }];
    const before = own.get(key);
    if (typeof before !== 'string') {
      const nearest = nearestName(key, own.keys());
      const message = `is no text of i18n/${language}.json; did you mean "${nearest}"?`;
      return [{ place, message }];
    }
    const [found, needed] = [placeholdersOf(text), placeholdersOf(before)];
    if (found === needed) return [];
    const message = `has the placeholders ${found || 'none'}; it must have ${needed || 'none'}, as in "${before}"`;
    return [{ place, message }];
  });
}

function placeholdersOf(text: string): string {
  const names = [...text.matchAll(/\{\{\s*([^}\s,]+)[^}]*\}\}/g)].map(([, name]) => `{{${name}}}`);
  return [...new Set(names)].sort().join(', ');
}

/** Judges the brand's own words as the package's texts are, but says where they stand in the brand's file. */
function checkShown(brand: Brand): BrandFault[] {
  const files = brandTexts(brand);
  const textOf = (file: string) =>
    JSON.parse(Buffer.from(files.get(file) ?? '').toString()) as Json;
  const manifest = textOf('manifest.json');
  const found = new Map<string, BrandFault>();
  for (const { language, key, place } of replacementsOf(brand)) {
    // An unknown language has been named as such, and what a language lacks it has from English.
    const isLent = key === 'widget.name' && isObject(brand.name) && !brand.name[language];
    if (isLent || !files.has(`i18n/${language}.json`)) continue;
    // One language and one text at a time: a rule that several break is one problem otherwise.
    const only = { ...(isObject(manifest.widget) ? manifest.widget : {}), locale: [language] };
    const text = textAt(textOf(`i18n/${language}.json`), key);
    const i18n: Record<string, Json> = { [language]: {} };
    setText(i18n[language] ?? {}, key, String(text));
    const widget = { files, manifest: { ...manifest, widget: only }, i18n, json: new Map() };
    for (const { message } of checkShownTexts(widget)) {
      found.set(`${place} ${message}`, { place, message });
    }
  }
  return [...found.values()];
}

function replacementsOf(brand: Brand): Replacement[] {
  const all = languages();
  const names = all.map((language) => ({
    language,
    key: 'widget.name',
    text: brandName(brand, language),
    place: typeof brand.name === 'string' ? 'name' : `name.${language}`,
  }));
  const { short_description: short } = brand;
  const descriptions = all.flatMap((language) => {
    const text = typeof short === 'string' ? short : short?.[language];
    const place = typeof short === 'string' ? 'short_description' : `short_description.${language}`;
    return text === undefined ? [] : [{ language, key: 'widget.short_description', text, place }];
  });
  const others = Object.entries(brand.texts ?? {}).flatMap(([language, texts]) =>
    Object.entries(texts).map(([key, text]) => ({
      language,
      key,
      text,
      place: `texts.${language}.${key}`,
    })),
  );
  return [...names, ...descriptions, ...others];
}

/** A JSON file of the project, as it is and as it is written. */
interface SourceFile {
  bytes: Uint8Array;
  json: Json;
}

/** @throws PackageRefused: what cannot be read is nothing that a brand could be put into */
function read(file: string): SourceFile {
  const bytes = unlessMissing(file, () => readFileSync(`${PROJECT}/${file}`));
  const { value, faults } = readJsonSource(bytes.toString().replace(/^\uFEFF/, ''));
  const errors = faults.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new PackageRefused(
      errors.map(({ severity, line, message }) => ({ severity, file, line, message })),
    );
  }
  if (isObject(value)) return { bytes, json: value };
  const message = 'must hold a JSON object, { … }';
  throw new PackageRefused([{ severity: 'error', file, line: 1, message }]);
}

/** @throws PackageRefused; while somebody watches, an editor may bring it back at once */
function unlessMissing<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new PackageRefused([{ severity: 'error', file, message: 'is missing' }]);
  }
}

function written(before: SourceFile, json: Json): Uint8Array {
  return JSON.stringify(json) === JSON.stringify(before.json)
    ? before.bytes
    : new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
}

function setText(texts: Json, key: string, text: string): void {
  const names = key.split('.');
  const last = names.pop() ?? '';
  let group = texts;
  for (const name of names) {
    const inner = group[name];
    const next: Json = isObject(inner) ? inner : {};
    group[name] = next;
    group = next;
  }
  group[last] = text;
}
