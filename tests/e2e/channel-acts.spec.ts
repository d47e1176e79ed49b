import { expect, test } from './message-fixtures.ts';
import { SettingsModal } from './support/settings-modal.ts';

const CHANNEL = 'Ask us';

test('what a client writes while the channel is paused waits, and is in Kommo in its order after going on', async ({
  ends: { chats, client },
  page,
  stack,
  account,
}) => {
  const tab = await page.context().newPage();
  const settings = new SettingsModal(tab, stack, account.settingsUrl());
  const row = settings.channel(CHANNEL);
  await client.write('Hello');
  await chats.openChat('Ana');
  await expect(chats.message('Hello')).toBeVisible();

  await settings.open();
  await settings.chooseInMenu(CHANNEL, 'Pause');
  await expect(row).toContainText('Paused');
  await settings.expectAccessible();
  await client.write('Is anybody there?');
  await client.write('I can wait');
  await settings.openDetails(CHANNEL);
  await expect(row).toContainText('2 wait for the channel to go on.');
  await expect(chats.message('Is anybody there?')).toHaveCount(0);

  await row.getByRole('button', { name: `Go on: ${CHANNEL}` }).click();
  await expect(row).toContainText('Connected');
  await expect(chats.message('I can wait')).toBeVisible();
  await expect(chats.page.locator('article[data-side="client"]')).toContainText([
    'Hello',
    'Is anybody there?',
    'I can wait',
  ]);

  await settings.chooseInMenu(CHANNEL, 'Status history');
  const history = settings.widget.getByRole('dialog', { name: `Status history of ${CHANNEL}` });
  await expect(history.getByRole('listitem').first()).toContainText('Connected');
  await expect(history.getByRole('listitem').nth(2)).toContainText('Paused');
  await tab.close();
});

test('a test message goes to the client who wrote last, and an answer ticks the last step', async ({
  ends: { chats, client },
  page,
  stack,
  account,
}) => {
  const tab = await page.context().newPage();
  const settings = new SettingsModal(tab, stack, account.settingsUrl());
  await client.write('Hello');
  await chats.openChat('Ana');
  await settings.open();
  await settings.chooseInMenu(CHANNEL, 'Send a test message');
  const dialog = settings.widget.getByRole('dialog', { name: `Test ${CHANNEL}` });
  await dialog.getByRole('button', { name: 'Send a test message' }).click();
  await expect(dialog.getByRole('listitem').first()).toContainText('took the message for');
  await expect(client.page.locator('.bubble.bot')).toHaveCount(1);
  await settings.expectAccessible();
  await client.write('It is here');
  await expect(dialog.getByRole('listitem').last()).toContainText('A message came in.');
  // Only the client sees it.
  await expect(chats.message('It is here')).toBeVisible();
  await expect(chats.page.locator('article:not([data-side="client"])')).toHaveCount(0);
  await tab.close();
});
