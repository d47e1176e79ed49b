import { expect, test } from './support/kommo-page.ts';

const FILLED = { shop_name: 'Lamps' };

test.describe('The modal', () => {
  test('has the markup that widgets select by', async ({ kommo, page }) => {
    await kommo.start('all-fields');
    kommo.configure(FILLED);
    await kommo.goTo('/settings/widgets/');
    const selectors = [
      'div.modal.widget-settings__modal.chat_connector > div.modal-scroller.custom-scroll > div.modal-body.modal-body-relative',
      '.modal-body > .widget-settings > .widget-settings__base-space > .widget_main_info > .widget_settings_block__img > img',
      '.widget_settings_block__head > .widget_settings_block__title',
      '.widget_settings_block__head > .widget_settings_block__head-desc',
      '.widget-settings__command-plate > .widget-state.widget-state_status_installed > .widget-state__name',
      '.widget_settings_block__controls_top > button.button-input.button-cancel.js-widget-uninstall[data-id]#chat_connector',
      '.widget-settings__base-space > hr.widget_settings_block__separator + .widget-settings__additional-block',
      '.widget-settings__wrap-desc-space > .view-integration-modal__tabs > .tabs input[name=type_integration_modal]#description',
      'label.tabs__item.view-integration-modal__tab-key[for=key]',
      '.widget-settings__wrap-desc-space > .view-integration-modal__keys p.js-secret[title]',
      '.view-integration-modal__keys > .view-integration-modal__params-block:nth-child(3) [data-clipboard-text]',
      '.widget-settings__wrap-desc-space > .view-integration-modal__access',
      '.widget-settings__desc-space > .widget_settings_block > .widget_settings_block__descr',
      '.widget_settings_block div[style="display:none"] > input[type=text] + input[type=password][name=password]',
      '.widget_settings_block > #widget_settings__fields_wrapper.widget_settings_block__fields',
      '.widget_settings_block__item_field > .widget_settings_block__title_field[title=""] + .widget_settings_block__input_field > input.widget_settings_block__controls__.text-input[name=shop_name][autocomplete=off]',
      '.widget_settings_block_users__title_field',
      'input[name="extensions[8001]"]',
      'div#chat_connector_custom_content + input[type=hidden]#chat_connector_custom[name=options]',
      '#widget_settings__fields_wrapper > .widget_settings_block__controls.widget_settings_block__controls_top > button.button-input.js-widget-save#save_chat_connector[data-onsave-destroy-modal="true"] > span.button-input-inner > span.button-input-inner__text',
      'label.switcher.switcher__on.switcher_blue.widget-settings__switcher[for=widget_active__sw] + input#widget_active__sw[name=widget_active][value=Y]',
      '.widget-settings__modal > .default-overlay.modal-overlay.modal-overlay_white > .modal-overlay__spinner.spinner-icon',
    ];
    for (const selector of selectors) {
      await expect(page.locator(selector), selector).toHaveCount(1);
    }
  });

  test('closes by Escape, by its cross and by a click beside it; the card opens it again', async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields');
    const card = page.getByRole('button', { name: /All Fields/ });
    await page.keyboard.press('Escape');
    await expect(kommo.modal).toHaveCount(0);
    await card.click();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(kommo.modal).toHaveCount(0);
    await expect(card).toBeFocused();
    await card.click();
    await page
      .locator('.widget-settings__modal .modal-scroller')
      .click({ position: { x: 5, y: 5 } });
    await expect(kommo.modal).toHaveCount(0);
    await kommo.waitForLog('callback', 'settings', 3);
  });

  test("offers the form plugin of Kommo's jQuery, and keys and access of an own integration on tabs", async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields');
    const form = await page.evaluate(`$('<form>')
      .append('<input name="a" value="1"><input name="b[c][d]" value="2"><input name="e[]" value="3"><input name="e[]" value="4"><input name="__proto__[x]" value="5">')
      .serializeJSON()`);
    expect(form).toEqual({ a: '1', b: { c: { d: '2' } }, e: ['3', '4'] });
    await page.getByText('Keys and scopes').click();
    await expect(page.locator('.js-integration-id')).toHaveText(
      '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11',
    );
    await expect(page.locator('.widget-settings__desc-space')).toBeHidden();
    await page.getByText('Description', { exact: true }).click();
    await expect(page.locator('.widget-settings__desc-space')).toBeVisible();
    await kommo.goTo('/settings/widgets/?integrationKind=marketplace');
    await expect(page.locator('.view-integration-modal__tabs')).toHaveCount(0);
  });

  test('speaks the language of the profile, and the widget falls back as the switch says', async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields', '/settings/widgets/?lang=es');
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    await expect(page.getByRole('button', { name: 'Instalar' })).toBeVisible();
    await expect(page.locator('.widget_settings_block__title')).toHaveText('Todos los campos');
    for (const [fallback, name] of [
      ['prefer en', 'All Fields'],
      ['first locale', 'All Fields'],
      ['empty', 'widget.name'],
    ]) {
      await kommo.goTo(`/settings/widgets/?lang=tr&languageFallback=${fallback}`);
      await expect(page.locator('.widget_settings_block__title')).toHaveText(name ?? '');
    }
  });

  test('belongs to the account whose host is asked, and fills its tags into the description', async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields');
    await expect(page.locator('.widget_settings_block__descr')).toContainText(
      'Account demo on demo.kommo.com, user user8001@example.com',
    );
    kommo.configure(FILLED);
    await kommo.goTo('/settings/widgets/', 'other');
    await expect(page.locator('.widget-state_status_install')).toBeVisible();
    await expect(page.locator('.widget_settings_block__descr')).toContainText('other.kommo.com');
  });
});
