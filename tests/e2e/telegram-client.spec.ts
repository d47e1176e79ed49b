import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Done, SUPPORT_TOKEN, telegramClient } from '../support/telegram.ts';

const PHOTO = 'src/emulator/services/telegram/samples/photo-320.jpg';

let emulator: Emulator;
let client: ReturnType<typeof telegramClient>;

test.beforeAll(async () => {
  emulator = await createEmulator();
  client = telegramClient(emulator);
});
test.afterAll(() => emulator.close());
test.beforeEach(() => emulator.reset());

for (const [colorScheme, width] of [
  ['light', 900],
  ['dark', 900],
  ['light', 360],
] as const) {
  test(`a client and a bot talk on the page, ${colorScheme}, ${width} points wide`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://kommo.localhost:${emulator.port}/__services/telegram/client`);
    const log = page.getByRole('log', { name: 'Messages' });
    const message = (id: number) => log.locator(`#message-${id}`);

    await page.getByRole('button', { name: '/start' }).click();
    await expect(message(1001)).toContainText('/start');
    const text = page.getByRole('textbox', { name: 'Message' });
    await text.fill('Is the blue one still there?');
    await text.press('Enter');
    await expect(message(1002)).toContainText('Is the blue one still there?');
    await expect(text).toHaveValue('');

    await client.bot('sendMessage', {
      chat_id: 555,
      text: 'It is. Shall we keep it?',
      reply_parameters: { message_id: 1002 },
      reply_markup: { inline_keyboard: [[{ text: 'Yes, please', callback_data: 'y' }]] },
    });
    await expect(message(1003).locator('blockquote')).toHaveText('Is the blue one still there?');
    await message(1003).getByRole('button', { name: 'Yes, please' }).press('Enter');
    await expect
      .poll(async () => ((await client.bot('getUpdates')).json as { result: Done[] }).result)
      .toContainEqual(
        expect.objectContaining({ callback_query: expect.objectContaining({ data: 'y' }) }),
      );
    const presses = (await client.get('chat?bot=demo_support_bot&client=555')) as {
      presses: { query_id: string }[];
    };
    const id = presses.presses[0]?.query_id;
    await client.bot('answerCallbackQuery', { callback_query_id: id, text: 'Kept.' });
    await expect(page.getByRole('status')).toHaveText('The bot answers: Kept.');

    await page.getByLabel('Picture to send').setInputFiles(PHOTO);
    await expect(message(1004).getByRole('img')).toHaveJSProperty('naturalWidth', 320);
    await page.getByRole('button', { name: 'Voice' }).click();
    await expect(message(1005).locator('audio')).toHaveJSProperty('error', null);

    await message(1002).getByLabel('More: message 1002').press('Enter');
    await message(1002).getByRole('button', { name: 'Edit' }).click();
    await text.fill('Is the green one still there?');
    await text.press('Enter');
    await expect(message(1002)).toContainText('edited');
    await expect(message(1002)).toContainText('Before: Is the blue one still there?');
    await message(1003).getByLabel('More: message 1003').click();
    const heart = message(1003).getByRole('button', { name: 'React with ❤' });
    await heart.press('Enter');
    await expect(message(1003).getByLabel('Reactions: ❤')).toBeVisible();
    await expect(heart).toBeFocused();

    await page.getByRole('button', { name: 'Block the bot' }).click();
    await expect(page.getByRole('button', { name: 'Unblock the bot' })).toBeVisible();
    expect((await client.bot('sendMessage', { chat_id: 555, text: 'x' })).status).toBe(403);
    await page.getByRole('button', { name: 'Unblock the bot' }).click();

    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id: rule, nodes }) => [rule, nodes[0]?.html])).toEqual([]);
    const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(isWide).toBe(false);
    expect(errors).toEqual([]);
    expect(page.url()).not.toContain(SUPPORT_TOKEN);
    await context.close();
  });
}

test('another client is added, and has a chat of its own', async ({ page }) => {
  await page.goto(`http://kommo.localhost:${emulator.port}/__services/telegram/client`);
  await page.getByRole('button', { name: '/start' }).click();
  await expect(page.getByRole('log')).toContainText('/start');
  await page.getByRole('button', { name: 'Add a client' }).click();
  await page.getByLabel('Telegram id').fill('777');
  await page.getByLabel('First name').fill('Bo');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Client' })).toHaveValue('777');
  await expect(page.getByRole('log')).not.toContainText('/start');
  await page.getByRole('button', { name: 'Location' }).click();
  await expect(page.getByRole('log')).toContainText('📍');
  await page.getByRole('combobox', { name: 'Client' }).selectOption('555');
  await expect(page.getByRole('log')).not.toContainText('📍');
});
