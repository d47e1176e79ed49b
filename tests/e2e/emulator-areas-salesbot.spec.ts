import { expect, test } from './support/kommo-page.ts';

const DESIGNER = '/settings/communications/';

test.describe('bot-blocks', () => {
  test('offers each handler with its logo, which is none itself', async ({ kommo, page }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await expect(page.locator('.js-salesbot-add')).toHaveText(['Send a text', 'Ask']);
    await expect(page.locator('.js-salesbot-add img').first()).toHaveAttribute(
      'src',
      /\/images\/logo_min\.png$/,
    );
    expect(await kommo.warnings()).toEqual([]);
  });

  test('draws rows to type into and rows to choose a field in, with translated defaults', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await page.getByRole('button', { name: 'Ask' }).click();
    const block = page.getByRole('region', { name: 'Ask' });
    await expect(block.locator('[data-field-name="text"][name="value_manual"]')).toHaveValue(
      'Hello, I am a bot!',
    );
    await expect(block.getByLabel('Link')).toHaveValue('www.example.com');
    await expect(block.getByLabel('Link').getByRole('option')).toContainText([
      'Choose a field',
      'www.example.com',
    ]);
    // The switcher of the printed sample: the widget itself placed the row that renderRow returned.
    await expect(block.locator('#bot_blocks_catalog')).toBeChecked();
    await expect(block.getByRole('listitem')).toHaveText(['Done', 'Failed']);
    await kommo.expectAccessible(['light', 'dark']);
  });

  test('gets the same row from renderRow and from its template by reference', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await page.getByRole('button', { name: 'Ask' }).click();
    await kommo.waitForLog('callback', 'salesbotDesignerSettings');
    const [answered, referred] = await page.evaluate<string[]>(
      'APP.widgets.list.chat_connector.rows',
    );
    expect(answered).toContain('Paper &amp; &lt;b&gt;ink&lt;/b&gt;');
    expect(referred).toBe(answered);
    expect(await kommo.warnings()).toEqual([]);
  });

  test('is stored with the params the printed page shows, and opens with them again', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByLabel('Question').fill('How many lamps?');
    await page.getByLabel('Link').selectOption({ label: 'Contact name' });
    await page.getByRole('button', { name: 'Save' }).click();
    const params = {
      text: 'How many lamps?',
      link_to: '{{contact.name}}',
      invoice_catalog: 'true',
    };
    const called = await kommo.waitForLog('callback', 'onSalesbotDesignerSave');
    expect(called.detail.args).toEqual(['handler_name', params]);
    await kommo.waitForLog('page', 'salesbot', 2);
    await kommo.goTo(DESIGNER);
    await page.getByRole('button', { name: 'Change: Ask' }).click();
    await expect(page.getByLabel('Question')).toHaveValue('How many lamps?');
    await expect(page.getByLabel('Link')).toHaveValue('{{contact.name}}');
    const reopened = await kommo.waitForLog('callback', 'salesbotDesignerSettings', 2);
    expect(reopened.detail.args).toEqual(expect.arrayContaining([params]));
    await page.getByLabel('Question').fill('How few?');
    await page.getByRole('button', { name: 'Save' }).click();
    await kommo.waitForLog('callback', 'onSalesbotDesignerSave', 2);
    await kommo.goTo(DESIGNER);
    await page.getByRole('button', { name: 'Remove: Ask' }).click();
    await expect(page.locator('.salesbot__closed')).toHaveCount(0);
    await kommo.goTo(DESIGNER);
    await expect(page.locator('.salesbot__closed')).toHaveCount(0);
  });

  test('takes the value of a control that the widget put in the place of a row', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await page.getByRole('button', { name: 'Send a text' }).click();
    await expect(page.getByLabel('Phone of the text')).toHaveValue('+1 202 555 0100');
    await page.getByLabel('Phone of the text').fill('+1 202 555 0199');
    await page.getByRole('button', { name: 'Save' }).click();
    const saved = await kommo.waitForLog('page', 'salesbot');
    expect(saved.detail.params).toEqual({ phone: '+1 202 555 0199' });
    expect(JSON.stringify(saved.detail.bot)).toContain('"handler":"exits"');
    expect(await kommo.warnings()).toEqual([]);
  });

  test('is warned of an answer that is no bot', async ({ kommo, page }) => {
    await kommo.openConfigured('bot-blocks', DESIGNER);
    await page.getByRole('button', { name: 'Ask' }).click();
    for (const [answer, warning] of [
      ['[{}]', 'must answer the bot as a JSON string'],
      ['"[{"', 'answered a string that is no JSON'],
      ['"[{\\"answers\\":[]}]"', 'step 0 of the bot has no question, answer or finish'],
      ['"[{\\"question\\":{}}]"', 'question of step 0 is no array of handlers'],
    ]) {
      await page.evaluate(
        `APP.widgets.list.chat_connector.callbacks.onSalesbotDesignerSave = () => (${answer})`,
      );
      await page.getByRole('button', { name: 'Save' }).click();
      await expect
        .poll(() => kommo.warnings())
        .toContainEqual(`onSalesbotDesignerSave: ${warning}`);
    }
  });
});
