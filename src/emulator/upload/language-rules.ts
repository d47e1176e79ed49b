import type { Widget, WidgetProblem } from './widget-package.ts';

/** Languages Kommo and amoCRM know. */
const LANGUAGES = ['en', 'es', 'pt', 'tr', 'id', 'ru'];
/** Keys of the manifest whose texts every language needs. */
const NAMED_TEXTS = ['name', 'description', 'short_description'];

export function checkLanguages({ manifest, i18n, files }: Widget): WidgetProblem[] {
  if (manifest === undefined) return [];
  const widget = manifest.widget as Record<string, unknown> | undefined;
  const problems: WidgetProblem[] = [];
  const fault = (file: string, message: string) =>
    problems.push({ severity: 'error', file, message });
  const locale = Array.isArray(widget?.locale) ? widget.locale.map(String) : [];
  for (const language of locale) {
    const file = `i18n/${language}.json`;
    if (!LANGUAGES.includes(language)) {
      fault('manifest.json', `widget.locale: ${language} is not one of ${LANGUAGES.join(', ')}`);
    }
    if (!files.has(file)) fault(file, 'widget.locale names the language, but the file is missing');
  }
  for (const language of Object.keys(i18n)) {
    if (locale.includes(language)) continue;
    const message = 'widget.locale does not name this language';
    problems.push({ severity: 'warning', file: `i18n/${language}.json`, message });
  }
  const present = locale.filter((language) => i18n[language] !== undefined);
  problems.push(...checkSameKeys(present, i18n));
  for (const language of present) {
    for (const key of textKeys(manifest)) {
      if (textAt(i18n[language], key) !== undefined) continue;
      fault(`i18n/${language}.json`, `The text ${key}, which the manifest needs, is missing`);
    }
  }
  return problems;
}

/** Keys of texts that the manifest points to. */
function textKeys(manifest: Record<string, unknown> | undefined): string[] {
  const widget = (manifest?.widget ?? {}) as Record<string, unknown>;
  const tour = (manifest?.tour ?? {}) as Record<string, unknown>;
  const settings = Object.values((manifest?.settings ?? {}) as Record<string, { name?: unknown }>);
  const places: unknown[] = Array.isArray(manifest?.locations) ? manifest.locations : [];
  const named = [
    ...NAMED_TEXTS.map((name) => widget[name]),
    tour.tour_description,
    ...settings.map((field) => field?.name),
    // https://developers.kommo.com/docs/widget-locations
    places.includes('ai_agent') && 'widget.ai_agent_description',
  ];
  // Only dotted names are keys; some widgets write the text itself here.
  return named.filter((key): key is string => typeof key === 'string' && /^[\w-]+\./.test(key));
}

function textAt(texts: unknown, key: string): string | undefined {
  const found = key
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], texts);
  return typeof found === 'string' ? found : undefined;
}

function checkSameKeys(languages: string[], i18n: Widget['i18n']): WidgetProblem[] {
  const [first, ...others] = languages;
  if (first === undefined) return [];
  const expected = keysOf(i18n[first]);
  return others.flatMap((language) => {
    const found = keysOf(i18n[language]);
    const missing = expected.filter((key) => !found.includes(key));
    const extra = found.filter((key) => !expected.includes(key));
    const file = `i18n/${language}.json`;
    return [
      ...problemOf(missing, file, `Keys that i18n/${first}.json has are missing`),
      ...problemOf(extra, file, `Keys that i18n/${first}.json lacks`),
    ];
  });
}

function problemOf(keys: string[], file: string, text: string): WidgetProblem[] {
  if (keys.length === 0) return [];
  const more = keys.length > 5 ? ` and ${keys.length - 5} more` : '';
  return [{ severity: 'error', file, message: `${text}: ${keys.slice(0, 5).join(', ')}${more}` }];
}

function keysOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([name, part]) =>
    keysOf(part, prefix === '' ? name : `${prefix}.${name}`),
  );
}
