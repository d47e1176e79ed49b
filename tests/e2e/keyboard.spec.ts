import { expect, test } from './message-fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import { SettingsModal, SUPPORT_BOT } from './support/settings-modal.ts';

const CHANNEL = 'Ask us';

test('a bot is connected by its key, saved and deleted again, and a message is tried again, with the keyboard alone', async ({
  ends: { chats, client },
  page: chatsTab,
  stack,
  account,
}) => {
  const page = await chatsTab.context().newPage();
  const settings = new SettingsModal(page, stack, account.settingsUrl());
  const { widget } = settings;
  const key = (name: string) => page.keyboard.press(name);
  await client.write('Hello');
  await chats.openChat('Ana');
  await client.press('Block the bot');
  const lost = await chats.send('When will you come?');
  await expect(chats.tick(lost, 'Not delivered')).toBeVisible();
  await client.press('Unblock the bot');

  await settings.open();
  await expect(settings.channel(CHANNEL)).toBeVisible();

  await test.step('a bot is connected by its key', async () => {
    await tabTo(page.getByRole('button', { name: 'Add channel', exact: true }));
    await key('Enter');
    await expect(widget.getByRole('heading', { name: 'Choose a chat service' })).toBeFocused();
    await tabTo(page.getByRole('button', { name: /^Telegram/ }));
    await key('Enter');
    await expect(widget.getByRole('heading', { name: 'Connect Telegram' })).toBeFocused();
    await tabTo(page.getByRole('textbox', { name: 'Bot token', exact: true }));
    await page.keyboard.type(SUPPORT_BOT);
    await key('Enter');
    await expect(widget.getByText('Demo Support')).toBeVisible();
    await tabTo(page.getByRole('button', { name: 'Connect this account', exact: true }));
    await key('Enter');
    await expect(settings.channel('Demo Support')).toContainText('Not saved yet');
  });

  await test.step('it gets a pipeline, and is saved', async () => {
    const details = page.getByRole('button', { name: 'Details: Demo Support' });
    if ((await details.getAttribute('aria-expanded')) === 'false') {
      await tabTo(page.getByRole('button', { name: 'Details: Demo Support', exact: true }));
      await key('Enter');
    }
    const sales = settings.channel('Demo Support').getByRole('checkbox', { name: 'Sales' });
    await tabTo(sales);
    if (!(await sales.isChecked())) await key('Space');
    await tabTo(page.getByRole('button', { name: 'Save', exact: true }));
    await key('Enter');
    await expect(widget.getByText('No unsaved changes.')).toBeVisible();
    await expect.poll(() => account.sourceLines).toContain('Demo Support > Sales');
  });

  await test.step('an undelivered message is tried again', async () => {
    await tabTo(page.getByRole('button', { name: /^1 undelivered/ }));
    await key('Enter');
    const dialog = widget.getByRole('dialog', { name: /^Undelivered messages/ });
    await expect(dialog.getByRole('listitem', { name: /^Ana/ })).toBeVisible();
    await tabTo(page.getByRole('button', { name: /^Try again: Ana/ }));
    await key('Enter');
    await expect(client.message('When will you come?')).toBeVisible();
    await expect(dialog.getByText('There is nothing undelivered.')).toBeVisible();
    await key('Escape');
    await expect(dialog).toBeHidden();
  });

  await test.step('the bot is deleted', async () => {
    await tabTo(page.getByRole('button', { name: 'More: Demo Support', exact: true }));
    await key('Enter');
    await key('End');
    await key('Enter');
    await expect(
      page.getByRole('dialog', { name: 'Delete the channel Demo Support?' }),
    ).toBeVisible();
    await tabTo(page.getByRole('button', { name: 'Delete the channel', exact: true }));
    await key('Enter');
    await expect(settings.channel('Demo Support')).toHaveCount(0);
    await expect(settings.channel(CHANNEL)).toBeFocused();
    await expect.poll(() => account.sourceLines).toEqual([`${CHANNEL} > Support *`]);
  });
  await page.close();
});
