import { expect, test } from './support/kommo-page.ts';

test.describe('list-column', () => {
  test('opens its column when it is chosen for the ticked rows, and counts them anew', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('list-column', '/leads/list/');
    const column = page.getByRole('complementary', { name: 'Widgets' });
    await page.getByRole('checkbox', { name: 'Order of ten lamps' }).check();
    await expect(column).toBeHidden();
    await page.getByRole('button', { name: 'More: List Column' }).click();
    await expect(column).toContainText('Leads: 1');
    await kommo.waitForLog('callback', 'leads.selected');
    await page.getByRole('checkbox', { name: 'Office refit' }).check();
    await expect(column).toContainText('Leads: 2');
    await kommo.expectAccessible();
    await page.getByRole('checkbox', { name: 'Order of ten lamps' }).uncheck();
    await expect(column).toContainText('Leads: 1');
    await page.getByRole('checkbox', { name: 'Office refit' }).uncheck();
    await expect(column).toBeHidden();
    await expect(page.getByRole('button', { name: 'More: List Column' })).toBeHidden();
    expect(await kommo.log('callback', 'leads.selected')).toHaveLength(1);
    expect(await kommo.log('callback', 'bind_actions')).toHaveLength(1);
  });

  test('fills the column in contacts.selected, and keeps what bind_actions bound in it', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('list-column', '/contacts/list/');
    await page.getByRole('checkbox', { name: 'Carla Reyes' }).check();
    await page.getByRole('checkbox', { name: 'Eva Lind' }).check();
    await page.getByRole('button', { name: 'More: List Column' }).click();
    await expect(page.locator('#list-column-people p')).toHaveText([
      /carla@example.com Phone: \+12025550101/,
      /eva@example.com/,
    ]);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.locator('.list-column__sent')).toHaveText('sent 2');
  });

  test('is told of the ticked rows in the forms of both vendor pages, with the phones of linked contacts', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('list-column', '/leads/list/');
    const listSelected = 'APP.widgets.list.chat_connector.list_selected()';
    expect(await page.evaluate(listSelected)).toMatchObject({
      count_selected: 0,
      selected: [],
      summary: { items: 0, emails: 0, phones: 0 },
    });
    await page.getByRole('checkbox', { name: 'Order of ten lamps' }).check();
    expect(await page.evaluate(listSelected)).toEqual({
      count_selected: 1,
      selected: [
        { id: 501, type: 'lead', emails: ['carla@example.com'], phones: ['+12025550101'] },
      ],
      summary: { items: 1, emails: 1, phones: 1 },
    });
  });

  test('gets no column where its location ends with -0', async ({ kommo, page }) => {
    await kommo.openConfigured('list-column', '/customers/list/');
    await page.getByRole('checkbox', { name: 'Lind Trading' }).check();
    await page.getByRole('button', { name: 'More: List Column' }).click();
    await kommo.waitForLog('callback', 'customers.selected');
    await expect(page.locator('#widgets_block')).toBeHidden();
  });

  test('gets it with the first tick by the switch listColumn', async ({ kommo, page }) => {
    await kommo.openConfigured('list-column', '/leads/list/', {
      listColumn: 'when a row is ticked',
    });
    await page.getByRole('checkbox', { name: 'Office refit' }).check();
    await expect(page.getByRole('complementary', { name: 'Widgets' })).toContainText('Leads: 1');
    expect(await kommo.log('callback', 'leads.selected')).toEqual([]);
  });

  test('closes the column by a click on the veil', async ({ kommo, page }) => {
    await kommo.openConfigured('list-column', '/leads/list/');
    await page.getByRole('checkbox', { name: 'Office refit' }).check();
    await page.getByRole('button', { name: 'More: List Column' }).click();
    await page.evaluate('APP.widgets.list.chat_connector.widgetsOverlay(true)');
    await page.locator('#card_widgets_overlay').click({ position: { x: 10, y: 400 } });
    await expect(page.locator('#card_widgets_overlay')).toHaveCount(0);
    await expect(page.locator('#widgets_block')).toBeHidden();
  });
});
