import { expect, test } from './settings-fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import { tabTo } from './support/keyboard.ts';
import { SALES_BOT, SUPPORT_BOT } from './support/settings-modal.ts';

test('the list goes from no channel to all fifty; the fifty-first is refused, no matter who took the last place', async ({
  account,
  settings,
  page,
  expectedErrors,
}) => {
  const { widget } = settings;
  const counter = widget.getByText(/^\d+ of 50 channels$/);
  const filter = widget.getByRole('searchbox', { name: 'Find a channel' });
  const add = widget.getByRole('button', { name: 'Add channel' });
  await account.install();
  await settings.open();
  await expect(widget.getByText('No chat account is connected yet.')).toBeVisible();
  await expect(counter).toBeHidden();
  await expect(settings.saveButton).toHaveAttribute('aria-disabled', 'true');

  await account.connectBots(1);
  await page.reload();
  await expect(counter).toHaveText('1 of 50 channels');
  await expect(settings.channels).toHaveCount(1);
  await expect(filter).toBeHidden();

  const more = await account.connectBots(48);
  const one = more[6]?.account.name ?? '';
  await page.reload();
  await expect(counter).toHaveText('49 of 50 channels');
  await filter.fill(one);
  await expect(widget.getByText('1 channel found')).toBeAttached();
  await expect(settings.channels).toHaveCount(1);
  await filter.fill('');

  // Between the look at the account and the confirmation somebody else takes the last place.
  await settings.chooseService('Telegram');
  await widget.getByRole('textbox', { name: 'Bot token' }).fill(SUPPORT_BOT);
  await widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(widget.getByText('Demo Support')).toBeVisible();
  const [last] = await account.connectBots(1);
  expectedErrors.push(/status of 409/);
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(widget.getByRole('alert')).toContainText(
    'All channels of this account are in use. Delete one, then',
  );
  await expectAccessibleInBothThemes(settings, 'channels-51st');
  expect((await account.settings()).channels).toHaveLength(50);

  await settings.leaveServices();
  await expect(counter).toHaveText('50 of 50 channels');
  await expect(add).toHaveAttribute('aria-disabled', 'true');
  await expect(add).toHaveAccessibleDescription(/All 50 channels are in use/);
  await add.click({ force: true });
  await expect(widget.getByRole('heading', { name: 'Chat channels' })).toBeVisible();
  // One row stands for fifty: they are alike, and the rules take their time for each.
  await filter.fill(one);
  await expectAccessibleInBothThemes(settings, 'channels-50');
  await filter.fill('');
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(account.sources).toHaveLength(50);

  // One place less, and the next account fits.
  const name = last?.name ?? '';
  await settings.chooseInMenu(name, 'Delete');
  await page.getByRole('button', { name: 'Delete the channel', exact: true }).click();
  await expect(counter).toHaveText('49 of 50 channels');
  await settings.connectTelegram(SALES_BOT, 'Demo Sales');
  await expect(settings.channel('Demo Sales')).toContainText('Not saved yet');
});

test('a channel with three pipelines has three sources, and the default source follows the default channel', async ({
  account,
  settings,
}) => {
  await account.setUp({ 'Bot 1': ['Sales'], 'Bot 2': ['Sales'] });
  await settings.open();
  await settings.choosePipelines('Bot 1', ['Sales', 'Support', 'Partners']);
  await expectAccessibleInBothThemes(settings, 'pipelines-3');
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  const before = account.sources.map(({ external_id }) => external_id);
  expect(account.sourceLines).toEqual([
    'Bot 1 > Partners',
    'Bot 1 > Sales *',
    'Bot 1 > Support',
    'Bot 2 > Sales',
  ]);

  await settings.channel('Bot 2').getByRole('radio', { name: 'Default' }).check();
  await settings.save();
  await expect
    .poll(() => account.sourceLines)
    .toEqual(['Bot 1 > Partners', 'Bot 1 > Sales', 'Bot 1 > Support', 'Bot 2 > Sales *']);
  // Chats are tagged with a source for ever, so the same ones stay.
  expect(account.sources.map(({ external_id }) => external_id)).toEqual(before);
});

test('everything that is saved can be changed with the keyboard alone', async ({
  account,
  settings,
  page,
}) => {
  await account.setUp({ 'Bot 1': ['Sales'], 'Bot 2': ['Sales'] });
  await settings.open();
  await expect(settings.channel('Bot 2')).toBeVisible();
  const key = (name: string) => page.keyboard.press(name);

  await tabTo(page.getByRole('button', { name: 'More: Bot 1', exact: true }));
  await key('Enter');
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
  await key('Enter');
  await key('ControlOrMeta+a');
  await page.keyboard.type('Front desk');
  await key('Enter');
  await expect(page.getByRole('button', { name: 'More: Front desk' })).toBeFocused();

  await page.getByRole('button', { name: 'Details: Front desk' }).focus();
  await tabTo(page.getByRole('radio', { name: 'Default: Front desk', exact: true }));
  await key('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Default: Bot 2' })).toBeChecked();
  await tabTo(page.getByRole('button', { name: 'Details: Bot 2', exact: true }));
  await key('Enter');
  await tabTo(page.getByRole('checkbox', { name: 'Support', exact: true }));
  await key('Space');
  await expect(settings.widget.getByText('3 unsaved changes')).toBeVisible();

  // Escape belongs to what is open in the widget first, not to Kommo's modal.
  const more = page.getByRole('button', { name: 'More: Bot 2' });
  await key('Escape');
  await expect(page.getByRole('button', { name: 'Details: Bot 2' })).toBeFocused();
  await tabTo(page.getByRole('button', { name: 'More: Bot 2', exact: true }));
  await key('Enter');
  await key('Escape');
  await expect(more).toBeFocused();
  await key('Enter');
  await key('End');
  await key('Enter');
  await expect(page.getByRole('dialog', { name: 'Delete the channel Bot 2?' })).toBeVisible();
  await key('Escape');
  await expect(more).toBeFocused();

  await tabTo(page.getByRole('button', { name: 'Save', exact: true }));
  await key('Enter');
  await expect(settings.widget.getByText('No unsaved changes.')).toBeVisible();
  await expect
    .poll(() => account.sourceLines)
    .toEqual(['Bot 2 > Sales *', 'Bot 2 > Support', 'Front desk > Sales']);
});
