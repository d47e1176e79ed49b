import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { call } from '../support/emulator-client.ts';
import { expect, type KommoPage, test } from './support/kommo-page.ts';

/**
 * Widgets written from the samples that the vendor's pages print, one for each page, and what those pages promise
 * (the addresses are in each widget's script).
 */

/** Callbacks that ran, without those the widget lacks or the page withheld. */
async function ran(kommo: KommoPage, name?: string) {
  const lines = await kommo.log('callback', name);
  return lines.filter(({ detail }) => ['returned', 'resolved'].includes(String(detail.message)));
}

async function chooseRows(kommo: KommoPage, path: string, ids: readonly number[]): Promise<void> {
  await kommo.goTo(path);
  for (const id of ids) await kommo.page.locator(`#tick_${id}`).check();
  await kommo.page.locator('.js-list-widget').click();
}

test.describe('script.js', () => {
  test('has its callbacks called where the page says, those of the lists by their nested names', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-skeleton', '/settings/widgets/');
    await kommo.waitForLog('callback', 'settings');
    expect((await ran(kommo)).map(({ name }) => name)).toEqual([
      'render',
      'bind_actions',
      'init',
      'settings',
    ]);
    for (const [path, name, id] of [
      ['/leads/list/', 'leads.selected', 501],
      ['/contacts/list/', 'contacts.selected', 601],
      ['/todo/list/', 'todo.selected', 901],
    ] as const) {
      await chooseRows(kommo, path, [id]);
      await expect.poll(async () => (await ran(kommo, name)).length).toBe(1);
    }
    await kommo.goTo('/settings/pipeline/leads/7001');
    await page.locator('.js-add-as-source').click();
    const added = await kommo.waitForLog('callback', 'onAddAsSource');
    expect(added.detail.args).toEqual([7001]);
    await page.locator('.js-add-trigger').first().click();
    await expect.poll(async () => (await ran(kommo, 'dpSettings')).length).toBe(1);
    await kommo.goTo('/settings/advanced/chat_connector/');
    expect(await ran(kommo, 'advancedSettings')).toHaveLength(1);
  });

  test('shares its settings with a module that asks for another from the folder of the widget', async ({
    kommo,
    page,
  }) => {
    await kommo.start('sample-skeleton');
    kommo.configure({ login: 'anna' });
    await kommo.goTo('/leads/detail/501');
    await expect(page.getByText('anna is no login')).toBeVisible();
    expect((await kommo.warnings()).join()).toContain('lib/lib/store.js');
  });

  test('finds its templates by params.path and its files under /widgets/', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-skeleton', '/settings/widgets/');
    await expect(page.locator('.sample-skeleton__greeting')).toHaveText('Login of chat_connector');
    await kommo.goTo('/leads/detail/501');
    await expect(page.locator('.sample-skeleton')).toHaveCSS('text-transform', 'uppercase');
  });
});

test.describe('A card', () => {
  test('fills the template in `render` with the second argument', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-card', '/leads/detail/501');
    await expect(page.locator('#widgets_block .sample-card')).toHaveText('10 orders , one is new');
    await expect(page.locator('.sample-card__caption img')).toBeVisible();
  });

  test('of a contact lets the widget read its name, phones and addresses', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-card', '/contacts/detail/601');
    await expect(page.locator('.sample-card')).toHaveText(
      'Carla Reyes +12025550101 carla@example.com',
    );
  });

  test('calls from a phone, in the list of contacts as well', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-card', '/leads/detail/501');
    await page.getByRole('button', { name: 'Dial: +12025550101' }).click();
    await expect(page.locator('body')).toHaveAttribute('data-sample-card-called', '+12025550101');
    await kommo.goTo('/contacts/list/');
    await page.getByRole('button', { name: /\+12025550102/ }).click();
    await expect(page.locator('body')).toHaveAttribute('data-sample-card-called', '+12025550102');
  });

  test('says that a message was not sent when its source refused it', async ({ kommo, page }) => {
    kommo.expectErrors();
    await kommo.openConfigured('sample-card', '/leads/detail/501');
    const posted = page.waitForRequest('**/widgets/demo/loader/chat_connector/send_sms');
    await page.locator('.js-message-source[data-type=sms]').click();
    expect(new URLSearchParams((await posted).postData() ?? '').get('contact_id')).toBe('601');
    const line = await kommo.waitForLog('callback', 'add_source:sms');
    expect(line.detail.message).toMatch(/reject|fail|refuse/);
    expect(kommo.errors.filter((error) => !error.includes('Failed to load resource'))).toEqual([]);
    await page.locator('.js-message-source', { hasText: 'Post' }).click();
    await expect(page.locator('.sample-card__control')).toHaveText('Write a letter');
  });
});

