import { expect, test } from './connect-fixtures.ts';
import {
  asShown,
  connectPhone,
  disconnect,
  expectAccessibleInBothThemes,
  expectCodeRanOut,
  reconnect,
  showCode,
} from './support/connecting.ts';
import { EmulatedPhone, OTHER_NUMBER, OWN_NUMBER } from './support/emulated-phone.ts';

interface Server {
  service: 'waha' | 'evolution';
  title: string;
  /** How long the first code lives, and all of them together. */
  firstCodeMs: number;
  allCodesMs: number;
  /** What the row says while the phone has no network. */
  offline: [status: string, nextStep: string];
}

const SERVERS: Server[] = [
  {
    service: 'waha',
    title: 'WhatsApp (WAHA server)',
    firstCodeMs: 60_000,
    allCodesMs: 180_000,
    offline: ['Phone offline', 'Turn it on and open the messaging app.'],
  },
  {
    service: 'evolution',
    title: 'WhatsApp (Evolution API server)',
    firstCodeMs: 45_000,
    // Thirty codes; then the server gives up.
    allCodesMs: 30 * 45_000,
    // It does not tell why a connection is being made again.
    offline: ['Connecting', 'If it takes longer, check that the phone is on'],
  },
];

// Much of the time these wait for the services' own clocks, and none needs another.
test.describe.configure({ mode: 'parallel' });

for (const { service, title, firstCodeMs, allCodesMs, offline } of SERVERS) {
  test(`${service}: a phone is linked, goes offline and comes back, is signed out, linked again and disconnected`, async ({
    settings,
    stack,
  }) => {
    const phone = new EmulatedPhone(stack, service);
    await settings.openInstalled();
    await settings.chooseService(title);
    await showCode(settings);
    await expectAccessibleInBothThemes(settings, `${service}-code`);
    await connectPhone(settings, phone, OWN_NUMBER);

    const row = settings.channel(OWN_NUMBER.name);
    const [status, nextStep] = offline;
    await phone.goOffline();
    await settings.page.reload();
    await expect(row).toContainText(status);
    await settings.openDetails(OWN_NUMBER.name);
    await expect(row).toContainText(nextStep);
    await expectAccessibleInBothThemes(settings, `${service}-offline`);
    await phone.goOnline();
    await settings.page.reload();
    await expect(row).toContainText('Connected');
    await settings.openDetails(OWN_NUMBER.name);
    await expect(row).toContainText('The account is signed in.');
    await expect(row).not.toContainText(nextStep);

    await phone.logOut();
    await settings.page.reload();
    // The first thing to do is open already.
    await row.getByRole('button', { name: 'Scan again' }).click();
    await showCode(settings);
    await connectPhone(settings, phone, OWN_NUMBER);
    await expect(row).toContainText('Connected');
    await phone.expectSessions(1);

    await disconnect(settings, OWN_NUMBER.name);
    await phone.expectSessions(0);
  });

  test(`${service}: a code is cancelled, renewed, runs out and is refused, and no session is left behind`, async ({
    settings,
    stack,
    passTime,
  }) => {
    const { widget } = settings;
    const phone = new EmulatedPhone(stack, service);
    await settings.openInstalled();
    await settings.chooseService(title);
    await showCode(settings);
    await widget.getByRole('button', { name: 'Cancel' }).click();
    await phone.expectSessions(0);

    await widget.getByRole('button', { name: title }).click();
    await showCode(settings);
    passTime(firstCodeMs);
    await expect(widget.getByText('Code 2 of 7')).toBeVisible();
    passTime(allCodesMs - firstCodeMs);
    await expectCodeRanOut(settings);
    await phone.expectSessions(0);
    // Kommo's tokens are dated by the same clock.
    passTime(-allCodesMs);

    await widget.getByRole('button', { name: 'Show a new code' }).click();
    await expect(widget.getByRole('img', { name: /^QR code for linking/ })).toBeVisible();
    await phone.refuse();
    await expectCodeRanOut(settings);
    await phone.expectSessions(0);
  });

  test(`${service}: another number than the channel’s is asked about before it takes its place`, async ({
    settings,
    stack,
  }) => {
    const { widget } = settings;
    const phone = new EmulatedPhone(stack, service);
    await settings.openInstalled();
    await settings.chooseService(title);
    await showCode(settings);
    await connectPhone(settings, phone, OWN_NUMBER);

    await reconnect(settings, OWN_NUMBER.name);
    await showCode(settings);
    await phone.scan(OTHER_NUMBER);
    await expect(widget.getByText('Different account', { exact: true })).toBeVisible();
    await expect(widget.getByText(asShown(OTHER_NUMBER.digits))).toBeVisible();
    await expectAccessibleInBothThemes(settings, `${service}-other-number`);
    await widget.getByRole('button', { name: 'Use another account' }).click();
    // The wrong number's session ends, the channel's own stays.
    await phone.expectSessions(1);

    await showCode(settings);
    await phone.scan(OTHER_NUMBER);
    await widget.getByRole('button', { name: 'Connect this account' }).click();
    await widget.getByRole('button', { name: 'Continue' }).click();
    await expect(settings.channel(OWN_NUMBER.name)).toContainText(asShown(OTHER_NUMBER.digits));
    await phone.expectSessions(1);
  });
}

test('a phone without a camera is linked with a code typed on it', async ({ settings, stack }) => {
  const { widget } = settings;
  const phone = new EmulatedPhone(stack, 'waha');
  await settings.openInstalled();
  await settings.chooseService('WhatsApp (WAHA server)');
  await showCode(settings);
  await widget.getByRole('button', { name: 'Link with the phone number instead' }).click();
  await widget.getByRole('textbox', { name: 'Phone number' }).fill('0055 (11) 98765-4321');
  await widget.getByRole('button', { name: 'Get the code' }).click();
  await expect(widget.getByText(/^Is \+55 11 98765[ -]4321 your number\?/)).toBeFocused();
  await widget.getByRole('button', { name: 'Yes, get the code' }).click();
  const given = await phone.waitForPairingCode();
  await expect(widget.getByText(given, { exact: true })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'waha-pairing-code');
  await connectPhone(settings, phone, OWN_NUMBER);
});
