import { attemptReason, statusReason, undeliveredReason } from '../../src/contract/api.ts';
import { ERROR_STATUS } from '../../src/contract/errors.ts';
import { HELP_ANCHORS, HELP_TOPICS, LOCAL_ERRORS } from '../../src/contract/help.ts';
import { helpTopicOf, helpUrl } from '../../src/widget/help.ts';
import { createTexts } from '../../src/widget/i18n.ts';

const host = { apiUrl: 'https://backend.test', texts: createTexts({}, 'pt-BR') };

test.each([
  ['error', Object.keys(ERROR_STATUS)],
  ['failure of the network', LOCAL_ERRORS],
  ['status reason', statusReason.options],
  ['reason of an attempt', attemptReason.options],
  ['undelivered reason', undeliveredReason.options],
] as const)('every %s has its place in the help', (_, words) => {
  expect(HELP_ANCHORS).toEqual(expect.arrayContaining([...words]));
});

test('no place in the help is there twice', () => {
  expect(new Set(HELP_ANCHORS).size).toBe(HELP_ANCHORS.length);
});

test('the help is at the backend, in the language of the admin', () => {
  expect(helpUrl(host, 'start')).toBe('https://backend.test/help/start?lang=pt-BR');
  expect(helpUrl(host, 'troubleshooting', 'scan_again')).toBe(
    'https://backend.test/help/troubleshooting?lang=pt-BR#scan_again',
  );
});

test.each([
  ['telegram', 'api_key', 'telegram'],
  ['waha', 'qr', 'whatsapp'],
  ['evolution', 'qr', 'whatsapp'],
  ['slack', 'oauth', 'slack'],
  ['api', 'api_key', 'own-service'],
  ['acme', 'oauth', 'sign-in'],
  ['toString', 'oauth', 'sign-in'],
  ['other', 'qr', 'start'],
] as const)('the help of %s, by %s, is the page %s', (id, auth, topic) => {
  expect(helpTopicOf({ id, auth })).toBe(topic);
  expect(HELP_TOPICS).toContain(topic);
});