test('A tab of goods offers, finds, links and counts what the widget’s server knows', async ({
  kommo,
  page,
}) => {
  const lamp = { id: 934244, sku: 'SNI/01', name: 'Lamp', price: '999' };
  const answers: Record<string, object[]> = {
    '/linked': [{ ...lamp, quantity: 2 }],
    '/search': [{ ...lamp, id: 7, name: 'Found lamp' }],
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://server');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answers[pathname] ?? [lamp]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await kommo.start('sample-card-tab');
    kommo.configure({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await kommo.goTo('/leads/detail/501');
    await page.getByRole('tab', { name: 'Goods' }).click();
    const tab = page.locator('#chat_connector');
    await expect(tab.locator('.js-sdk-linked')).toContainText('Lamp');
    await expect(tab.locator('.js-sdk-linked')).toContainText('SNI/01');
    await expect(tab.locator('.js-sdk-linked')).toContainText('999');
    await tab.getByRole('searchbox').fill('found');
    await tab.getByRole('searchbox').press('Enter');
    await tab.locator('.js-sdk-found').getByText('Found lamp').click();
    await tab.getByRole('button', { name: 'Save' }).click();
    const { detail } = await kommo.waitForLog('callback', 'linkCard');
    const link = { from: 'leads', from_id: 501, quantity: 1, to_id: 7 };
    expect(detail.args).toMatchObject([{ link: [{ ...link, to_widget_id: 'chat_connector' }] }]);
  } finally {
    server.close();
  }
});

test.describe('A list', () => {
  test('draws the widget again for the rows that are ticked, with the phones of their contacts', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-list', '/leads/list/');
    await page.locator('#tick_501').check();
    await page.locator('#tick_502').check();
    await page.locator('.js-list-widget').click();
    await expect(page.locator('.sample-list__count')).toHaveText('Rows: 2, phones: 2');
    await expect(page.locator('.sample-list__rows li')).toHaveText([
      'carla@example.com +12025550101',
      'daniel@example.com +12025550102',
    ]);
  });

  test('tells of ticked contacts in the same way', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-list', '/contacts/list/');
    await page.locator('#tick_603').check();
    await page.locator('.js-list-widget').click();
    await expect(page.locator('.sample-list__rows li')).toHaveText([
      'eva@example.com +12025550103',
    ]);
  });
});

test.describe('The digital pipeline', () => {
  test('gives the stored text back when a trigger is opened again', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-pipeline', '/settings/pipeline/leads/7001');
    await page.locator('.js-add-trigger').first().click();
    const area = page.locator('#sample_pipeline_message');
    await expect(area).toHaveValue('');
    await expect(page.locator('[data-action=send_widget_hook] input[name=message]')).toBeHidden();
    await area.fill('See you at ten');
    await page.locator('.js-trigger-save').click();
    const item = page.locator('.digital-pipeline__item').first();
    await item.getByRole('button', { name: /Messages/ }).click();
    await expect(area).toHaveValue('See you at ten');
  });

  test('tells a widget which pipeline it is a source of, and rejects when it is none', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-pipeline', '/leads/detail/501');
    const told = page.locator('body');
    await expect(told).toHaveAttribute('data-sample-pipeline', 'none');
    await kommo.goTo('/settings/pipeline/leads/7001');
    await page.locator('.js-add-as-source').click();
    await kommo.waitForLog('callback', 'onAddAsSource');
    await kommo.goTo('/leads/detail/501');
    await expect(told).toHaveAttribute('data-sample-pipeline', '7001');
  });
});

