import { screen, within } from '@testing-library/react';
import { createTexts } from '../../src/widget/i18n.ts';
import { serviceTitle } from '../../src/widget/service-texts.ts';
import { startBackend } from './support/backend.ts';
import { readLanguage } from './support/fake-host.ts';
import { makeSettings, slack, telegram, waha } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const evolution = { ...waha, id: 'evolution', title_key: 'connectors.evolution.title' };

/** What webpack bakes in for a brand that lists services. */
function offer(ids: readonly string[] | null): void {
  Object.assign(globalThis, { OFFERED_SERVICES: ids });
}

afterEach(() => offer(null));

test('a brand offers what it lists, in its order, of what the backend has', async () => {
  offer(['slack', 'nobody-has-it', 'telegram']);
  startBackend().settings = makeSettings({ connectors: [telegram, waha, slack] });
  const { user } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await screen.findByRole('heading', { name: 'Choose a chat service' });
  const names = within(screen.getByRole('list'))
    .getAllByRole('button')
    .map((button) => button.querySelector('strong')?.textContent);
  expect(names).toEqual(['Slack', 'Telegram']);
});

test('where the backend has nothing of the list, the screen says so', async () => {
  offer(['slack']);
  startBackend().settings = makeSettings({ connectors: [telegram] });
  const { user } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  expect(await screen.findByText('No chat services available')).toBeVisible();
});

test('of two servers of one service, the only one that is offered has its plain name', () => {
  const texts = createTexts(readLanguage('en'), 'en');
  offer(['waha']);
  expect(serviceTitle(texts, [waha, evolution], 'waha')).toBe('WhatsApp');
  // A channel that was connected before is still told apart.
  expect(serviceTitle(texts, [waha, evolution], 'evolution')).toBe(
    'WhatsApp (Evolution API server)',
  );
});
