import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/kommo-page.ts';

const SAMPLE = fileURLToPath(new URL('../emulator/widgets/all-fields', import.meta.url));
const GOOD_CALLBACKS =
  'render(){return true}, init(){return true}, bind_actions(){return true}, onSave(){return true}';

let folder: string;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faulty-widget-'));
  cpSync(SAMPLE, folder, { recursive: true });
});

test.afterEach(async ({ page }) => {
  // The page may still be loading pictures from there.
  await page.close();
  rmSync(folder, { recursive: true });
});

/** What each faulty `script.js` must be told. */
const SCRIPTS: [title: string, script: string, told: RegExp][] = [
  ['throws at once', 'throw new Error("at once");', /script\.js.*defined no module/],
  ['never defines a module', 'window.somethingElse = 1;', /script\.js.*defined no module/],
  ['is no JavaScript', 'define([], function () {', /script\.js.*defined no module/],
  [
    'throws while it is defined',
    'define([], () => { throw new TypeError("boom"); });',
    /script\.js.*threw while it was being defined.*boom/,
  ],
  [
    'defines no constructor',
    'define([], () => ({}));',
    /script\.js.*defined object where Kommo needs a constructor/,
  ],
  [
    'defines an ES class',
    `define([], () => class { callbacks = { ${GOOD_CALLBACKS} } });`,
    /script\.js.*ES class/,
  ],
  [
    'throws in its constructor',
    'define([], () => function () { throw new Error("inside"); });',
    /constructor threw.*inside/,
  ],
  ['sets no callbacks', 'define([], () => function () {});', /set no this\.callbacks/],
  [
    'lacks a callback',
    'define([], () => function () { this.callbacks = { render: () => true, init: () => true, bind_actions: () => true }; });',
    /callbacks\.onSave is missing/,
  ],
  [
    'throws in a callback',
    `define([], () => function () { this.callbacks = { ${GOOD_CALLBACKS}, settings() { throw new Error("drawn"); } }; });`,
    /callbacks\.settings failed.*drawn/,
  ],
  [
    'asks for a file that is not there',
    "define(['./missing.js'], () => function () {});",
    /missing\.js.*could not be loaded/,
  ],
  [
    'asks for a module by a name that nobody knows',
    "define(['jquery', 'es7promise'], () => function () {});",
    /script\.js.*module es7promise is not one the host offers; supply it with --module es7promise=<file\.js>/,
  ],
  [
    'asks for a module of Kommo that the emulator lacks',
    "define(['colorpicker'], () => function () {});",
    /colorpicker.*not in this emulator/,
  ],
];

for (const [title, script, told] of SCRIPTS) {
  test(`a script that ${title} is named and the page survives`, async ({ kommo, page }) => {
    kommo.expectErrors();
    writeFileSync(join(folder, 'script.js'), script);
    await kommo.open(folder);
    await expect(page.getByRole('alert', { name: 'Faults of the widget' })).toContainText(told);
    await expect(kommo.modal).toBeVisible();
    await kommo.install();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /All Fields/ }).click();
    await expect(kommo.modal).toBeVisible();
    expect((await kommo.log('error', 'widget')).length).toBeGreaterThan(0);
  });
}

test('a class is taken when the switch says so', async ({ kommo }) => {
  const script = `define([], () => class { constructor() { this.code = this.get_settings().widget_code; this.callbacks = { ${GOOD_CALLBACKS}, settings: () => this.code }; } });`;
  writeFileSync(join(folder, 'script.js'), script);
  await kommo.open(folder, '/settings/widgets/', { classConstructors: 'accept' });
  expect((await kommo.waitForLog('callback', 'settings')).detail.value).toBe('chat_connector');
});

test('a widget without a script is named', async ({ kommo, page }) => {
  rmSync(join(folder, 'script.js'));
  await kommo.open(folder);
  await expect(page.getByRole('alert')).toContainText('script.js');
  await expect(kommo.modal).toBeVisible();
});

test('a manifest that is no JSON is named', async ({ kommo, page }) => {
  writeFileSync(join(folder, 'manifest.json'), '{ "widget": ');
  await kommo.open(folder);
  await expect(page.getByRole('alert')).toContainText(/manifest\.json.*not JSON/);
  await expect(kommo.modal).toBeVisible();
});

test('a missing logo and a missing language are named', async ({ kommo, page }) => {
  kommo.expectErrors();
  rmSync(join(folder, 'images/logo_main.png'));
  rmSync(join(folder, 'i18n/es.json'));
  await kommo.open(folder);
  await expect(page.getByRole('alert')).toContainText('images/logo_main.png');
  await expect(page.getByRole('alert')).toContainText('i18n/es.json');
});

test('a folder that is not there is named', async ({ kommo, page }) => {
  kommo.expectErrors();
  await kommo.open(join(folder, 'nowhere'));
  await expect(page.getByRole('alert')).toContainText('There is no such folder or file');
});

test('a widget without the location settings runs no code in the modal', async ({ kommo }) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, locations: ['lcard-1'] }),
  );
  await kommo.open(folder);
  await expect(kommo.modal).toBeVisible();
  await expect
    .poll(async () => (await kommo.warnings()).join())
    .toContain('no location "settings"');
  const lines = await kommo.log('callback');
  expect(lines.map(({ name, detail }) => `${name} ${detail.message}`)).toEqual([
    'settings withheld because the manifest has no location "settings"',
  ]);
});

test('a changed file is there after a reload', async ({ kommo, page }) => {
  await kommo.open(folder);
  const texts = JSON.parse(readFileSync(join(folder, 'i18n/en.json'), 'utf8'));
  texts.widget.name = 'Renamed';
  writeFileSync(join(folder, 'i18n/en.json'), JSON.stringify(texts));
  await page.reload();
  await expect(page.locator('.widget_settings_block__title')).toHaveText('Renamed');
});

test('a long description is folded until somebody wants all of it', async ({ kommo, page }) => {
  const texts = JSON.parse(readFileSync(join(folder, 'i18n/en.json'), 'utf8'));
  texts.widget.description = '<p>One more paragraph.</p>'.repeat(12);
  writeFileSync(join(folder, 'i18n/en.json'), JSON.stringify(texts));
  await kommo.open(folder);
  const height = async () =>
    (await page.locator('.widget_settings_block__descr').boundingBox())?.height ?? 0;
  expect(await height()).toBeLessThanOrEqual(120);
  await page.getByRole('button', { name: 'Show in full' }).click();
  expect(await height()).toBeGreaterThan(200);
});

test('the list of integrations can be searched', async ({ kommo, page }) => {
  await kommo.open(folder, '/settings/widgets/#/');
  await page.getByRole('searchbox', { name: 'Search' }).fill('fields');
  await expect(page.locator('.widget-card:visible')).toHaveText([/All Fields/]);
});
