import type { Preferences } from '../../contract/api.ts';

/** Languages people write to their clients in where Kommo is sold, and some more (ISO 639-1). */
const LANGUAGES = 'ar cs de en es fr he hi hu id it kk ms nl pl pt ro ru sv th tr uk uz vi zh';

/** Countries Kommo is sold in (ISO 3166-1 alpha-2): those whose national numbers the backend can complete. */
const COUNTRIES =
  'AE AR AU BO BR CA CH CL CO CR CZ DE DO EC EG ES FR GB GT HN ID IE IL IN IT KE KZ MA MX MY NG NI NL NZ PA PE ' +
  'PH PK PL PR PT PY RO RU SA SG SV TH TR UA US UY UZ VE VN ZA';

type Kind = keyof Preferences;

/** The browser's own name of a language or country, or the code when it knows none. */
export function nameOfValue(kind: Kind, value: string, language: string): string {
  try {
    return displayNames(kind, language).of(value) ?? value;
  } catch {
    return value;
  }
}

/** Everything to choose from, sorted by name. */
export function namedValues(kind: Kind, language: string): { value: string; label: string }[] {
  const names = displayNames(kind, language);
  const { compare } = new Intl.Collator(language);
  return (kind === 'language' ? LANGUAGES : COUNTRIES)
    .split(' ')
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((left, right) => compare(left.label, right.label));
}

function displayNames(kind: Kind, language: string): Intl.DisplayNames {
  return new Intl.DisplayNames([language], { type: kind === 'language' ? 'language' : 'region' });
}
