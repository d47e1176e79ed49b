import { expect, test } from './support/kommo-page.ts';

test.describe('A widget for every place', () => {
  test('has its settings drawn, asked and stored like any other', async ({ kommo, page }) => {
    await kommo.open('everywhere-guest');
    await expect(page.locator('.everywhere-guest__note')).toBeVisible();
    await kommo.install();
    await page.getByLabel('Greeting').fill('Hello');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.stored()).toEqual({ greeting: 'Hello, checked by the widget' });
    for (const [path, area] of [
      ['/leads/detail/501', 'lcard'],
      ['/todo/calendar/', 'tcalendar'],
    ]) {
      await kommo.goTo(path ?? '');
      await expect(page.locator('html')).toHaveAttribute('data-everywhere-guest', area ?? '');
    }
    expect(await kommo.warnings()).toEqual([]);
  });

  test('is told which location is missing for a page of its own', async ({ kommo }) => {
    await kommo.openConfigured('everywhere-guest', '/settings/advanced/chat_connector/');
    const line = await kommo.waitForLog('callback', 'advancedSettings');
    expect(line.detail.message).toBe(
      'withheld because the manifest has no location "advanced_settings"',
    );
  });
});

test.describe('Nested callbacks', () => {
  test('are called for the rows that are ticked, each with its own this', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('list-actions', '/leads/list/');
    for (const [path, row, kind] of [
      ['/leads/list/', 501, 'leads'],
      ['/contacts/list/', 601, 'contacts'],
      ['/todo/list/', 901, 'todo'],
    ] as const) {
      await kommo.goTo(path);
      await page.locator(`#tick_${row}`).check();
      await page.getByRole('button', { name: 'More: List Actions' }).click();
      await expect(page.locator('.list-actions__said')).toHaveText(`${kind} ${row}`);
      const { detail } = await kommo.waitForLog('callback', `${kind}.selected`);
      expect(detail.message).toBe('returned');
    }
    expect(await kommo.warnings()).toEqual([]);
  });

  test('held under one key with a dot are warned of, not called', async ({ kommo, page }) => {
    await kommo.openConfigured('list-actions', '/leads/list/');
    await page.evaluate(`{
      const { callbacks } = APP.widgets.list.chat_connector;
      callbacks['leads.selected'] = callbacks.leads.selected;
      delete callbacks.leads;
    }`);
    await page.locator('#tick_501').check();
    await page.getByRole('button', { name: 'More: List Actions' }).click();
    const { detail } = await kommo.waitForLog('callback', 'leads.selected');
    expect(detail.message).toMatch(/^withheld because callbacks\['leads\.selected'\]/);
    expect((await kommo.warnings()).join()).toContain('Kommo looks for callbacks.leads.selected');
    await expect(page.locator('.list-actions__said')).toHaveCount(0);
  });
});

test('A list of own elements claimed in onSave stays claimed until the widget is disabled', async ({
  kommo,
  page,
}) => {
  await kommo.open('list-actions');
  await kommo.install();
  await page.getByLabel('Number of the list').fill('4001');
  await kommo.save.click();
  await expect(kommo.modal).toHaveCount(0);
  await kommo.goTo('/catalogs/4001');
  await page.getByRole('button', { name: 'Desk lamp' }).click();
  await expect(page.locator('.list-actions__said')).toHaveText('element 40011');
  await kommo.goTo('/settings/widgets/?again');
  await page.getByRole('button', { name: 'Uninstall' }).click();
  await page
    .getByRole('dialog', { name: /Uninstall/ })
    .getByRole('button', { name: 'Uninstall' })
    .click();
  await kommo.waitForLog('callback', 'destroy');
  await expect.poll(() => kommo.emulator.state.installations[0]?.is_active).toBe(false);
  expect(kommo.emulator.state.installations[0]).not.toHaveProperty('sdk_catalog_id');
});