test.describe('The salesbot designer', () => {
  test('offers each handler by its text, not the logo, and puts the row of the widget in', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-salesbot', '/settings/communications/');
    await expect(page.locator('.js-salesbot-add')).toHaveText(['Call back', 'Send an invoice']);
    await page.getByRole('button', { name: 'Call back' }).click();
    const block = page.locator('.salesbot__block');
    await expect(block.locator('.sample-salesbot__own')).toHaveText('typed later');
    await expect(block.locator('[data-field-name="phone"]')).toHaveCount(0);
    await expect(block).toContainText('Phone');
    await expect(block).toContainText('Went well');
    await expect(block).toContainText('Went wrong');
  });

  test('lets the user type what the manifest calls manual, from translated defaults', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-salesbot', '/settings/communications/');
    await page.getByRole('button', { name: 'Send an invoice' }).click();
    const block = page.locator('.salesbot__block');
    const note = block.locator('[data-field-name="note"][name="value_manual"]');
    await expect(note).toHaveValue('Thank you');
    await expect(page.locator('#sample_salesbot_catalog')).toBeChecked();
    await note.fill('See you');
    await block.getByRole('button', { name: 'Save' }).click();
    const { detail } = await kommo.waitForLog('callback', 'onSalesbotDesignerSave');
    expect(detail.args).toEqual(['invoice', { catalog: 'true', note: 'See you' }]);
    expect(String(detail.value)).toContain('{{lead.id}}');
  });
});

test.describe('Notifications', () => {
  test('show their text, their icon and where they lead', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-notices', '/settings/widgets/');
    const box = page.locator('#notifications_holder');
    const act = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await act('message');
    await expect(box).toContainText('The line is up');
    await expect(box.locator('img[src$="logo_min.png"]')).toBeVisible();
    await act('call');
    await expect(box).toContainText('A call from +1 202 555 0101');
    await expect(box.locator('a[href*="/contacts/detail/601"]')).toBeVisible();
    await expect(box.locator('a[href="https://example.com/recording.mp3"]')).toBeVisible();
    await act('unknown_call');
    await expect(box.locator('a[href="/contacts/list/?phone=12025550199"]')).toBeVisible();
  });

  test('of an error draw markup, call back, and stay away once they were closed', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-notices', '/settings/widgets/');
    const box = page.locator('#notifications_holder');
    await page.getByRole('button', { name: 'error', exact: true }).click();
    await expect(box.locator('p', { hasText: /^The line is down$/ })).toBeVisible();
    await expect(page.locator('.sample-notices__said')).toHaveText('done always');
    await box.getByRole('button').click();
    await kommo.goTo('/settings/widgets/?again');
    await page.getByRole('button', { name: 'error', exact: true }).click();
    await expect(page.locator('.sample-notices__said')).toHaveText('done always');
    await expect(page.getByText('The line is down')).toHaveCount(0);
  });

  test('stand beside who is online and who is in a call', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-notices', '/settings/widgets/');
    await page.getByRole('button', { name: 'people', exact: true }).click();
    await page.getByRole('button', { name: 'busy', exact: true }).click();
    await expect(page.locator('.sample-notices__said')).toHaveText(
      /^\{"id":"8001","online":true\} \["?8001"?\] true false in a call$/,
    );
  });
});

test.describe('Own settings', () => {
  test('keep a custom field that woke Save, and show it again', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-settings', '/settings/widgets/');
    await expect(kommo.save).toHaveClass(/button-input-disabled/);
    await page.getByLabel('Colour').fill('red');
    await kommo.save.click();
    await expect.poll(() => kommo.stored().look).toBe('{"colour":"red"}');
    await kommo.goTo('/settings/widgets/?again');
    await expect(page.getByLabel('Colour')).toHaveValue('red');
  });

  test('know which lead source opened them', async ({ kommo, page }) => {
    await kommo.openConfigured('sample-settings', '/settings/pipeline/leads/7001');
    await page.locator('.js-add-as-source').click();
    await page.locator('.js-source').click();
    await expect(page.locator('body')).toHaveAttribute(
      'data-sample-settings-context',
      /"source_id":.*"external_id":/,
    );
  });

  test('have a page in the menu of Settings, by its title and the name of the widget', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('sample-settings', '/settings/widgets/#/');
    const link = page.getByRole('link', { name: /Colours/ });
    await expect(link).toContainText('Own settings');
    await link.click();
    await expect(page.locator('#list_page_holder')).toHaveText('All colours');
  });
});

