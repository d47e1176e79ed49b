import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { BEATRIZ, evolutionServer } from '../support/evolution.ts';

const PHOTO = 'src/emulator/services/telegram/samples/photo-320.jpg';

let emulator: Emulator;
let server: ReturnType<typeof evolutionServer>;
let errors: string[];

test.beforeAll(async () => {
  emulator = await createEmulator();
});
test.afterAll(() => emulator.close());
test.beforeEach(async ({ page }) => {
  emulator.reset();
  server = evolutionServer(emulator);
  errors = [];
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
  page.on('pageerror', (error) => errors.push(error.message));
});
test.afterEach(() => expect(errors).toEqual([]));

const open = (page: Page) => page.goto(`http://kommo.localhost:${emulator.port}/__services/phone`);

/** The two phones on the page. */
function phonesOf(page: Page) {
  const pane = (name: string | RegExp, log: string) => {
    const region = page.getByRole('region', { name });
    return {
      region,
      text: region.getByRole('textbox'),
      bubble: (text: string) =>
        region.getByRole('log', { name: log }).getByRole('article').filter({ hasText: text }),
      button: (label: string) => region.getByRole('button', { name: label, exact: true }),
    };
  };
  return {
    client: pane(/’s phone/, 'Messages, client’s phone'),
    business: pane(/^Business phone/, 'Messages, business phone'),
  };
}

