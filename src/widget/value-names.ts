import type { Preferences } from '../contract/api.ts';

/** What is named: languages or countries. */
export type Kind = keyof Preferences;

/** The browser's name for a language or country, or the code if it knows none. */
export function nameOfValue(kind: Kind, value: string, language: string): string {
  try {
    return displayNames(kind, language).of(value) ?? value;
  } catch {
    return value;
  }
}

export function displayNames(kind: Kind, language: string): Intl.DisplayNames {
  return new Intl.DisplayNames([language], { type: kind === 'language' ? 'language' : 'region' });
}
