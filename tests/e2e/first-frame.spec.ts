import { expect, test } from './settings-fixtures.ts';

/** Notes how visible the first rows are that React draws, in the frame in which they are seen first. */
const NOTE_FIRST_ROWS = `{
  const root = document.querySelector('.chat-connector');
  new MutationObserver((_, observer) => {
    if (!root.querySelector('.kcc-help')) return;
    observer.disconnect();
    const rows = root.querySelector('.kcc-skeleton');
    requestAnimationFrame(() => {
      root.setAttribute('data-opacity', rows ? getComputedStyle(rows).opacity : 'gone');
    });
  }).observe(root, { childList: true, subtree: true });
}`;

test('while a slow line fetches the screen, its title and rows are there, and nothing moves or fades when it comes', async ({
  account,
  settings,
  page,
}) => {
  await account.setUp({ Shop: ['Sales'] });
  let release: () => void = () => undefined;
  const line = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/widget\/(vendor|app)\.js/, async (route) => {
    await line;
    await route.continue();
  });
  await page.route('**/messenger/settings', () => undefined);
  void settings.open().catch(() => undefined);

  const { widget } = settings;
  const rows = widget.locator('.kcc-skeleton');
  await expect(widget.getByRole('heading', { name: 'Chat channels' })).toBeVisible();
  await expect(rows).toHaveCSS('opacity', '1');
  const places = () =>
    widget
      .locator('.kcc-title, .kcc-skeleton__row')
      .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().toJSON()));
  const before = await places();
  expect(before).toHaveLength(4);
  await page.evaluate(NOTE_FIRST_ROWS);

  release();
  await expect(widget).toHaveAttribute('data-opacity', '1');
  expect(await places()).toEqual(before);
});
