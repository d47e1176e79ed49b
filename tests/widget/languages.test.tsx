import { screen } from '@testing-library/react';
import { attemptReason, channelStatus, statusReason, syncStatus } from '../../src/contract/api.ts';
import { ERROR_STATUS } from '../../src/contract/errors.ts';
import { createTexts } from '../../src/widget/i18n.ts';
import { startBackend } from './support/backend.ts';
import { createFakeHost, readLanguage } from './support/fake-host.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const LANGUAGES = ['en', 'es', 'pt'] as const;

describe.each(LANGUAGES)('%s', (language) => {
  const texts = createTexts(readLanguage(language), language);

  test.each([
    ['errors', Object.keys(ERROR_STATUS)],
    ['errors', ['unreachable', 'session_ended', 'unexpected']],
    ['attempt', attemptReason.options],
    ['status', channelStatus.options],
    ['status_text', channelStatus.options],
    ['status_reason', statusReason.options],
    ['sync', syncStatus.shape.state.options],
  ])('every word of the contract has a text: %s', (group, words) => {
    const missing = words.filter((word) => !texts.find(`${group}.${word}`));
    expect(missing).toEqual([]);
  });

  test('every error says what to do next', () => {
    const short = Object.keys(ERROR_STATUS).filter((code) => {
      const sentences = texts.find(`errors.${code}`)?.match(/[.;:]\s/g)?.length ?? 0;
      return sentences === 0;
    });
    expect(short).toEqual([]);
  });

  test('the screen shows no key in place of a text', async () => {
    startBackend(makeSettings({ channels: [makeChannel()] }));
    await openSettings({ host: createFakeHost(language), waitFor: 'nothing' });
    await screen.findByRole('listitem', { name: 'Demo Support' });
    expect(document.body.textContent).not.toMatch(/[a-z]+\.[a-z_]+\b(?!\.)/);
    expect(document.body.textContent).not.toContain('{{');
  });
});

test.each([
  ['en', 1, '1 unsaved change'],
  ['en', 3, '3 unsaved changes'],
  ['es', 1, '1 cambio sin guardar'],
  ['es', 1_000_000, '1000000 de cambios sin guardar'],
  ['pt', 2, '2 alterações não salvas'],
] as const)('%s counts %d as “%s”', (language, count, text) => {
  const texts = createTexts(readLanguage(language), language);
  expect(texts.t('save.changes', { count })).toBe(text);
});

test.each([
  ['en', 1, '1 second'],
  ['en', 59.2, '60 seconds'],
  ['es', 120, '2 minutos'],
  ['pt', 121, '3 minutos'],
] as const)('%s has %d seconds to wait as “%s”', (language, seconds, text) => {
  expect(createTexts(readLanguage(language), language).duration(seconds)).toBe(text);
});

test.each(['tr', 'no_such_language'])('texts for the language %s do not fail', (language) => {
  const texts = createTexts(readLanguage('en'), language);
  expect(texts.t('save.changes', { count: 2 })).toBe('2 unsaved changes');
});
