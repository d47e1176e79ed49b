// Installs a widget in the emulated Kommo, saves its settings, opens pages where it runs, and fails when one of its
// callbacks threw. Start the emulator first: npx kommo-widget-emulator --widget <folder>
import { expect, type Page, test } from '@playwright/test';

const PORT = process.env.EMULATOR_PORT ?? '9000';
/** The account's pages. Browsers know names under localhost; programs may not, so the control API has the number. */
const ACCOUNT = `http://demo.kommo.localhost:${PORT}`;
const CONTROL = `http://127.0.0.1:${PORT}/__emulator`;

/** What to type into the fields of the settings, by their codes in manifest.json; other fields get "test". */
const SETTINGS: Record<string, string> = {};
/** Where the widget runs once it is saved; leave out what its manifest has no location for. */
const PAGES = ['/leads/detail/501', '/leads/list/', '/settings/widgets/'];

test('the widget runs without an error', async ({ page, request }) => {
  await request.post(`${CONTROL}/reset`);
  await open(page, '/settings/widgets/');
  await page.locator('.js-widget-consent').check();
  await page.locator('.js-widget-install').first().click();
  await page.locator('.js-widget-uninstall').waitFor();

  const fields = page.locator('#widget_settings__fields_wrapper input:visible');
  for (const field of await fields.all()) {
    const type = await field.getAttribute('type');
    if (type !== 'text' && type !== 'password') continue;
    const code = (await field.getAttribute('name')) ?? '';
    await field.fill(SETTINGS[code] ?? 'test');
  }
  const save = page.locator('.js-widget-save:visible:not(.button-input-disabled)');
  if ((await save.count()) > 0) {
    await save.click();
    // Recorded when it has answered or failed.
    await page.waitForFunction(
      'window.__emulator.log.some((line) => line.kind === "callback" && line.name === "onSave")',
    );
  }

  for (const path of PAGES) await open(page, path);

  const verdict = await request.get(`${CONTROL}/verdict`);
  expect(verdict.ok(), await verdict.text()).toBe(true);
});

/** Opens a page, and waits until the widget's first callbacks have run and everything recorded has arrived. */
async function open(page: Page, path: string) {
  await page.goto(ACCOUNT + path);
  await page.evaluate('window.__emulator.ready');
  await page.evaluate('window.__emulator.logSent()');
}
