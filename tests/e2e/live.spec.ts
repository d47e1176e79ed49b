import { expect, test as whole } from './fixtures.ts';
import { test } from './message-fixtures.ts';
import { connectPhone, showCode } from './support/connecting.ts';
import { EmulatedPhone, OWN_NUMBER } from './support/emulated-phone.ts';
import { keepPicture } from './support/keep-picture.ts';

/** What an admin who looks on waits at most. */
const SOON = { timeout: 10_000 };

whole(
  'a phone that is switched off shows without a reload, and so does its coming back',
  async ({ settings, stack }, info) => {
    const phone = new EmulatedPhone(stack, 'waha');
    await settings.openInstalled();
    await settings.chooseService('WhatsApp (WAHA server)');
    await showCode(settings);
    await connectPhone(settings, phone, OWN_NUMBER);
    const row = settings.channel(OWN_NUMBER.name);
    await expect(settings.widget.getByText('Checked just now.')).toBeVisible();

    const offAt = Date.now();
    await phone.goOffline();
    await expect(row).toContainText('Phone offline', SOON);
    info.annotations.push({ type: 'time to show', description: `${Date.now() - offAt} ms` });
    await settings.expectAccessible();
    await keepPicture(settings.page, 'live-phone-offline');

    await phone.goOnline();
    await expect(row).toContainText('Connected', SOON);
    await settings.widget.getByRole('button', { name: /^Check now/ }).click();
    await expect(settings.widget.getByText('The statuses are up to date.')).toBeAttached();
  },
);

test('a client’s message shows in the figures without a reload', async ({
  settings,
  clientActs,
}, info) => {
  await settings.open();
  const row = settings.channel('Ask us');
  await expect(row).toContainText('no message yet');
  const sentAt = Date.now();
  await clientActs('send', { kind: 'text', text: 'Are you open?' });
  await expect(row).toContainText('Last message', SOON);
  info.annotations.push({ type: 'time to show', description: `${Date.now() - sentAt} ms` });
});
