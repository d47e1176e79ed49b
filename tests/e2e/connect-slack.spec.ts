import type { Emulator } from '../../src/emulator/emulator.ts';
import { expect, test } from './connect-fixtures.ts';
import {
  disconnect,
  expectAccessibleInBothThemes,
  finishConnecting,
  openSignIn,
  reconnect,
} from './support/connecting.ts';

/** How many of the tokens that Slack gave out were handed back. */
function countRevoked({ state }: Emulator): number {
  const { slack } = state.services as { slack?: { tokens: { isRevoked: boolean }[] } };
  return slack?.tokens.filter(({ isRevoked }) => isRevoked).length ?? 0;
}

test('a workspace is connected, replaced by another after a question, and disconnected', async ({
  settings,
  stack,
}) => {
  const { widget } = settings;
  const revoked = () => countRevoked(stack.emulator);
  await settings.openInstalled();
  await settings.chooseService('Slack');
  let signIn = await openSignIn(settings, 'Slack');
  await expect(signIn.getByRole('button', { name: 'Allow' })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'slack-waiting');
  await signIn.getByRole('button', { name: 'Allow' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toContainText('demo-workspace.slack.com');

  await reconnect(settings, 'Demo Workspace');
  signIn = await openSignIn(settings, 'Slack');
  await signIn.getByRole('combobox', { name: 'Workspace' }).selectOption('Second Workspace');
  await signIn.getByRole('button', { name: 'Allow' }).click();
  await expect(widget.getByText('Different account', { exact: true })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'slack-other-workspace');
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toContainText('second-workspace.slack.com');
  await expect.poll(revoked).toBe(1);

  await disconnect(settings, 'Demo Workspace');
  await expect.poll(revoked).toBe(2);
});

test('a sign-in is left in Kommo, then refused at Slack, and connects nothing', async ({
  settings,
}) => {
  const { widget } = settings;
  await settings.openInstalled();
  await settings.chooseService('Slack');
  let signIn = await openSignIn(settings, 'Slack');
  await expect(signIn.getByRole('button', { name: 'Allow' })).toBeVisible();
  await widget.getByRole('button', { name: 'Cancel' }).click();
  // Nobody waits for that window any more.
  await expect.poll(() => signIn.isClosed()).toBe(true);

  await widget.getByRole('button', { name: 'Slack' }).click();
  signIn = await openSignIn(settings, 'Slack');
  await signIn.getByRole('button', { name: 'Cancel' }).click();
  await expect(widget.getByText('You cancelled')).toBeVisible();
  await expect(widget.getByRole('button', { name: 'Sign in to Slack' })).toBeFocused();
  signIn = await openSignIn(settings, 'Slack');
  await signIn.getByRole('button', { name: 'Allow' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toBeVisible();
});

test('where the browser blocks the window, a link leads to the same sign-in', async ({
  settings,
  page,
}) => {
  const { widget } = settings;
  await page.addInitScript('window.open = () => null;');
  await settings.openInstalled();
  await settings.chooseService('Slack');
  await widget.getByRole('button', { name: 'Sign in to Slack' }).click();
  await expect(widget.getByText('Your browser blocked the window')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'slack-blocked');
  const opening = page.context().waitForEvent('page');
  await widget.getByRole('link', { name: 'Slack sign-in page' }).click();
  await (await opening).getByRole('button', { name: 'Allow' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Demo Workspace')).toBeVisible();
});
