import { expect, test } from './connect-fixtures.ts';
import { test as testAlone } from './fixtures.ts';
import { connectPhone, finishConnecting, openSignIn, showCode } from './support/connecting.ts';
import { EmulatedPhone, OWN_NUMBER } from './support/emulated-phone.ts';
import { SUPPORT_BOT } from './support/settings-modal.ts';

const WAHA = 'WhatsApp (WAHA server)';

test('a network that is lost while the code is shown delays the connection and nothing else', async ({
  settings,
  stack,
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  // Playwright leaves open streams alone when it cuts the network; without one, the widget asks again and again.
  await page.route('**/connect/attempts/*/events', (route) => route.abort());
  const { widget } = settings;
  const phone = new EmulatedPhone(stack, 'waha');
  await settings.openInstalled();
  await settings.chooseService(WAHA);
  await showCode(settings);
  await page.context().setOffline(true);
  await phone.scan(OWN_NUMBER);
  await expect(widget.getByText('No connection to the server')).toBeVisible();
  await settings.expectAccessible();
  await page.context().setOffline(false);
  await finishConnecting(settings);
  await expect(settings.channel('Ana Support')).toBeVisible();
});

test('a key that is sent while the network is gone can be sent again', async ({
  settings,
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  const { widget } = settings;
  await settings.openInstalled();
  await settings.chooseService('Telegram');
  await widget.getByRole('textbox', { name: 'Bot token' }).fill(SUPPORT_BOT);
  await page.context().setOffline(true);
  await widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(widget.getByText('The account was not connected')).toBeVisible();
  await page.context().setOffline(false);
  await widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(settings.channel('Demo Support')).toBeVisible();
});

testAlone(
  'a server that is killed and started again goes on with a code and with a sign-in',
  async ({ settings, stack, expectedErrors }) => {
    expectedErrors.push(/net::ERR_/);
    const phone = new EmulatedPhone(stack, 'waha');
    await settings.openInstalled();
    await settings.chooseService(WAHA);
    await showCode(settings);
    await stack.killBackend();
    await phone.scan(OWN_NUMBER);
    await stack.startBackend();
    await finishConnecting(settings);
    await expect(settings.channel('Ana Support')).toBeVisible();
    await phone.expectSessions(1);

    await settings.chooseService('Slack');
    const signIn = await openSignIn(settings, 'Slack');
    const allow = signIn.getByRole('button', { name: 'Allow' });
    await expect(allow).toBeVisible();
    await stack.killBackend();
    await stack.startBackend();
    await allow.click();
    await finishConnecting(settings);
    await expect(settings.channel('Demo Workspace')).toBeVisible();
  },
);

test('of two tabs that show a code the later one counts, and the earlier one says so', async ({
  settings,
  stack,
  openSecondTab,
}) => {
  const phone = new EmulatedPhone(stack, 'waha');
  await settings.openInstalled();
  await settings.chooseService(WAHA);
  await showCode(settings);
  const second = await openSecondTab();
  await second.chooseService(WAHA);
  await showCode(second);
  await expect(settings.widget.getByText('started again in another tab')).toBeVisible();
  await phone.expectSessions(1);
  await connectPhone(second, phone, OWN_NUMBER);
});

test('the window of a sign-in that another tab replaced connects nothing', async ({
  settings,
  openSecondTab,
}) => {
  await settings.openInstalled();
  await settings.chooseService('Slack');
  const signIn = await openSignIn(settings, 'Slack');
  const allow = signIn.getByRole('button', { name: 'Allow' });
  await expect(allow).toBeVisible();
  const second = await openSecondTab();
  await second.chooseService('Slack');
  await expect(second.widget.getByRole('button', { name: 'Sign in to Slack' })).toBeVisible();
  await expect(settings.widget.getByText('started again in another tab')).toBeVisible();
  // That window closes with the panel that opened it.
  await expect.poll(() => signIn.isClosed()).toBe(true);
  const signInAgain = await openSignIn(second, 'Slack');
  await signInAgain.getByRole('button', { name: 'Allow' }).click();
  await finishConnecting(second);
  await expect(second.channel('Demo Workspace')).toBeVisible();
});
