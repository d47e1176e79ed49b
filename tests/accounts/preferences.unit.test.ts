import {
  effectivePreferences,
  faultyPreferences,
  isPreferenceChanged,
  storedPreferences,
} from '../../src/server/accounts/preferences.ts';

const follows = { mode: 'account', value: '' } as const;
const fixed = (value: string) => ({ mode: 'fixed', value }) as const;

test('what follows the account has the account’s value, whatever was stored', () => {
  const effective = effectivePreferences(
    { language: { mode: 'account', value: 'es' }, country: fixed('MX') },
    { language: 'pt', country: 'BR' },
  );
  expect(effective).toEqual({ language: { mode: 'account', value: 'pt' }, country: fixed('MX') });
});

test('a fixed value must look like a language or a country', () => {
  expect(faultyPreferences({ language: fixed('pt-BR'), country: fixed('BR') })).toEqual([]);
  expect(faultyPreferences({ language: fixed('PT'), country: fixed('br') })).toEqual([
    { path: 'preferences.language', code: 'invalid' },
    { path: 'preferences.country', code: 'invalid' },
  ]);
});

test('a value beside "follows the account" is neither checked, stored nor a change', () => {
  const input = { language: { mode: 'account', value: '??' }, country: follows } as const;
  expect(faultyPreferences(input)).toEqual([]);
  expect(storedPreferences(input)).toEqual({ language: follows, country: follows });
  expect(isPreferenceChanged('language', { language: follows, country: follows }, input)).toBe(
    false,
  );
});

test('another mode or another fixed value is a change', () => {
  const stored = { language: follows, country: fixed('BR') };
  expect(isPreferenceChanged('language', stored, { ...stored, language: fixed('en') })).toBe(true);
  expect(isPreferenceChanged('country', stored, { ...stored, country: fixed('US') })).toBe(true);
  expect(isPreferenceChanged('country', stored, stored)).toBe(false);
});
