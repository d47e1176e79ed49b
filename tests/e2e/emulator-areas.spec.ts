import { call, listen } from '../support/emulator-client.ts';
import { expect, test } from './support/kommo-page.ts';

/** The field of the sample's trigger, as the webhook's form names it. */
const MESSAGE = 'action[settings][widget][settings][message]';

test.describe('pipeline-tools', () => {
  test('fills the dialog of a trigger, which then tells dp.webhook_url of a lead', async ({
    kommo,
    page,
  }) => {
    const backend = await listen();
    try {
      await kommo.openConfigured('pipeline-tools', '/settings/pipeline/leads/7001');
      kommo.emulator.useBackend('https://example.com', backend.url);
      await page.getByRole('button', { name: 'Add trigger' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Send a message' });
      await expect(dialog.getByPlaceholder('Message')).toHaveValue('Hello');
      await kommo.expectAccessible();
      await dialog.getByPlaceholder('Message').fill('');
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(dialog.getByRole('alert')).toHaveText('Fill in this field');
      await dialog.getByPlaceholder('Message').fill('Hi');
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(page.locator('.digital-pipeline__item')).toContainText('Send a message');
      await kommo.goTo('/settings/pipeline/leads/7001?again');
      await page.getByRole('button', { name: 'Let a lead arrive here' }).click();
      await expect(page.getByRole('status')).toContainText('dp.webhook_url: 200');
      expect(backend.received.map(({ url }) => url)).toEqual(['/hook']);
      expect(new URLSearchParams(backend.received[0]?.body).get(MESSAGE)).toBe('Hi');
    } finally {
      await backend.close();
    }
  });

  test('becomes a lead source whose settings open with their context', async ({ kommo, page }) => {
    await kommo.openConfigured('pipeline-tools', '/settings/pipeline/leads/7001');
    await page.getByRole('button', { name: 'Add source: Pipeline Tools' }).click();
    await expect(page.locator('.pipeline-tools__said')).toHaveText('added to 7001');
    await page.locator('.js-source').click();
    await expect(page.locator('.pipeline-tools__context')).toContainText(
      '"external_id":"chat_connector"',
    );
  });

  test('offers a block to the salesbot and answers its code', async ({ kommo, page }) => {
    await kommo.openConfigured('pipeline-tools', '/settings/communications/');
    await page.getByRole('button', { name: 'Send an offer' }).click();
    await expect(page.locator('.salesbot__exits li')).toHaveText(['Sent', 'Not sent']);
    await expect(page.locator('.salesbot__row')).toContainText(['Subject', 'Limit', 'Note']);
    await page.getByLabel('Subject').selectOption({ label: 'Contact name' });
    await page.getByLabel('Limit').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    const saved = await kommo.waitForLog('page', 'salesbot');
    expect(JSON.stringify(saved.detail.bot)).toContain('"subject":"{{contact.name}}","limit":"7"');
  });
});

test.describe('menu-guest', () => {
  test('stands in the left menu where it wants to, under Stats and Settings too, and hides items', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('menu-guest', '/settings/widgets/#/');
    await expect(page.locator('#nav_menu .nav__menu__item__title')).toHaveText([
      'Dashboard',
      'Leads',
      'Reports',
      'Chats',
      'Lists',
      'Stats',
      'Calls',
      'Settings',
      'Guests',
      'Help',
    ]);
    const area = page.locator('#work-area-chat_connector');
    await page.getByRole('link', { name: 'Reports' }).click();
    await expect(area).toContainText('widget_page reports');
    await expect(page.getByRole('status')).toContainText('The page is drawn');
    await page.getByRole('link', { name: 'Weekly' }).click();
    await expect(area).toContainText('widget_page reports weekly');
    for (const [name, location, subitem] of [
      ['Calls', 'stats', 'calls'],
      ['Guests', 'settings', 'guests'],
    ]) {
      await page.getByRole('link', { name: name ?? '' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(name ?? '');
      await expect(area).toContainText(`${location}  ${subitem}`);
    }
    const [opened] = (await kommo.log('callback', 'initMenuPage')).slice(-1);
    expect(opened?.detail.args).toEqual([{ location: 'settings', subitem_code: 'guests' }]);
  });

  test('opens its own settings from there', async ({ kommo, page }) => {
    await kommo.openConfigured('menu-guest', '/widget_page/chat_connector/reports/daily/');
    await page.getByRole('button', { name: 'Settings' }).click();
    await expect(kommo.modal).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('#work-area-chat_connector')).toHaveAttribute(
      'data-settings',
      'closed',
    );
  });

  test('is initialised once per session and follows the page', async ({ kommo, page }) => {
    await kommo.openConfigured('menu-guest', '/leads/detail/501');
    await kommo.leaveAndReturn();
    await kommo.leaveAndReturn();
    await expect(page.locator('#page')).toHaveAttribute('data-menu-guest-visits', '2');
    await kommo.waitForLog('callback', 'render', 3);
    expect(await kommo.log('callback', 'init')).toHaveLength(1);
    expect(await kommo.log('callback', 'destroy')).toHaveLength(0);
  });

  test('receives messages of the socket channel it listens to, and notifications', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('menu-guest', '/leads/list/');
    const tell = (what: string, json: object) =>
      call(kommo.emulator, `/__emulator/${what}`, { json });
    const { json } = await tell('socket', {
      channel: 'calls',
      message: { number: '+12025550199' },
    });
    expect(json).toEqual({ pages: 1 });
    await expect(page.getByRole('status')).toContainText('+12025550199');
    await tell('notification', { code: 'chat_connector', entry: { text: 'a call ended' } });
    await expect(page.locator('#page')).toHaveAttribute('data-menu-guest-notified', 'a call ended');
  });
});
