import { expect, test } from './connect-fixtures.ts';
import {
  disconnect,
  expectAccessibleInBothThemes,
  finishConnecting,
  openSignIn,
  reconnect,
} from './support/connecting.ts';

test('an account is connected, signed in again, replaced after a question, and disconnected', async ({
  settings,
  stack,
  page,
}) => {
  const { widget } = settings;
  const revoked = () => stack.emulator.requests({ path: '/token/revocation' }).length;
  await settings.openInstalled();
  await settings.chooseService('Acme Chat');
  let signIn = await openSignIn(settings, 'Acme Chat');
  await expect(signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'acme-waiting');
  await signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Ada Lovelace')).toContainText('ada@acme.example');

  // The provider remembers her and lets her pass at once.
  await reconnect(settings, 'Ada Lovelace');
  await openSignIn(settings, 'Acme Chat');
  await finishConnecting(settings);
  expect(revoked()).toBe(0);

  await page.context().clearCookies({ domain: 'oidc.localhost' });
  await reconnect(settings, 'Ada Lovelace');
  signIn = await openSignIn(settings, 'Acme Chat');
  await signIn.getByRole('button', { name: 'Sign in as Bob Builder' }).click();
  await expect(widget.getByText('Different account', { exact: true })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'acme-other-account');
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await finishConnecting(settings);
  await expect(settings.channel('Ada Lovelace')).toContainText('bob@acme.example');
  await expect.poll(revoked).toBe(1);

  await disconnect(settings, 'Ada Lovelace');
  await expect.poll(revoked).toBe(2);
});

test('a sign-in is left in Kommo, then refused at the provider, and connects nothing', async ({
  settings,
}) => {
  const { widget } = settings;
  await settings.openInstalled();
  await settings.chooseService('Acme Chat');
  let signIn = await openSignIn(settings, 'Acme Chat');
  await expect(signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' })).toBeVisible();
  await widget.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => signIn.isClosed()).toBe(true);

  await widget.getByRole('button', { name: 'Acme Chat' }).click();
  signIn = await openSignIn(settings, 'Acme Chat');
  await signIn.getByRole('button', { name: 'Cancel' }).click();
  await expect(widget.getByText('You cancelled')).toBeVisible();
  await widget.getByRole('button', { name: 'Back' }).click();
  await expect(widget.getByRole('heading', { name: 'Choose a chat service' })).toBeVisible();
});

test('a provider that cuts its window off from Kommo connects all the same', async ({
  settings,
  stack,
}) => {
  const { widget } = settings;
  await stack.control('/__services/settings', { opener_policy: 'same-origin' });
  await settings.openInstalled();
  await settings.chooseService('Acme Chat');
  const signIn = await openSignIn(settings, 'Acme Chat');
  await expect(signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' })).toBeVisible();
  // The browser tells Kommo's page that the window is closed, which it is not.
  await expect(widget.getByText('If you closed it, open it again.')).toBeVisible();
  expect(signIn.isClosed()).toBe(false);
  await signIn.getByRole('button', { name: 'Sign in as Ada Lovelace' }).click();
  await expect(signIn.getByText('Ada Lovelace is connected')).toBeVisible();
  await finishConnecting(settings);
  await expect(settings.channel('Ada Lovelace')).toBeVisible();
});
