import { expect, test } from './support/kommo-page.ts';

test.describe('card-tools', () => {
  test('draws into the column of a card and acts on phones and messages', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('card-tools', '/leads/detail/501');
    const column = page.locator('.card-widgets__widget-chat_connector');
    await expect(column.locator('.js-widget-caption-block')).toContainText('Card Tools');
    await expect(column).toContainText('lcard');
    await expect(column).toContainText('Carla +12025550101');
    await page.getByRole('button', { name: 'Call with Card Tools: +12025550101' }).click();
    await expect(column).toContainText('calling +12025550101');
    await page.getByRole('button', { name: 'Send SMS' }).click();
    await expect(column).toContainText('sent to +12025550101');
    await kommo.waitForLog('callback', 'onSource');
    await page.getByRole('button', { name: 'Courier' }).click();
    await expect(page.locator('.js-card-compose')).toContainText('a control of its own');
  });

  test('fills its own tab; elements are found, linked, counted and unlinked when the card is saved', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('card-tools', '/contacts/detail/601');
    await page.getByRole('tab', { name: 'Card Tools' }).click();
    const tab = page.locator('#chat_connector');
    await expect(tab.getByLabel('Quantity: Desk lamp')).toHaveValue('10');
    const search = tab.getByRole('searchbox');
    await search.focus();
    await expect(tab.locator('.js-sdk-found li')).toHaveText(['Desk lamp', 'Floor lamp']);
    // It is linked already.
    await tab.getByRole('button', { name: 'Desk lamp', exact: true }).click();
    await expect(tab.locator('.js-sdk-linked li')).toHaveCount(1);
    await search.fill('floor');
    await search.press('Enter');
    await expect(tab.locator('.js-sdk-found li')).toHaveText(['Floor lamp']);
    await tab.getByRole('button', { name: 'Floor lamp', exact: true }).click();
    await tab.getByLabel('Quantity: Floor lamp').fill('3');
    await tab.getByLabel('Quantity: Floor lamp').blur();
    await tab.getByRole('button', { name: 'Unlink: Desk lamp' }).click();
    await kommo.expectAccessible();
    await tab.getByRole('button', { name: 'Save' }).click();
    const link = { from: 'contacts', from_id: 601, to_widget_id: 'chat_connector' };
    const saved = await kommo.waitForLog('callback', 'linkCard');
    expect(saved.detail.args).toEqual([
      {
        link: [{ ...link, quantity: 3, to_id: 12 }],
        unlink: [{ ...link, quantity: 10, to_id: 11 }],
      },
    ]);
    const [loaded] = await kommo.log('callback', 'loadElements');
    expect(loaded?.detail.args).toEqual([{ id: 1, type: 'contacts' }, 601]);
    const [searched] = await kommo.log('callback', 'searchDataInCard');
    expect(searched?.detail.args).toEqual(['floor', 1, 601]);
  });

  test('knows whose card and which list it is in, and is told of ticked rows', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('card-tools', '/companies/detail/701');
    await expect(page.locator('.card-tools__area')).toHaveText('comcard');
    await page.getByLabel('Legal entity').fill('Reyes');
    await page.getByLabel('Legal entity').press('Enter');
    await page.getByRole('button', { name: 'Reyes Ltd, Main street 1' }).click();
    await expect(page.getByLabel('Legal entity')).toHaveValue('Reyes Ltd');
    await kommo.goTo('/customers/detail/801');
    await expect(page.locator('.card-tools__area')).toHaveText('cucard');
    for (const [path, callback, rows] of [
      ['/leads/list/', 'leads.selected', [501, 502]],
      ['/contacts/list/', 'contacts.selected', [601, 602]],
      ['/customers/list/', 'customers.selected', [801]],
      ['/todo/list/', 'todo.selected', [901, 902]],
    ] as const) {
      await kommo.goTo(path);
      await expect(page.locator('#card_widgets_overlay')).toBeHidden();
      for (const id of rows) await page.locator(`#tick_${id}`).check();
      await page.getByRole('button', { name: 'More: Card Tools' }).click();
      await expect(page.locator('.card-tools__said')).toContainText(`selected ${rows.join(' ')}`);
      await kommo.waitForLog('callback', callback);
      expect(await page.evaluate('APP.data.current_list.pluck("id")')).toEqual(
        expect.arrayContaining([...rows]),
      );
    }
  });

  test('synchronises tasks from the dialog of the list, the columns and the calendar', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('card-tools', '/todo/list/');
    for (const path of ['/todo/line/', '/todo/calendar/']) {
      await kommo.goTo(path);
      await expect(page.locator('#page_holder')).toContainText('Call Carla back');
      await page.getByRole('button', { name: 'Synchronise tasks' }).click();
      const dialog = page.getByRole('dialog', { name: 'Synchronise tasks' });
      await expect(dialog.getByRole('heading')).toHaveText('Card Tools');
      await dialog.getByRole('button', { name: 'Turn off' }).click();
      await expect(dialog.getByRole('alert')).toHaveText('Ask again');
      await dialog.getByRole('button', { name: 'Turn off' }).click();
      await dialog.getByRole('button', { name: 'Turn on' }).click();
      await expect(dialog.getByRole('button', { name: 'Turn off' })).toBeVisible();
      await dialog.getByRole('button', { name: 'Settings' }).click();
      await expect(page.locator('.card-tools__said')).toHaveText('set up the synchronisation');
    }
    await kommo.expectAccessible();
    expect(await page.evaluate('[APP.getBaseEntity(), APP.getWidgetsArea()]')).toEqual([
      'todo',
      'todo-calendar',
    ]);
    expect(await page.evaluate('APP.sdk.showUserStatus(["online"])')).toEqual({
      8001: { id: '8001', online: true },
    });
  });

  test('is a frame with a token in the mobile application, where its script does not run', async ({
    kommo,
    page,
  }) => {
    await page.route('https://example.com/mobile?*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>Mobile</h1>' }),
    );
    await kommo.start('card-tools');
    kommo.configure();
    kommo.emulator.useBackend('https://example.com');
    await kommo.goTo('/mobile/leads/detail/501');
    const frame = page.locator('.js-mobile-frame');
    await expect(frame.contentFrame().getByRole('heading')).toHaveText('Mobile');
    const sent = new URL((await frame.getAttribute('src')) ?? '').searchParams;
    expect(sent.get('from')).toBe('ios');
    const token = sent.get('token') ?? '';
    expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({
      account_id: 31263018,
      user_id: 8001,
      data: { entity_type: 'leads', entity_id: 501 },
    });
    expect(await kommo.log('callback')).toEqual([]);
  });

  test('takes over the elements of the list it claimed, and no other', async ({ kommo, page }) => {
    await kommo.open('card-tools');
    await kommo.install();
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    await kommo.goTo('/catalogs/4001');
    await page.getByRole('button', { name: 'Desk lamp' }).click();
    await expect(page.locator('.card-tools__said')).toHaveText('element 40011');
    await kommo.goTo('/catalogs/4002');
    await page.getByRole('button', { name: 'Desk lamp' }).click();
    await kommo.waitForLog('page', 'catalog');
    expect(await kommo.log('callback', 'loadCatalogElement')).toHaveLength(1);
  });
});
