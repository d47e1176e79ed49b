import i18next from 'i18next';
import type catalogue from '../../i18n/en.json';

type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}`;
}[keyof T & string];

/** Plural forms are separate entries of the file; code asks for their common name and gives `count`. */
type WithoutPlural<K extends string> = K extends `${infer Name}_${'one' | 'many' | 'other'}`
  ? Name
  : K;

/** Every text in `i18n/en.json`. A missing key does not compile. */
export type TextKey = WithoutPlural<Leaves<typeof catalogue>>;

export type TextValues = Record<string, string | number>;

export interface Texts {
  /** BCP 47 tag of the language shown. */
  language: string;
  t(key: TextKey, values?: TextValues): string;
  /** A text that may be missing, such as a connector's hint. */
  find(key: string, values?: TextValues): string | undefined;
  number(value: number): string;
  /** `20 Nov 2026` in the language of the admin. */
  date(iso: string): string;
  /** `20 Nov, 14:05` in the language of the admin. */
  dateTime(iso: string): string;
  /** `5 minutes ago`, `2 days ago`: the last minute counts as one, and so does a clock ahead of ours. */
  ago(iso: string): string;
  /** The same for a narrow place: `5m ago`, `2d ago`. */
  agoInShort(iso: string): string;
  /** `45 seconds`, `3 minutes`: rounded up, so that waiting this long is always enough. */
  duration(seconds: number): string;
  /** `Sales, Support and Partners`. */
  list(items: string[]): string;
}

/**
 * Texts from the language file that Kommo loaded for the signed-in user. `tag` is the language as Kommo names
 * it; anything that is not a language tag counts as English.
 */
export function createTexts(langs: object, tag: string): Texts {
  const language = isLanguageTag(tag) ? tag : 'en';
  const instance = i18next.createInstance();
  void instance.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: langs } },
    // React escapes what it prints.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  // Each takes milliseconds to make, and what is seen first needs none of them.
  const numbers = onDemand(() => new Intl.NumberFormat(language));
  const dates = onDemand(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }));
  const times = onDemand(
    () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
  );
  const spans = onDemand(() => new Intl.RelativeTimeFormat(language));
  const shortSpans = onDemand(() => new Intl.RelativeTimeFormat(language, { style: 'narrow' }));
  const lists = onDemand(() => new Intl.ListFormat(language, { type: 'conjunction' }));
  // While the settings are on their way there is time for those that nearly every list needs.
  globalThis.requestIdleCallback?.(() => [times, spans, shortSpans].forEach((make) => void make()));
  return {
    language,
    t: (key, values = {}) => instance.t(key, values),
    find: (key, values = {}) => (instance.exists(key) ? instance.t(key, values) : undefined),
    number: (value) => numbers().format(value),
    date: (iso) => dates().format(new Date(iso)),
    dateTime: (iso) => times().format(new Date(iso)),
    ago: (iso) => since(iso, spans()),
    agoInShort: (iso) => since(iso, shortSpans()),
    duration: (seconds) => {
      const [count, unit] =
        seconds < 100 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute'];
      const options = { style: 'unit', unit, unitDisplay: 'long' } as const;
      return new Intl.NumberFormat(language, options).format(count);
    },
    list: (items) => lists().format(items),
  };
}

function onDemand<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function since(iso: string, spans: Intl.RelativeTimeFormat): string {
  const minutes = Math.max(1, Math.round((Date.now() - Date.parse(iso)) / 60_000));
  if (minutes < 60) return spans.format(-minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? spans.format(-hours, 'hour') : spans.format(-Math.round(hours / 24), 'day');
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
