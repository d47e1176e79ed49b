import { expect, test } from './support/kommo-page.ts';

test.describe('page-buttons', () => {
  test('puts Save and Cancel into the head of its own page', async ({ kommo, page }) => {
    await kommo.openConfigured('page-buttons', '/settings/advanced/chat_connector/');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page Buttons');
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('header[data-saved=yes]')).toBeVisible();
    await expect(page.getByLabel('Name')).toBeVisible();
    await kommo.expectAccessible(['light', 'dark']);
  });

  test('reads the contacts of a card and hides a control of another', async ({ kommo, page }) => {
    await kommo.openConfigured('page-buttons', '/leads/detail/501');
    await expect(page.locator('.page-buttons__people')).toHaveText('Carla Reyes');
    await kommo.expectAccessible(['light', 'dark']);
    await kommo.goTo('/contacts/detail/601');
    await expect(page.locator('.card-leads__quick-add')).toHaveCount(1);
    await expect(page.locator('.card-leads__quick-add')).toBeHidden();
    await expect(page.getByRole('link', { name: 'Order of ten lamps' })).toBeVisible();
    await kommo.expectAccessible(['light', 'dark']);
  });

  test('is told once of each selector of the host that matches nothing, and of no other', async ({
    kommo,
  }) => {
    await kommo.openConfigured('page-buttons', '/leads/detail/501');
    await kommo.waitForLog('host', 'selector', 4);
    const said = (await kommo.log('host', 'selector')).map(({ detail }) => detail.message);
    expect(said.sort()).toEqual(
      ['#work_area_elsewhere', '.card-leads__quick-add', '.js-nowhere', '.list__nowhere'].map(
        (selector) => `selector "${selector}" matched nothing here`,
      ),
    );
  });
});

test('lists and cards have the elements that published widgets look for', async ({
  kommo,
  page,
}) => {
  await kommo.openConfigured('page-buttons', '/leads/list/');
  const expectAll = async (selectors: string[]) => {
    const missing = await page.evaluate(
      `${JSON.stringify(selectors)}.filter((one) => !document.querySelector(one))`,
    );
    expect(missing).toEqual([]);
  };
  await expectAll([
    '#page_holder #work_area .content__top',
    '#list_page_holder .list__body #list__body-right .list__body-right__top .list__top__preset',
    '.content__top__preset .list-top-nav__text-button span',
    '.list__top__actions .button-input_add-lead',
    '.list__top__actions .button-input__context-menu .js-list-export',
    '#list_table .js-list-row[data-id] .list-row__cell-id .control-checkbox input',
    '#list_multiple_actions .js-list-multiple-actions__item',
    '#widgets_block .card-widgets__top .js-card-widgets-on-off',
    '#widgets_block #nano-card-widgets.card-widgets__elements',
  ]);
  await page.getByRole('button', { name: 'List actions' }).click();
  await expect(page.getByRole('button', { name: 'Export' })).toBeVisible();
  await kommo.expectAccessible(['light', 'dark']);
  await kommo.goTo('/leads/detail/501');
  await expectAll([
    '#card_holder #edit_card > div > .card-entity-form__top .linked-form__field_status-lead',
    '#edit_card .js-card-main-fields .linked-form__field_reassign .linked-form__field__value',
    '#card_fields .card-fields__fields-block input[name="lead[PRICE]"]#lead_card_budget',
    '.card-fields__linked-block #contacts_list form.js-linked-item input[name=ID]',
    '.linked-form__field-pei .js-control-phone[data-pei-code=phone] input.control-phone__formatted',
    'input[name="contact[NAME]"].js-linked-name-view',
    '#card_holder .js-card-feed.card-holder__feed',
  ]);
  await kommo.goTo('/contacts/detail/601');
  await expectAll([
    '.card-top-name input',
    '.card-cf-table-main-entity .phone_wrapper input[type=text]',
    '.card-cf-table-main-entity .email_wrapper input[type=text]',
  ]);
});
