import { expect, test } from './support/kommo-page.ts';

const PIPELINE = '/settings/pipeline/leads/7001';

test.describe('a trigger of the pipeline', () => {
  test('is opened again with its stored values, changed, and removed', async ({ kommo, page }) => {
    await kommo.openConfigured('pipeline-tools', PIPELINE);
    await page.getByRole('button', { name: 'Add trigger' }).first().click();
    await page.getByPlaceholder('Message').fill('First');
    await page.getByRole('button', { name: 'Done' }).click();
    await kommo.goTo(PIPELINE);
    for (const [stored, typed] of [
      ['First', 'Second'],
      ['Second', 'Third'],
    ] as const) {
      await page.getByRole('button', { name: 'Change: Send a message' }).click();
      await expect(page.getByPlaceholder('Message')).toHaveValue(stored);
      await kommo.expectAccessible(['light', 'dark']);
      await page.getByPlaceholder('Message').fill(typed);
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    await page.getByRole('button', { name: 'Change: Send a message' }).click();
    await page.getByPlaceholder('Message').fill('never stored');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await kommo.goTo(PIPELINE);
    await page.getByRole('button', { name: 'Change: Send a message' }).click();
    await expect(page.getByPlaceholder('Message')).toHaveValue('Third');
    await page.getByRole('button', { name: 'Remove' }).click();
    await expect(page.locator('.digital-pipeline__item')).toHaveCount(0);
    await kommo.goTo(PIPELINE);
    await expect(page.locator('.js-open-trigger')).toHaveCount(0);
    const opened = await kommo.log('callback', 'dpSettings');
    expect(opened).toHaveLength(5);
    expect(opened[0]?.detail.args).toEqual([]);
  });

  test('keeps what a text area and a check box of the widget hold, and lets the widget hold Done back', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('trigger-form', PIPELINE);
    await page.getByRole('button', { name: 'Add trigger' }).first().click();
    await page.getByLabel('Message').fill('hold');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.locator('.trigger-form__held')).toBeVisible();
    await page.getByLabel('Message').fill('Hello');
    await page.getByLabel('Main contact only').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.getByRole('button', { name: 'Change: Trigger Form' }).click();
    await expect(page.getByLabel('Message')).toHaveValue('Hello');
    await expect(page.getByLabel('Main contact only')).toBeChecked();
    await page.getByLabel('Main contact only').uncheck();
    await page.getByRole('button', { name: 'Done' }).click();
    const changed = await kommo.waitForLog('page', 'digital pipeline', 2);
    expect(changed.detail.settings).toEqual({ message: 'Hello', only_main: '' });
  });

  test('has the frame that published widgets look for', async ({ kommo, page }) => {
    await kommo.openConfigured('trigger-form', PIPELINE);
    await page.getByRole('button', { name: 'Add trigger' }).first().click();
    for (const selector of [
      '.digital-pipeline__edit-forms .task-edit__body__form #widget_settings__fields_wrapper',
      '.digital-pipeline__edit-footer.trigger_settings__process__footer button.js-trigger-save',
      'button.js-trigger-cancel',
      '.digital-pipeline__item-inner form.digital-pipeline__edit-forms',
    ])
      await expect(page.locator(selector)).toHaveCount(1);
    const style = '.digital-pipeline__short-task_widget-style_chat_connector';
    expect(
      await page.evaluate(
        `$('${style}').parent().parent().find('[data-action=send_widget_hook]').length +
         $('.js-trigger-save').closest('[data-action=send_widget_hook]').length`,
      ),
    ).toBe(2);
  });
});
