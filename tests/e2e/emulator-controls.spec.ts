import { LAZY_MODULES, PAGE_MODULES } from '../../src/emulator/page/host/vendor-modules.ts';
import { expect, test } from './support/kommo-page.ts';

test.describe('control-gallery', () => {
  test('draws every system control with the classes widgets select by', async ({ kommo, page }) => {
    await kommo.openConfigured('control-gallery', '/settings/advanced/chat_connector/');
    const classes: Record<string, string> = {
      button:
        'button.button-input.button-input_blue > .button-input-inner > .button-input-inner__text',
      cancel_button: 'button.button-input.button-cancel',
      delete_button: 'span.button-delete > .icon-delete-trash',
      input: 'input.text-input[maxlength="20"]',
      textarea: 'textarea.text-input.text-input-textarea',
      select: '.control--select > ul.control--select--list > li[data-value="a"]',
      multiselect: 'select[multiple][name=multiselect] > option[value=b]:checked',
      checkbox:
        'label.control-checkbox.is-checked > .control-checkbox__body > input + .control-checkbox__helper',
      checkboxes_dropdown: '.checkboxes_dropdown input.js-item-checkbox[name="fruit_a"]',
      'checkboxes_dropdown/values_title': '.checkboxes_dropdown .checkboxes_dropdown__title',
      radio: 'label.control-radio__label > .control-radio > input[value=b]:checked',
      date_field: '.date_field_wrapper.js-control-date input.date_field[value="22.11.2026"]',
      suggest: '.control--suggest .js-control--suggest--input',
      'suggest#ajax':
        '.control--suggest input.js-control--suggest--input-ajax[data-params="type=contacts&q=#q#"]',
      file: 'input[type=file][name=file]',
      switcher: 'label.switcher.switcher__on + input.switcher__checkbox',
      'pipeline_select/index': '.pipeline-select-wrapper input.control--select--input',
    };
    for (const [name, selector] of Object.entries(classes)) {
      await expect(page.locator(`[data-control="${name}"] ${selector}`), name).toHaveCount(1);
    }
    await expect(page.locator('.control-gallery__data')).toHaveText('Read with the text plugin.');
    await expect(page.locator('.control-gallery__versions')).toHaveText(
      '2.1.3 2.24.0 1.1.2 1.0.0 object',
    );
    await expect(page.getByRole('textbox', { name: 'By twig' })).toBeVisible();
    await expect(page.locator('.control-gallery__own input[name=included]')).toHaveValue(
      'from a template',
    );
    await kommo.expectAccessible();
  });

  test('has controls that work by mouse and by keyboard', async ({ kommo, page }) => {
    await kommo.openConfigured('control-gallery', '/settings/advanced/chat_connector/');
    const select = page.locator('[data-control=select]');
    await select.getByRole('button').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.locator('.control-gallery')).toHaveAttribute('data-chosen', 'b');
    await expect(select.getByRole('button')).toHaveText('Bananas');
    const dropdown = page.locator('[data-control=checkboxes_dropdown]');
    await dropdown.getByRole('button').click();
    await dropdown.locator('label').filter({ hasText: 'Bananas' }).click();
    await expect(dropdown.locator('.checkboxes_dropdown__title')).toHaveText('Apples, Bananas');
    await page.locator('[data-control=textarea] textarea').click();
    await expect(dropdown.locator('.checkboxes_dropdown__list')).toBeHidden();
    await dropdown.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    // "Select all" with everything ticked means none.
    await expect(dropdown.locator('.checkboxes_dropdown__title')).toHaveText('Choose');
    await page.keyboard.press('Escape');
    await expect(dropdown.getByRole('button')).toBeFocused();
    await expect(dropdown.locator('.checkboxes_dropdown__list')).toBeHidden();
    const fruit = page.locator('[data-control=suggest]');
    await fruit.getByRole('textbox').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(fruit.getByRole('textbox')).toHaveValue('Bananas');
    await expect(fruit.getByRole('textbox')).toHaveAttribute('data-value-id', '2');
    const contact = page.locator('[data-control="suggest#ajax"]');
    await contact.getByRole('textbox').fill('nov');
    await contact.getByText('Daniel Novak').click();
    await expect(contact.getByRole('textbox')).toHaveValue('Daniel Novak');
    await expect(contact.getByRole('textbox')).toHaveAttribute('data-value-id', '602');
    await page.locator('[data-control=checkbox]').getByText('A tick').click();
    await expect(page.locator('[data-control=checkbox] .control-checkbox')).not.toHaveClass(
      /is-checked/,
    );
  });

  test("uses each of Kommo's libraries, which are loaded only when it asks for them", async ({
    kommo,
    page,
  }) => {
    const fetched: string[] = [];
    page.on('request', (request) => {
      const [, name] = /\/frontend\/vendor\/(.+)\.js$/.exec(request.url()) ?? [];
      if (name !== undefined) fetched.push(name);
    });
    await kommo.openConfigured('control-gallery', '/settings/advanced/chat_connector/');
    const always = ['require', ...PAGE_MODULES.map(({ name }) => name)];
    expect(fetched.splice(0).sort()).toEqual(always.sort());
    await page.getByRole('button', { name: 'Use the libraries' }).click();
    const results = JSON.parse(await page.locator('.control-gallery__libraries').innerText());
    expect(results).toEqual({
      accounting: '$1,234.50',
      chartjs: 2,
      clipboard: 'copied',
      cocktail: 'mixed in',
      cropperjs: 60,
      device: true,
      enquire: 'matches',
      fullcalendar: 'November 2026',
      'google-libphonenumber': '+12025550101',
      jplayer: '2.9.2',
      'js-uuid': 36,
      'moment-timezone': '09:00 -03:00',
      pubsub: 'heard',
      quill: 'written',
      rangeslider: 1,
      store: true,
      'virtualized-list': 'from row 0',
    });
    expect(fetched.sort()).toEqual(LAZY_MODULES.map(({ name }) => name).sort());
    expect(Object.keys(results).sort()).toEqual(fetched);
  });

  test("opens Kommo's dialog and question", async ({ kommo, page }) => {
    await kommo.openConfigured('control-gallery', '/settings/advanced/chat_connector/');
    await page.getByRole('button', { name: 'Open the dialog' }).click();
    await expect(page.locator('.control-gallery__dialog .modal-body')).toContainText('A dialog');
    await expect(page.getByRole('button', { name: 'Fine' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.locator('.control-gallery__dialog')).toHaveCount(0);
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('.js-modal-confirm .modal-body__actions__save').click();
    await expect(page.locator('.control-gallery')).toHaveAttribute('data-answer', 'yes');
  });
});
