import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { PNG } from 'pngjs';
import { isOverBudget, measureBudget } from '../../src/pack/budget.ts';
import { checkPackage } from '../../src/pack/package-rules.ts';
import { PROJECT, projectVersion } from '../../src/pack/project.ts';
import { test as base, expect } from './fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import { keepPicture } from './support/keep-picture.ts';
import { SettingsModal } from './support/settings-modal.ts';
import { Stack } from './support/stack.ts';

const BRAND = `${PROJECT}/docs/examples/acme-brand/brand.json`;
const PURPLE = 'rgb(122, 31, 162)';

/** The example of docs/branding.md, built by the command that stands there. */
function buildExample(apiUrl: string): { zip: Buffer; files: Map<string, Uint8Array> } {
  const out = mkdtempSync(join(tmpdir(), 'branded-'));
  try {
    execFileSync(
      process.execPath,
      [`${PROJECT}/src/pack/build.ts`, '--brand', BRAND, '--out', out],
      {
        env: { ...process.env, WIDGET_API_URL: apiUrl, AMPLITUDE_API_KEY: '' },
        stdio: 'pipe',
      },
    );
    const zip = readFileSync(join(out, 'widget.zip'));
    return { zip, files: new Map(Object.entries(unzipSync(zip))) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const test = base.extend<{ branded: ReturnType<typeof buildExample> }>({
  branded: async ({ groundwork }, use) => use(buildExample(groundwork.bakedAddress)),
  stack: async ({ groundwork, branded }, use) => {
    const widget = Object.fromEntries(branded.files);
    const stack = await Stack.start({ ...groundwork, widget }, undefined, { BRAND_FILE: BRAND });
    await use(stack);
    await stack.stop();
  },
  settings: async ({ page, stack }, use) => use(new SettingsModal(page, stack)),
  // The page that says so has a status that says so.
  expectedErrors: async ({ playwright: _ }, use) => use([/400 \(Bad Request\).*state=none/]),
});

test('a brand is in the package, on the screen in both themes, and on the pages of the backend', async ({
  branded,
  page,
  settings,
  stack,
}) => {
  const { files, zip } = branded;
  const text = (name: string) => new TextDecoder().decode(files.get(name));
  expect(checkPackage(files, projectVersion())).toEqual([]);
  expect(measureBudget(files, zip).filter(isOverBudget)).toEqual([]);
  expect(JSON.parse(text('manifest.json')).widget.support.email).toBe('help@acme.example');
  expect(JSON.parse(text('i18n/tr.json')).widget.name).toBe('Acme Sohbet');
  expect(JSON.parse(text('i18n/es.json')).services.title).toBe('¿Qué chats debe atender Acme?');
  expect(text('style.css')).toContain('--chat-connector-primary: #7a1fa2;');
  expect(text('connect.js')).toMatch(/\[\s*["']slack["'],\s*["']telegram["']\s*\]/);
  // The middle of the logo's left edge is in the example's own purple.
  const logo = PNG.sync.read(Buffer.from(files.get('images/logo_min.png') ?? []));
  expect([logo.width, logo.height]).toEqual([84, 84]);
  expect([...logo.data.subarray((42 * 84 + 8) * 4, (42 * 84 + 8) * 4 + 4)]).toEqual([
    122, 31, 162, 255,
  ]);
  const ownTour = readFileSync(`${PROJECT}/images/tour_en.png`);
  expect(Buffer.from(files.get('images/tour_en.png') ?? []).equals(ownTour)).toBe(false);

  await settings.openInstalled();
  await expect(page.getByText('Acme Chat', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('Chat Connector', { exact: true })).toHaveCount(0);
  const { widget } = settings;
  const button = widget.getByRole('button', { name: 'Connect a chat account' });
  await expect(button).toHaveCSS('background-color', PURPLE);
  await expectAccessibleInBothThemes(settings, 'branded-settings');
  await button.click();
  await expect(
    widget.getByRole('heading', { name: 'Which chats shall Acme answer?' }),
  ).toBeVisible();
  await expect(widget.locator('.kcc-service strong')).toHaveText(['Slack', 'Telegram']);
  await keepPicture(page, 'branded-services');

  await page.goto(`${stack.backendUrl}/help?lang=tr`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Acme Sohbet yardımı');
  await page.goto(`${stack.backendUrl}/connect/callback/slack?state=none`);
  await expect(page.getByRole('button', { name: 'Close this window' })).toHaveCSS(
    'background-color',
    PURPLE,
  );
});
