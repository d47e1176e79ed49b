import { screen } from '@testing-library/react';
import {
  attemptReason,
  channelOptions,
  channelStatus,
  messageKind,
  statusReason,
  syncStatus,
  undelivered,
  undeliveredReason,
} from '../../src/contract/api.ts';
import { ERROR_STATUS } from '../../src/contract/errors.ts';
import { createTexts } from '../../src/widget/i18n.ts';
import { startBackend } from './support/backend.ts';
import { createFakeHost, readLanguage } from './support/fake-host.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const LANGUAGES = ['en', 'es', 'pt', 'tr', 'id'] as const;

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
    ['options', Object.keys(channelOptions.shape)],
    ['options', channelOptions.shape.groups.unwrap().options],
    ['options', channelOptions.shape.own_device.unwrap().options],
    ['undelivered', undelivered.shape.direction.options],
    ['undelivered.kind', messageKind.options],
    ['undelivered.reason', undeliveredReason.options],
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

  test('every reason why a message was not carried says what helps', () => {
    const short = undeliveredReason.options.filter((reason) => {
      const sentences =
        texts.find(`undelivered.reason.${reason}`)?.match(/[.;](\s|$)/g)?.length ?? 0;
      return sentences < 2;
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
  ['tr', 1, 'Kaydedilmemiş 1 değişiklik'],
  ['tr', 3, 'Kaydedilmemiş 3 değişiklik'],
  ['id', 1, '1 perubahan belum disimpan'],
] as const)('%s counts %d as “%s”', (language, count, text) => {
  const texts = createTexts(readLanguage(language), language);
  expect(texts.t('save.changes', { count })).toBe(text);
});

test.each([
  ['en', 1, '1 second'],
  ['en', 59.2, '60 seconds'],
  ['es', 120, '2 minutos'],
  ['pt', 121, '3 minutos'],
  ['tr', 45, '45 saniye'],
  ['id', 121, '3 menit'],
] as const)('%s has %d seconds to wait as “%s”', (language, seconds, text) => {
  expect(createTexts(readLanguage(language), language).duration(seconds)).toBe(text);
});

test.each([
  ['en', 0, '1 minute ago'],
  ['en', -5, '1 minute ago'],
  ['es', 59, 'hace 59 minutos'],
  ['pt', 60, 'há 1 hora'],
  ['tr', 5, '5 dakika önce'],
  ['id', 5, '5 menit yang lalu'],
  ['en', 47 * 60, '47 hours ago'],
  ['en', 48 * 60, '2 days ago'],
] as const)('%s tells what was %d minutes ago as “%s”', (language, minutes, text) => {
  const then = new Date(Date.now() - minutes * 60_000).toISOString();
  expect(createTexts(readLanguage(language), language).ago(then)).toBe(text);
});

test.each(['fi', 'no_such_language'])('texts for the language %s do not fail', (language) => {
  const texts = createTexts(readLanguage('en'), language);
  expect(texts.t('save.changes', { count: 2 })).toBe('2 unsaved changes');
});
