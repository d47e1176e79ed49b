import type { Preferences } from '../../contract/api.ts';
import type { FieldError } from '../../contract/errors.ts';

type Name = keyof Preferences;

/** What a setting may be fixed to: an ISO 639-1 language with an optional region, an ISO 3166-1 country. */
const SHAPES: Record<Name, RegExp> = {
  language: /^[a-z]{2}(-[A-Z]{2})?$/,
  country: /^[A-Z]{2}$/,
};

const NAMES = ['language', 'country'] as const;

/** What applies now: the account's own value, or the one an administrator fixed. */
export function effectivePreferences(
  stored: Preferences,
  account: Record<Name, string>,
): Preferences {
  return {
    language: effective(stored.language, account.language),
    country: effective(stored.country, account.country),
  };
}

/** Values a setting cannot be fixed to. One that follows the account is never faulty: its value is ignored. */
export function faultyPreferences(wanted: Preferences): FieldError[] {
  return NAMES.filter(
    (name) => wanted[name].mode === 'fixed' && !SHAPES[name].test(wanted[name].value),
  ).map((name) => ({ path: `preferences.${name}`, code: 'invalid' }));
}

/** Whether what is wanted differs from what is stored. */
export function isPreferenceChanged(name: Name, stored: Preferences, wanted: Preferences): boolean {
  const [before, after] = [stored[name], wanted[name]];
  if (before.mode !== after.mode) return true;
  return after.mode === 'fixed' && before.value !== after.value;
}

/** What to store. The value of a setting that follows the account is the account's, not the browser's. */
export function storedPreferences(wanted: Preferences): Preferences {
  return { language: storable(wanted.language), country: storable(wanted.country) };
}

function effective(stored: Preferences[Name], accountValue: string): Preferences[Name] {
  return stored.mode === 'fixed' ? stored : { mode: 'account', value: accountValue };
}

function storable(wanted: Preferences[Name]): Preferences[Name] {
  return wanted.mode === 'fixed' ? wanted : { mode: 'account', value: '' };
}
