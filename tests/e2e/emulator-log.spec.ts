import { expect, test } from './support/kommo-page.ts';

test('The log has every line of a widget that says a lot, in order', async ({ kommo, page }) => {
  await kommo.open('chatterbox');
  await page.evaluate('window.__emulator.logSent()');
  const lines = await kommo.log('console', 'console.trace');
  expect(lines.map(({ detail }) => String(detail.message).split(' ')[1])).toEqual(
    Array.from({ length: 60 }, (_, line) => String(line)),
  );
  const onPage = await page.evaluate<number>(
    'window.__emulator.log.filter((e) => e.kind !== "request").length',
  );
  const kept = kommo.emulator.log().filter(({ kind }) => kind !== 'request');
  expect(kept).toHaveLength(onPage);
  // More than a browser takes from a page that is being left, and a word that is no authorisation code.
  const { detail } = await kommo.waitForLog('callback', 'settings');
  expect(detail.value).toMatchObject({ exits: [{ code: 'success' }] });
  expect((detail.value as { parts: string[] }).parts).toHaveLength(90);
});

test('Thousands of global rules are one line, quickly', async ({ kommo }) => {
  await kommo.open('chatterbox');
  const about = async () =>
    (await kommo.warnings()).filter((text) => text.includes('global CSS selector'));
  await expect.poll(about).toHaveLength(1);
  expect(await about()).toEqual([
    '7000 global CSS selectors in a style element: p0, p1, p2, p3, p4 …',
  ]);
});

test('What could not be sent is shown, sent again, and told of', async ({ kommo, page }) => {
  kommo.expectErrors();
  let isDown = true;
  await page.route('**/__emulator/log?*', (route) => (isDown ? route.abort() : route.continue()));
  await kommo.open('all-fields');
  const note = page.getByText('The log of this page could not be sent');
  await expect(note).toBeVisible();
  expect(kommo.emulator.log().some(({ kind }) => kind === 'callback')).toBe(false);
  isDown = false;
  await expect(note).toHaveCount(0);
  const names = (await kommo.log('callback')).map(({ name }) => name);
  expect(names).toEqual(['render', 'bind_actions', 'init', 'settings']);
  const late = await kommo.waitForLog('page', 'log');
  expect(late.detail.message).toMatch(/^\d+ entries were sent late, after \d+ failed attempts$/);
});

test('What a page could not send before it was left, the next one does', async ({
  kommo,
  page,
}) => {
  kommo.expectErrors();
  await page.route('**/__emulator/log?*', (route) => route.abort());
  await kommo.open('chatterbox');
  await page.evaluate('console.trace("last word")');
  await page.unroute('**/__emulator/log?*');
  await kommo.goTo('/settings/widgets/?again');
  await expect
    .poll(async () => (await kommo.log('console')).length)
    .toBeGreaterThanOrEqual(60 + 1 + 60);
  const words = (await kommo.log('console')).filter(({ detail }) =>
    String(detail.message).startsWith('last word'),
  );
  expect(words).toHaveLength(1);
});

test('A request of the page to Kommo is in the log once', async ({ kommo }) => {
  await kommo.open('all-fields');
  await kommo.install();
  const lines = (await kommo.log('request')).filter(({ name }) => name.endsWith('/install'));
  expect(lines).toHaveLength(1);
});

test.describe('The list of faults', () => {
  test('can be folded and dismissed, and modals end above it', async ({ kommo, page }) => {
    kommo.expectErrors();
    await kommo.open('all-fields');
    await page.evaluate(`
      APP.widgets.list.chat_connector.callbacks.settings = () => { throw new Error('drawn'); };
    `);
    await kommo.install();
    const box = page.getByRole('alert', { name: 'Faults of the widget' });
    await expect(box).toContainText('drawn');
    await kommo.expectAccessible(['light', 'dark']);
    const top = async () => (await box.boundingBox())?.y ?? 0;
    const modalEnds = async () => {
      const scroller = await page.locator('.widget-settings__modal .modal-scroller').boundingBox();
      return (scroller?.y ?? 0) + (scroller?.height ?? 0);
    };
    await expect.poll(async () => (await modalEnds()) <= (await top()) + 1).toBe(true);
    await box.getByRole('button', { name: 'Fold' }).press('Enter');
    await expect(box.getByRole('list')).toBeHidden();
    await box.getByRole('button', { name: 'Show' }).press('Enter');
    await expect(box.getByRole('list')).toBeVisible();
    await box.getByRole('button', { name: 'Dismiss' }).focus();
    await page.keyboard.press('Escape');
    await expect(box).toHaveCount(0);
    await expect(kommo.modal).toBeVisible();
  });
});
