import { findBot } from '../../src/emulator/services/telegram/bots.ts';
import { expect, test } from './fixtures.ts';
import { finishConnecting, lookUpBot, openSignIn } from './support/connecting.ts';
import { SettingsModal, SUPPORT_BOT } from './support/settings-modal.ts';

const TEN_MINUTES_MS = 10 * 60_000;

test('sign-ins and a key whose time runs out connect nothing, say so once, and can be started again', async ({
  settings,
  stack,
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  const openTab = async () => {
    const tab = new SettingsModal(await page.context().newPage(), stack);
    await tab.open();
    return tab;
  };
  const ranOut = ({ widget }: SettingsModal) => widget.getByText('Connecting took too long');
  const webhook = () => findBot(stack.emulator.world, SUPPORT_BOT)?.webhook.url;

  await settings.openInstalled();
  await settings.chooseService('Acme Chat');
  // A window of its own, so that Kommo's page cannot close it when the time is over.
  await stack.control('/__services/settings', { opener_policy: 'same-origin' });
  const signIn = await openSignIn(settings, 'Acme Chat');
  const ada = signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' });
  await expect(ada).toBeVisible();

  const slack = await openTab();
  await slack.chooseService('Slack');
  const slackSignIn = await openSignIn(slack, 'Slack');
  await expect(slackSignIn.getByRole('button', { name: 'Allow' })).toBeVisible();
  await slack.page.goto('about:blank');

  const telegram = await openTab();
  await telegram.chooseService('Telegram');
  await lookUpBot(telegram, SUPPORT_BOT, 'Demo Support');

  await stack.startBackendLater(TEN_MINUTES_MS);
  await ada.click();
  await expect(signIn.getByText('This took too long')).toBeVisible();
  await expect(ranOut(settings)).toBeVisible();
  await settings.widget.getByRole('button', { name: 'Start again' }).click();
  await openSignIn(settings, 'Acme Chat');
  await finishConnecting(settings);
  await expect(settings.channel('Ada Lovelace')).toBeVisible();

  // The tab that was elsewhere is told once.
  await slack.open();
  await expect(ranOut(slack)).toBeVisible();
  await expect(slack.widget.getByRole('button', { name: 'Start again' })).toBeVisible();
  expect(stack.emulator.requests({ path: '/api/oauth.v2.access' })).toEqual([]);
  await slack.page.reload();
  await expect(slack.channel('Ada Lovelace')).toBeVisible();
  await expect(ranOut(slack)).toBeHidden();

  // A yes that comes too late.
  await telegram.widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(ranOut(telegram)).toBeVisible();
  expect(webhook()).toBe('');
  await telegram.widget.getByRole('button', { name: 'Start again' }).click();
  await lookUpBot(telegram, SUPPORT_BOT, 'Demo Support');
  await telegram.widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(telegram.channel('Demo Support')).toBeVisible();
});
