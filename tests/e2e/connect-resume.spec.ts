import { expect, test } from './connect-fixtures.ts';
import { CanaryWatch } from './support/canary-watch.ts';
import {
  expectAccessibleInBothThemes,
  finishConnecting,
  lookUpBot,
  openSignIn,
  reconnect,
  showCode,
} from './support/connecting.ts';
import { EmulatedPhone, OWN_NUMBER } from './support/emulated-phone.ts';
import { SUPPORT_BOT } from './support/settings-modal.ts';

test('a reload in the middle of a code, a sign-in and a key goes on where it was, and nothing secret shows', async ({
  settings,
  stack,
  page,
}) => {
  const { widget } = settings;
  const canaries = await CanaryWatch.start(page, stack.emulator);
  const reload = async () => {
    await canaries.look();
    await page.reload();
  };
  const phone = new EmulatedPhone(stack, 'waha');
  await settings.openInstalled();

  await settings.chooseService('WhatsApp (WAHA server)');
  await showCode(settings);
  await reload();
  await expect(widget.getByRole('img', { name: /^QR code for linking/ })).toBeVisible();
  await phone.expectSessions(1);
  await phone.scan(OWN_NUMBER);
  await finishConnecting(settings);
  await expect(settings.channel('Ana Support')).toBeVisible();

  // The window that was opened before the reload still counts.
  await settings.chooseService('Slack');
  const signIn = await openSignIn(settings, 'Slack');
  const allow = signIn.getByRole('button', { name: 'Allow' });
  await expect(allow).toBeVisible();
  await reload();
  await expect(widget.getByText('You were signing in to Slack')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'slack-resumed');
  await allow.click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toBeVisible();

  // One that was lost with it is opened again.
  await reconnect(settings, 'Demo Workspace');
  const lost = await openSignIn(settings, 'Slack');
  await expect(lost.getByRole('button', { name: 'Allow' })).toBeVisible();
  await lost.close();
  await reload();
  const opening = page.waitForEvent('popup');
  await widget.getByRole('button', { name: 'Open the window again' }).click();
  const again = await opening;
  await expect(again.getByRole('button', { name: 'Allow' })).toBeVisible();

  // Kommo's page is gone while they sign in; the channel is there when they come back.
  await page.goto('about:blank');
  await again.getByRole('button', { name: 'Allow' }).click();
  await expect(again.getByText('Demo Workspace is connected')).toBeVisible();
  await settings.open();
  await expect(widget.getByText('Demo Workspace is connected')).toBeVisible();

  await settings.chooseService('Telegram');
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
  await reload();
  await expect(widget.getByRole('heading', { name: 'Is this the right account?' })).toBeFocused();
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(await settings.openDetails('Demo Support')).toContainText('Key ends in …0001');
  await settings.chooseInMenu('Demo Support', 'Replace the key');
  await expect(widget.getByText('The current key ends in …0001')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'telegram-replace');
  await reload();
  await expect(settings.channel('Demo Support')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'three-channels');
  await canaries.expectNothingSecret([SUPPORT_BOT, SUPPORT_BOT.slice(-20)]);
});

test('a modal that is closed in the middle opens with the attempt again', async ({
  settings,
  stack,
  page,
}) => {
  const { widget } = settings;
  const reopen = async () => {
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await expect(widget).toBeHidden();
    await page.getByRole('button', { name: /^Chat Connector/ }).click();
  };
  const phone = new EmulatedPhone(stack, 'waha');
  await settings.openInstalled();

  await settings.chooseService('WhatsApp (WAHA server)');
  await showCode(settings);
  await reopen();
  await expect(widget.getByRole('img', { name: /^QR code for linking/ })).toBeVisible();
  await phone.scan(OWN_NUMBER);
  await finishConnecting(settings);

  await settings.chooseService('Telegram');
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
  await reopen();
  await expect(widget.getByText('@demo_support_bot')).toBeVisible();
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(settings.channel('Demo Support')).toBeVisible();

  await settings.chooseService('Slack');
  const signIn = await openSignIn(settings, 'Slack');
  const allow = signIn.getByRole('button', { name: 'Allow' });
  await expect(allow).toBeVisible();
  await reopen();
  await expect(widget.getByText('You were signing in to Slack')).toBeVisible();
  await allow.click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toBeVisible();
  await phone.expectSessions(1);
});
