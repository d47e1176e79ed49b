import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type SlackSeen, slackApi, slackMember } from '../support/slack.ts';

const PHOTO = 'src/emulator/services/telegram/samples/photo-320.jpg';

let emulator: Emulator;
let ada: ReturnType<typeof slackMember>;

test.beforeAll(async () => {
  emulator = await createEmulator();
  ada = slackMember(emulator, { team: 'T0EMULATED1', member: 'ada' });
});
test.afterAll(() => emulator.close());
test.beforeEach(() => emulator.reset());

/** The newest message as the double holds it. */
async function newest(): Promise<SlackSeen> {
  const message = (await ada.chat()).at(-1);
  if (message === undefined) throw new Error('Nothing was said.');
  return message;
}

for (const [colorScheme, width] of [
  ['light', 900],
  ['dark', 900],
  ['light', 360],
] as const) {
  test(`a member and the app talk on the page, ${colorScheme}, ${width} points wide`, async ({
    browser,
  }) => {
    const token = await ada.install({ team: 'T0EMULATED1' });
    const post = (json: object) =>
      slackApi(emulator, token, 'chat.postMessage', { json: { channel: 'D0EMULADA', ...json } });
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://kommo.localhost:${emulator.port}/__services/slack/member`);
    const log = page.getByRole('log', { name: 'Messages' });
    const message = (text: string) => log.locator('article', { hasText: text });
    await expect(page.getByRole('combobox', { name: 'Member' })).toHaveValue('U0EMULADA');
    await expect(page.getByText('Chat Connector is installed here.')).toBeVisible();

    const text = page.getByRole('textbox', { name: 'Message' });
    await text.fill('Is the <blue> one still there? 👀');
    await text.press('Enter');
    await expect(message('Is the <blue> one still there? 👀')).toBeVisible();
    await expect(text).toHaveValue('');
    const question = await newest();
    expect(question.text).toBe('Is the &lt;blue&gt; one still there? :eyes:');

    await post({ text: 'It is. Shall we keep it for you?', thread_ts: question.ts });
    await expect(message('It is.').locator('blockquote')).toContainText('Is the <blue> one');
    await text.fill('Like https://shop.example/blue');
    await text.press('Enter');
    const preview = log.getByRole('link', { name: 'A page of the emulated internet' });
    await expect(preview).toHaveAttribute('href', 'https://shop.example/blue');

    await page.getByLabel('Picture to send').setInputFiles(PHOTO);
    await expect(log.getByRole('img', { name: 'Picture: photo-320.jpg' })).toHaveJSProperty(
      'naturalWidth',
      320,
    );
    await text.fill('Listen');
    await page.getByRole('button', { name: 'Audio clip' }).click();
    await expect(message('Listen').locator('audio')).toHaveJSProperty('error', null);

    const asked = message('Is the <blue>').first();
    await asked.getByLabel(/^More/).press('Enter');
    await asked.getByRole('button', { name: 'Edit' }).click();
    await text.fill('Is the green one still there?');
    await text.press('Enter');
    await expect(asked.or(message('Is the green')).first()).toContainText('edited');
    await expect(message('Before: Is the <blue>')).toBeVisible();

    const answer = message('It is.');
    await answer.getByLabel(/^More/).click();
    const heart = answer.getByRole('button', { name: 'React with ❤️' });
    await heart.press('Enter');
    await expect(answer.getByLabel('Reactions: heart 1')).toBeVisible();
    await expect(heart).toBeFocused();
    await expect(heart).toHaveAttribute('aria-pressed', 'true');
    await answer.getByRole('button', { name: 'Reply in thread' }).click();
    await text.fill('Yes, please');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(message('Yes, please').locator('blockquote')).toBeVisible();
    expect((await newest()).thread_ts).toBe(question.ts);

    const last = message('Yes, please');
    await last.getByLabel(/^More/).press('Enter');
    await last.getByRole('button', { name: 'Delete' }).press('Enter');
    await expect(last).toContainText('deleted');

    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id: rule, nodes }) => [rule, nodes[0]?.html])).toEqual([]);
    const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(isWide).toBe(false);
    expect(errors).toEqual([]);
    await context.close();
  });
}

test('every member of every workspace has a conversation of his own', async ({ page }) => {
  await page.goto(`http://kommo.localhost:${emulator.port}/__services/slack/member`);
  const text = page.getByRole('textbox', { name: 'Message' });
  await expect(page.getByText('is not installed here')).toBeVisible();
  await text.fill('From Ada');
  await text.press('Enter');
  const log = page.getByRole('log');
  await expect(log).toContainText('From Ada');
  await page
    .getByRole('combobox', { name: 'Member' })
    .selectOption({ label: 'Bob Builder (U0EMULBOB)' });
  await expect(log).not.toContainText('From Ada');
  await page.getByRole('combobox', { name: 'Workspace' }).selectOption('Second Workspace');
  await expect(page.getByRole('combobox', { name: 'Member' })).toHaveValue('U0EMULEVE');
  await text.fill('From Eve');
  await text.press('Enter');
  await expect(log).toContainText('From Eve');
  await page.reload();
  await expect(log).toContainText('From Eve');
  expect((await ada.chat()).map(({ shown }) => shown)).toEqual(['From Ada']);
});