test('A consent of the widget’s own, a required hidden field, holds the installation up', async ({
  kommo,
  page,
}) => {
  await kommo.open('sample-consent', '/settings/widgets/', { installFlow: 'one step' });
  await page.getByRole('checkbox', { name: /privacy policy/ }).check();
  const install = page.getByRole('button', { name: 'Install', exact: true });
  await install.click();
  await expect(page.getByText('Agree first')).toBeVisible();
  await kommo.waitForLog('page', 'save');
  expect(kommo.emulator.state.installations).toEqual([]);
  await page.getByLabel('I agree to send data').check();
  await expect(page.getByText('Agree first')).toBeHidden();
  await install.click();
  await expect(page.getByRole('button', { name: 'Uninstall' })).toBeVisible();
  expect(kommo.emulator.state.installations).toMatchObject([{ is_active: true }]);
});

test('An error a widget reports stands on its tile as well', async ({ kommo, page }) => {
  await kommo.openConfigured('sample-consent', '/settings/widgets/');
  await page.getByRole('button', { name: 'Report an error' }).click();
  await expect(page.locator('.widget-state_status_error')).toBeVisible();
  await expect(page.locator('.js-widget-card')).toContainText('Error');
});

test('The left menu leads to the pages of the widget, its own and those under Stats', async ({
  kommo,
  page,
}) => {
  await kommo.openConfigured('sample-menu', '/leads/list/');
  const titles = await page.locator('#nav_menu .nav__menu__item__title').allTextContents();
  expect(titles[titles.indexOf('Leads') + 1]).toBe('Realty');
  expect(titles).not.toContain('Mail');
  const area = page.locator('#work-area-chat_connector');
  await page.getByRole('link', { name: 'Realty' }).click();
  await expect(area).toContainText('realty:');
  await expect(page.getByRole('navigation', { name: 'Submenu' }).getByRole('link')).toHaveText([
    'Houses',
    'Flats',
  ]);
  await page.getByRole('link', { name: 'Flats' }).click();
  await expect(area).toHaveText('realty: flats');
  await page.getByRole('link', { name: 'Rents' }).click();
  await expect(area).toHaveText('Stats: rents');
});

test('A widget with init_once lives on every page, hears of changes and of notifications', async ({
  kommo,
  page,
}) => {
  await kommo.openConfigured('sample-once', '/leads/list/');
  const body = page.locator('body');
  await kommo.leaveAndReturn();
  await kommo.leaveAndReturn();
  await expect(body).toHaveAttribute('data-sample-once-pages', '2');
  await call(kommo.emulator, '/__emulator/notification', {
    json: { code: 'chat_connector', entry: { body: { title: 'A call' } } },
  });
  await expect(body).toHaveAttribute('data-sample-once-heard', 'A call');
  expect(await ran(kommo, 'init')).toHaveLength(1);
  expect(await ran(kommo, 'destroy')).toHaveLength(0);
});

test('A list claimed by Save opens its elements in the widget, on later pages too', async ({
  kommo,
  page,
}) => {
  await kommo.start('sample-catalog');
  kommo.configure({ catalog_id: '4001' });
  await kommo.goTo('/settings/widgets/');
  await page.locator('#widget_settings__fields_wrapper input[name=catalog_id]').press('End');
  await page.locator('#widget_settings__fields_wrapper input[name=catalog_id]').fill('4001 ');
  await page.locator('#widget_settings__fields_wrapper input[name=catalog_id]').fill('4001');
  await kommo.save.click();
  await kommo.waitForLog('host', 'setSdkCatalogId');
  await kommo.goTo('/catalogs/4001');
  await page.locator('.js-catalog-element').first().click();
  await expect(page.locator('.sample-catalog h2')).toHaveText(/Element \d+/);
});
