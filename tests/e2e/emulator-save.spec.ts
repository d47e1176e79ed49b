import { expect, type KommoPage, test } from './support/kommo-page.ts';

const FILLED = { shop_name: 'Lamps' };

/** Opens the modal of the installed sample and types a shop name, which decides what its `onSave` answers. */
async function type(kommo: KommoPage, shopName: string, switches: Record<string, string> = {}) {
  await kommo.start('all-fields', switches);
  kommo.configure(FILLED);
  await kommo.goTo('/settings/widgets/');
  await kommo.page.getByLabel('Shop name').fill(shopName);
}

test.describe('Save', () => {
  test('is dead until something in the form changed, the hidden custom field included', async ({
    kommo,
    page,
  }) => {
    await kommo.start('all-fields');
    kommo.configure(FILLED);
    await kommo.goTo('/settings/widgets/');
    await expect(kommo.save).toHaveClass(/button-input-disabled/);
    await kommo.save.click({ force: true });
    await page.getByText('Compact view').click();
    await expect(kommo.save).not.toHaveClass(/button-input-disabled/);
    await page.getByLabel('Shop name').fill('More lamps');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(await kommo.log('callback', 'onSave')).toHaveLength(1);
    expect(kommo.stored()).toMatchObject({ shop_name: 'More lamps' });
  });

  test('asks nobody while a required field is empty; stores nothing on false and on a rejection; stores what a promise allows', async ({
    kommo,
    page,
  }) => {
    const shop = page.getByLabel('Shop name');
    await type(kommo, '');
    await kommo.save.click();
    await expect(page.getByRole('alert')).toHaveText('Fill in this field');
    expect(await kommo.log('callback', 'onSave')).toHaveLength(0);
    await shop.fill('closed');
    await kommo.save.click();
    await expect(kommo.save).toHaveClass(/button-input_error/);
    await shop.fill('reject');
    await kommo.save.click();
    const refused = await kommo.waitForLog('callback', 'onSave', 2);
    expect(refused.detail).toMatchObject({ message: 'failed', error: 'Error: the shop refused' });
    await expect(kommo.modal).toBeVisible();
    expect(kommo.stored()).toEqual(FILLED);
    // What the widget writes into the fields before its promise resolves is stored too.
    await shop.fill('later');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.stored()).toMatchObject({ shop_name: 'later', api_key: 'changed by the widget' });
  });

  test('drops a plain string in the custom field and says so', async ({ kommo }) => {
    await type(kommo, 'plain');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    await expect
      .poll(() => kommo.warnings())
      .toContain('plain string in custom field "options": not stored');
    expect(kommo.stored()).toMatchObject({ shop_name: 'plain' });
    expect(kommo.stored()).not.toHaveProperty('options');
  });

  test('leaves the modal open when the widget asked for it', async ({ kommo }) => {
    await type(kommo, 'stay');
    await kommo.save.click();
    await expect(kommo.save).toHaveClass(/button-input_saved/);
    await expect(kommo.modal).toBeVisible();
    expect(kommo.stored()).toMatchObject({ shop_name: 'stay' });
  });

  test('takes an object for yes, or for no, as the switch says', async ({ kommo, page }) => {
    await type(kommo, 'odd');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.stored()).toMatchObject({ shop_name: 'odd' });
    expect(await kommo.warnings()).toContain(
      'onSave answered object: only true or false is documented',
    );
    kommo.emulator.setSwitches({ onSaveOtherValues: 'only true stores' });
    await kommo.goTo('/settings/widgets/?again');
    await page.getByLabel('API key').fill('new');
    await kommo.save.click();
    await kommo.waitForLog('callback', 'onSave', 2);
    await expect(kommo.modal).toBeVisible();
    expect(kommo.stored()).not.toMatchObject({ api_key: 'new' });
  });

  test('tells the admin when Kommo does not store', async ({ kommo, page }) => {
    kommo.expectErrors();
    await type(kommo, 'Lamps 2');
    kommo.emulator.fault({ match: { path: '/ajax/widgets/edit' }, action: { status: 500 } });
    await kommo.save.click();
    await expect(page.getByRole('status')).toContainText('The settings could not be saved');
    await expect(kommo.modal).toBeVisible();
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.stored()).toMatchObject({ shop_name: 'Lamps 2' });
  });
});

test.describe('Install and Uninstall', () => {
  test('Install waits for the consent and calls the redirect URI', async ({ kommo, page }) => {
    await kommo.open('all-fields');
    const button = page.getByRole('button', { name: 'Install', exact: true });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await button.click({ force: true });
    await expect(kommo.save).toBeHidden();
    await kommo.install();
    await expect(kommo.save).toBeVisible();
    expect(await kommo.log('hook', 'install')).toHaveLength(1);
  });

  test('tells the admin when it could not be done', async ({ kommo, page }) => {
    kommo.expectErrors();
    await kommo.open('all-fields', '/settings/widgets/?user=8002');
    await page.getByRole('checkbox', { name: /privacy policy/ }).check();
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(page.getByRole('status')).toContainText('could not be installed');
    expect(kommo.emulator.state.installations).toEqual([]);
  });

  test('Uninstall asks first, and can be declined', async ({ kommo, page }) => {
    await kommo.start('all-fields');
    kommo.configure(FILLED);
    await kommo.goTo('/settings/widgets/');
    await page.getByRole('button', { name: 'Uninstall' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(kommo.modal).toBeVisible();
    expect(kommo.emulator.state.installations[0]?.is_active).toBe(true);
  });
});
