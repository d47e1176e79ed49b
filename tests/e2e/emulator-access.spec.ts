import { expect, test } from './support/kommo-page.ts';

const THEMES = ['light', 'dark'] as const;

test.describe('in the light and in the dark theme', () => {
  test('the modal is accessible before and after the installation', async ({ kommo, page }) => {
    await kommo.open('all-fields');
    await kommo.expectAccessible(THEMES);
    await kommo.install();
    await kommo.expectAccessible(THEMES);
    await page.getByText('Keys and scopes').click();
    await kommo.expectAccessible(THEMES);
    await page.getByRole('button', { name: 'Uninstall' }).click();
    await kommo.expectAccessible(THEMES);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(page.locator('.modal')).toHaveCount(0);
    await kommo.expectAccessible(THEMES);
  });

  test('its states of Save are accessible', async ({ kommo, page }) => {
    await kommo.start('all-fields');
    kommo.configure();
    await kommo.goTo('/settings/widgets/');
    for (const [name, state] of [
      ['closed', /button-input_error/],
      ['stay', /button-input_saved/],
    ] as const) {
      await page.getByLabel('Shop name').fill(name);
      await kommo.save.click();
      await expect(kommo.save).toHaveClass(state);
      await kommo.expectAccessible(THEMES);
    }
    await page.getByLabel('Shop name').fill('');
    await kommo.save.click();
    await expect(page.getByRole('alert')).toBeVisible();
    await kommo.expectAccessible(THEMES);
  });

  test('every other area is accessible', async ({ kommo, page }) => {
    await kommo.start('card-tools');
    kommo.configure();
    for (const path of [
      '/leads/detail/501',
      '/contacts/list/',
      '/catalogs/4001',
      '/todo/line/',
      '/settings/communications/',
      '/settings/pipeline/leads/',
    ]) {
      await kommo.goTo(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await kommo.expectAccessible(THEMES);
    }
  });

  test('the control panel is accessible', async ({ kommo, page }) => {
    await kommo.start('all-fields');
    await kommo.goTo('/settings/widgets/#/');
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await page.getByText('Switches', { exact: true }).click();
    await page.getByText('Faults', { exact: true }).click();
    await expect(page.getByLabel('refreshMode')).toBeVisible();
    await kommo.expectAccessible(THEMES);
  });
});

test('the modal can be used with the keyboard alone', async ({ kommo, page }) => {
  await kommo.open('all-fields');
  await page.getByRole('checkbox', { name: /privacy policy/ }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Install', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  // The field is there before, but hidden, and Install draws its column anew: the focus would be lost on it.
  await kommo.waitForLog('callback', 'settings', 2);
  const shopName = page.getByLabel('Shop name');
  await expect(shopName).toBeVisible();
  await shopName.focus();
  await expect(shopName).toBeFocused();
  await page.keyboard.type('Lamps');
  await kommo.save.focus();
  await page.keyboard.press('Enter');
  await expect(kommo.modal).toHaveCount(0);
  expect(kommo.stored()).toMatchObject({ shop_name: 'Lamps' });
  expect(await kommo.warnings()).toEqual([]);
});

test('the modal fits a window of 320 pixels', async ({ kommo, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await kommo.start('all-fields');
  kommo.configure();
  await kommo.goTo('/settings/widgets/');
  const overflow = await page
    .locator('.widget-settings__modal .modal-scroller')
    .evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(overflow).toBe(0);
});