async function expectAccessible(page: Page): Promise<void> {
  // Nothing moves then: colours are measured as they stay.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

test('a code is scanned, and the phones appear', async ({ page }) => {
  await server.ask('POST', '/instance/create', {
    instanceName: 'shop',
    integration: 'WHATSAPP-BAILEYS',
  });
  emulator.advance(200);
  await open(page);
  await expectAccessible(page);
  await page
    .getByRole('combobox', { name: 'Phone' })
    .selectOption({ label: '+5511912345678 Sales desk' });
  await page.getByRole('button', { name: 'Scan the code' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Remove the linked device' })).toBeVisible();
  await expect(page.getByLabel('Business number')).toHaveValue('5511912345678');
  await expect(page.getByRole('combobox', { name: 'Chat', exact: true })).toHaveValue(
    BEATRIZ.phone,
  );
});

for (const [colorScheme, width] of [
  ['light', 1200],
  ['dark', 1200],
  ['light', 360],
] as const) {
  test.describe(`${colorScheme}, ${width} points wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('a client and a business talk', async ({ page }) => {
      await server.link();
      await open(page);
      const { client, business } = phonesOf(page);
      await client.text.fill('Is the blue one still there?');
      await client.text.press('Enter');
      await expect(business.bubble('Is the blue one')).toContainText('Beatriz');
      await expect(client.bubble('Is the blue one')).toContainText('delivered');
      await business.button('Mark as read').press('Enter');
      await expect(client.bubble('Is the blue one')).toContainText('read');

      await business.bubble('Is the blue one').getByText('More', { exact: true }).press('Enter');
      await business
        .bubble('Is the blue one')
        .getByRole('button', { name: 'Quote' })
        .press('Enter');
      await business.text.fill('It is. Shall we keep it?');
      await business.text.press('Enter');
      await expect(client.bubble('Shall we keep it?').locator('blockquote')).toHaveText(
        'Is the blue one still there?',
      );
      const { key } = (
        await server.send('sendText', { number: BEATRIZ.phone, text: 'Until Friday.' })
      ).json as { key: object };
      await expect(business.bubble('Until Friday.')).toContainText('through the server');
      await client.button('Mark as read').press('Enter');
      await expect(business.bubble('Until Friday.')).toContainText('✓✓ read');

      await client.region.locator('[data-input=image]').setInputFiles(PHOTO);
      await expect(business.region.getByRole('img', { name: /photo-320\.jpg/ })).toBeVisible();
      await client.button('Location').press('Enter');
      await expect(business.bubble('📍')).toBeVisible();
      await client.button('Poll').press('Enter');
      await expect(business.bubble('📊')).toContainText('○ Yes');
      await server.ask('DELETE', '/chat/deleteMessageForEveryone/shop', key);
      await expect(client.bubble('This message was deleted.')).toBeVisible();
      await expectAccessible(page);
    });
  });
}

test('messages are edited, reacted to and taken back, by keyboard', async ({ page }) => {
  await server.link();
  await open(page);
  const { client, business } = phonesOf(page);
  await client.text.fill('The bleu one');
  await client.text.press('Enter');
  const bubble = client.bubble('one');
  await bubble.getByText('More', { exact: true }).press('Enter');
  await bubble.getByRole('button', { name: 'Edit' }).press('Enter');
  await expect(client.text).toBeFocused();
  await client.text.fill('The blue one');
  await client.text.press('Enter');
  await expect(business.bubble('The blue one')).toContainText('Before: The bleu one');
  await business.bubble('The blue one').getByText('More', { exact: true }).press('Enter');
  const react = business.bubble('The blue one').getByRole('button', { name: 'React with 👍' });
  await react.press('Enter');
  await expect(react).toHaveAttribute('aria-pressed', 'true');
  await expect(react).toBeFocused();
  await expect(client.bubble('The blue one').getByLabel('Reactions: 👍')).toBeVisible();
  await bubble.getByText('More', { exact: true }).press('Enter');
  await bubble.getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(business.bubble('This message was deleted.')).toBeVisible();
});

test('a person is added, switched off, and is not on WhatsApp', async ({ page }) => {
  await server.link();
  await open(page);
  await page.getByRole('button', { name: 'Add a person' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a person' });
  await dialog.getByLabel(/^Phone/).fill('+5511955550102');
  await dialog.getByLabel('Name').fill('Rui');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  const { client, business } = phonesOf(page);
  await expect(client.region.getByRole('heading')).toHaveText('Rui’s phone');
  await page.getByLabel('Switched off').check();
  await business.text.fill('Are you there?');
  await business.text.press('Enter');
  await expect(business.bubble('Are you there?')).toContainText('✓ sent');
  await page.getByLabel('Switched off').uncheck();
  await expect(business.bubble('Are you there?')).toContainText('✓✓ delivered');
  await page.getByLabel('Not on WhatsApp').check();
  await expect(page.getByLabel('Not on WhatsApp')).toBeChecked();
  const refused = await server.send('sendText', { number: '5511955550102', text: 'Hello' });
  expect(refused.status).toBe(400);
});

test('a group talks, and the business is told who spoke', async ({ page }) => {
  await server.link();
  await server.act('client', { client: { phone: '5511955550102', name: 'Rui' } });
  await server.act('client', { client: BEATRIZ });
  await open(page);
  await page.getByRole('button', { name: 'Add a group' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a group' });
  await dialog.getByLabel('Name').fill('Neighbours');
  await dialog.getByLabel('Rui').check();
  await dialog.getByLabel('Beatriz').check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  const { client, business } = phonesOf(page);
  await page.getByLabel('Speaks').selectOption({ label: 'Beatriz' });
  await expect(client.region.getByRole('heading')).toHaveText('Beatriz’s phone, in Neighbours');
  await client.text.fill('Who has a ladder?');
  await client.text.press('Enter');
  await expect(business.bubble('Who has a ladder?')).toContainText('Beatriz');
  await page.getByLabel('Speaks').selectOption({ label: 'Rui' });
  await expect(client.bubble('Who has a ladder?')).toContainText('Beatriz');
  await client.text.fill('I have.');
  await client.text.press('Enter');
  await expect(business.bubble('I have.')).toContainText('Rui');
});

test('a client presses a row of a list, and types', async ({ page }) => {
  await server.link();
  await server.act('client', { client: BEATRIZ });
  await open(page);
  const { client, business } = phonesOf(page);
  await server.send('sendList', {
    ...{ number: BEATRIZ.phone, title: 'Sizes', footerText: '', buttonText: 'Choose' },
    sections: [{ title: 'All', rows: [{ title: 'Small', rowId: 's' }] }],
  });
  await client.button('Small').press('Enter');
  await expect(business.bubble('Small').locator('blockquote')).toHaveText('Sizes');
  await client.text.fill('a');
  await expect(business.region.getByText('typing…')).toBeVisible();
  await client.text.fill('');
});

test('what is newest is in sight, also after a picture and a new sign-in', async ({ page }) => {
  await server.link();
  await server.act('client', { client: BEATRIZ });
  await open(page);
  const { client, business } = phonesOf(page);
  for (let line = 1; line <= 12; line += 1) await server.act('send', { text: `Line ${line}` });
  await server.act('send', { kind: 'image', caption: 'My room' });
  await expect(client.bubble('My room').getByRole('img')).toHaveJSProperty('naturalWidth', 800);
  await server.act('send', { text: 'The newest' });
  for (const phone of [client, business]) {
    await expect(phone.bubble('The newest')).toBeInViewport({ ratio: 1 });
  }
  await page.getByRole('button', { name: 'Remove the linked device' }).press('Enter');
  await expect(client.region).toBeHidden();
  const again = evolutionServer(emulator, 'again');
  await again.link();
  await again.act('send', { text: 'After that' });
  for (const phone of [client, business]) {
    await expect(phone.bubble('After that')).toBeInViewport({ ratio: 1 });
  }
});

test('who has read up stays where that is', async ({ page }) => {
  await server.link();
  await server.act('client', { client: BEATRIZ });
  for (let line = 1; line <= 20; line += 1) await server.act('send', { text: `Line ${line}.` });
  await open(page);
  const { business } = phonesOf(page);
  await expect(business.bubble('Line 20.')).toBeInViewport({ ratio: 1 });
  await business.bubble('Line 2.').scrollIntoViewIfNeeded();
  await server.act('send', { text: 'The newest' });
  await expect(business.bubble('The newest')).toHaveCount(1);
  await expect(business.bubble('Line 2.')).toBeInViewport();
});

test('a message ends the sign that somebody is typing', async ({ page }) => {
  await server.link();
  await server.act('client', { client: BEATRIZ });
  await open(page);
  const { client, business } = phonesOf(page);
  await client.text.fill('Is it');
  await expect(business.region.getByText('typing…')).toBeVisible();
  await client.text.press('Enter');
  await expect(business.bubble('Is it')).toBeVisible();
  await expect(business.region.getByText('typing…')).toHaveCount(0);
});
