import { expect, test } from './settings-fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import { SUPPORT_BOT } from './support/settings-modal.ts';

test('after a reinstallation the screen says what is gone; connecting and saving gives the sources again', async ({
  account,
  settings,
  stack,
  page,
}) => {
  const { emulator } = stack;
  await account.setUp({ 'Front desk': ['Sales', 'Support'] });
  const [channel] = (await account.settings()).channels;
  await settings.open();
  await settings.rename('Front desk', 'Never saved');
  const writes: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT') writes.push(request.url());
  });

  await page.getByRole('button', { name: 'Uninstall' }).click();
  await page
    .getByRole('dialog', { name: 'Uninstall' })
    .getByRole('button', { name: 'Uninstall' })
    .click();
  await expect(page.getByRole('button', { name: 'Install', exact: true })).toBeVisible();
  await expect(settings.widget).toBeHidden();
  // The widget is asked to save and agrees, but its draft is not saved behind the administrator's back.
  expect(
    emulator
      .log()
      .filter(({ name }) => name === 'onSave')
      .at(-1)?.detail,
  ).toMatchObject({
    args: [{ active: 'N' }],
    value: true,
  });
  expect(writes).toEqual([]);
  expect(account.sources).toEqual([]);
  expect(account.scopes).toEqual([]);

  await settings.install();
  await expect(settings.widget.getByText('Connect your chat accounts again')).toBeVisible();
  await expect(settings.widget.getByText('Current step')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'reinstalled');
  // Kommo kept the sources of before; until the save they belong to nobody.
  expect(account.sourceLines).toEqual(['Front desk > Sales *', 'Front desk > Support']);

  await settings.connectTelegram(SUPPORT_BOT, 'Demo Support');
  await expect(settings.channel('Demo Support')).toContainText('Not saved yet');
  await expectAccessibleInBothThemes(settings, 'connected-not-saved');
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(account.sourceLines).toEqual(['Demo Support > Sales *']);
  expect(account.scopes).toHaveLength(1);
  const { channels } = await account.settings();
  expect(channels.map(({ id }) => id)).not.toContain(channel?.id);
});
