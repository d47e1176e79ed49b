import { expect, type KommoPage, test } from './support/kommo-page.ts';

/** The decisions of the page, by the name of the text. */
async function decisions(): Promise<Record<string, { as: string }>> {
  const path = '../../src/emulator/page/browser/core/widget-strings.js';
  return (await import(path)).WIDGET_STRINGS;
}

/**
 * Where each text of a widget appears: the page, what is done there, and the element. All texts of the sample have
 * `<i>` in them.
 */
const PLACES: Record<string, [path: string, selector: string, act?: string][]> = {
  'widget.description': [['/settings/widgets/', '.mark-description']],
  'widget.tour_description': [['/settings/widgets/', '.widget-settings__tour-text']],
  'widget.name': [
    ['/settings/widgets/', '.js-widget-card .widget-card__name'],
    ['/settings/widgets/', '.widget_settings_block__title'],
    ['/contacts/detail/601', '[role=tab] >> nth=1'],
    ['/leads/list/', '.js-list-widget', '.js-list-tick >> nth=0'],
  ],
  'widget.short_description': [['/settings/widgets/', '.widget_settings_block__head-desc']],
  'widget.call_action': [['/leads/detail/501', '.js-contact-action >> nth=0']],
  'settings.<field>.name': [['/settings/widgets/', '.widget_settings_block__title_field']],
  'advanced.title': [['/settings/advanced/chat_connector/', '.page__title']],
  'left_menu.<item>.title': [
    ['/leads/detail/501', '#nav_menu [data-widget-code] .nav__menu__item__title'],
  ],
  'dp.title, dp.settings.<field>.name': [
    ['/settings/pipeline/leads', '.digital-pipeline__short-task-title', '.js-add-trigger >> nth=0'],
    ['/settings/pipeline/leads', '.widget_settings_block__title_field', '.js-add-trigger >> nth=0'],
  ],
  'salesbot_designer.<handler>.name and its exits': [
    ['/settings/communications', '.js-salesbot-palette'],
    ['/settings/communications', '.salesbot__exits li', '.js-salesbot-add'],
  ],
  'add_source: name': [['/leads/detail/501', '.js-message-source']],
  'calendarSync: name, description, error': [
    ['/todo/list/', '.todo-sync h2', '.js-todo-sync'],
    ['/todo/list/', '.todo-sync__description', '.js-todo-sync'],
    ['/todo/list/', '.todo-sync__error', '.js-todo-sync'],
  ],
  'card_sdk: elements': [['/contacts/detail/601', '.card-sdk__name', '[role=tab] >> nth=1']],
};

/** Calls that show a text, and the element that it is in. */
const CALLS: Record<string, [call: string, selector: string][]> = {
  'notification: text': [
    [
      `APP.notifications.add_error({ header: 'x', text: '<p>a <i>b</i></p>' })`,
      '.notification__text',
    ],
    [`APP.notifications.add_call({ text: 'a <i>b</i>' })`, '.notification__text'],
    [`APP.notifications.show_message({ header: 'x', text: 'a <i>b</i>' })`, '.notification__text'],
    [
      `APP.notifications.show_message_error({ header: 'x', text: 'a <i>b</i>' })`,
      '.notification__text',
    ],
    [
      `APP.notifications.show_notification({ text: { header: 'x', text: 'a <i>b</i>' }, type: 'call' })`,
      '.notification__text',
    ],
  ],
  'notification: header, from, to': [
    [`APP.notifications.add_error({ header: 'a <i>b</i>', text: 'x' })`, '.notification__header'],
    [
      `APP.notifications.add_call({ from: 'a <i>b</i>', to: '<i>c</i>', text: 'x' })`,
      '.notification__header',
    ],
    [
      `APP.notifications.show_message_error({ header: 'a <i>b</i>', text: 'x', link: '/leads/' })`,
      '.notification__header a[href="/leads/"]',
    ],
  ],
  'modal: showSuccess, showError': [
    [`new self.Modal().showSuccess('a <i>b</i>', null, 60000)`, '.modal-body__success'],
    [`new self.Modal().showError('a <i>b</i>')`, '.modal-body__error'],
  ],
  'confirm: header, text, buttons': [
    [
      `require(['lib/components/base/confirm'], (Confirm) => new Confirm({ header: 'a <i>b</i>', text: 'x' }))`,
      '.modal-body__caption',
    ],
    [
      `require(['lib/components/base/confirm'], (Confirm) => new Confirm({ header: 'x', text: 'a <i>b</i>' }))`,
      '.modal-body__text',
    ],
    [
      `require(['lib/components/base/confirm'], (Confirm) => new Confirm({ text: 'x', accept_text: 'a <i>b</i>' }))`,
      '.js-modal-accept',
    ],
  ],
  'control: text, label, option, value': [
    [drawn('button', `{ text: 'a <i>b</i>' }`), '#drawn .button-input-inner__text'],
    [drawn('radio', `{ label: 'a <i>b</i>' }`), '#drawn .control-radio-label-text'],
    [drawn('checkbox', `{ text: 'a <i>b</i>' }`), '#drawn .control-checkbox__text'],
    [
      drawn('select', `{ items: [{ id: 1, option: 'a <i>b</i>' }] }`),
      '#drawn .control--select--button-inner',
    ],
  ],
};

function drawn(control: string, params: string): string {
  return `$('<div id="drawn"></div>').appendTo('body').html(self.render({ ref: '/tmpl/controls/${control}.twig' }, ${params}))`;
}

async function expectShown(kommo: KommoPage, selector: string, as: string | undefined) {
  const place = kommo.page.locator(selector).first();
  await expect(place, selector).toBeVisible();
  if (as === 'html') await expect(place.locator('i'), selector).not.toHaveCount(0);
  else {
    await expect(place, selector).toContainText('<i>');
    await expect(place.locator('i'), selector).toHaveCount(0);
  }
}

test('each text of a widget is decided on, and looked at here', async () => {
  expect(Object.keys(await decisions()).sort()).toEqual(
    [...Object.keys(PLACES), ...Object.keys(CALLS)].sort(),
  );
});

for (const [name, places] of Object.entries(PLACES)) {
  for (const [path, selector, act] of places) {
    test(`the text ${name} in ${selector} is shown as decided`, async ({ kommo, page }) => {
      const { as } = (await decisions())[name] ?? {};
      // The tour is shown before the installation.
      if (name === 'widget.tour_description') await kommo.open('printed-calls', path);
      else await kommo.openConfigured('printed-calls', path);
      if (act !== undefined) await page.locator(act).click();
      await expectShown(kommo, selector, as);
    });
  }
}

for (const [name, calls] of Object.entries(CALLS)) {
  test(`the text ${name} is shown as decided`, async ({ kommo, page }) => {
    const { as } = (await decisions())[name] ?? {};
    await kommo.openConfigured('printed-calls', '/leads/detail/501');
    for (const [call, selector] of calls) {
      await page.evaluate(`((self) => { ${call}; })(APP.widgets.list.chat_connector)`);
      await expectShown(kommo, selector, as);
      await page.evaluate(`$('.notification__item, .modal, #drawn').remove()`);
    }
  });
}

test('a script in a text does not run', async ({ kommo, page }) => {
  await kommo.openConfigured('printed-calls', '/leads/detail/501');
  await page.evaluate(
    `APP.notifications.add_error({ text: '<p>Read</p><script>window.ran = true</' + 'script>' })`,
  );
  await expect(page.locator('.notification__text')).toHaveText('Read');
  expect(await page.evaluate('window.ran')).toBeUndefined();
});
