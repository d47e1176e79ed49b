import { createTexts } from '../../src/widget/i18n.ts';
import { serviceTexts, serviceTitle } from '../../src/widget/service-texts.ts';
import { readLanguage } from './support/fake-host.ts';
import { waha } from './support/make.ts';

const evolution = { ...waha, id: 'evolution', title_key: 'connectors.evolution.title' };
const texts = createTexts(readLanguage('en'), 'en');

test('WhatsApp is called by its name alone where one server is offered', () => {
  expect(serviceTitle(texts, [waha], 'waha')).toBe('WhatsApp');
  expect(serviceTitle(texts, [evolution], 'evolution')).toBe('WhatsApp');
  expect(serviceTexts(texts, waha, [waha]).summary).not.toMatch(/WAHA/);
});

test('two servers are told apart, each with a sentence to choose by', () => {
  const both = [waha, evolution];
  expect(serviceTitle(texts, both, 'waha')).toBe('WhatsApp (WAHA server)');
  expect(serviceTitle(texts, both, 'evolution')).toBe('WhatsApp (Evolution API server)');
  const [one, other] = both.map((connector) => serviceTexts(texts, connector, both).summary);
  expect(one).toMatch(/when the phone is offline/);
  expect(one).not.toBe(other);
});
