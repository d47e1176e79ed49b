import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleManifest, sampleWidget, writeFolder } from '../support/sample-widget.ts';
import { expect, type KommoPage, test } from './support/kommo-page.ts';

let folder: string;
let widgets = 0;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supplies-'));
});
// Not after each: a page that is still open asks for its widget's files.
test.afterAll(() => rmSync(folder, { recursive: true }));

/** A widget with these dependencies, whose `init` returns the body's value. */
function widget(dependencies: string[], body: string): string {
  const names = dependencies.map((_, index) => `m${index}`).join(', ');
  const script = `define(${JSON.stringify(dependencies)}, function (${names}) {
    return function () {
      this.callbacks = {
        render: function () { return true; },
        init: function () { ${body} },
        bind_actions: function () { return true; },
        settings: function () { return true; },
        onSave: function () { return true; },
      };
      return this;
    };
  });`;
  const manifest = { ...sampleManifest(), locations: ['settings', 'lead_sources', 'lcard-1'] };
  return writeFolder(
    join(folder, `widget-${++widgets}`),
    sampleWidget({ 'script.js': script, 'manifest.json': JSON.stringify(manifest) }),
  );
}

async function initOf(kommo: KommoPage): Promise<unknown> {
  return (await kommo.waitForLog('callback', 'init')).detail.value;
}

test("offers older pages' promises, and modules by their older names", async ({ kommo }) => {
  const path = widget(
    ['es6promise', 'vendor/underscore', 'vendor/backbone', 'underscore', 'backbone'],
    `m0.polyfill();
     var Promise = m0.Promise;
     return Promise.all([new Promise(function (done) { done('kept'); })]).then(function (all) {
       return all[0] + (m1 === m3) + (m2 === m4);
     });`,
  );
  await kommo.open(path);
  expect(await initOf(kommo)).toBe('kepttruetrue');
});

test('gives the widget modules that the developer supplies, also in place of its own', async ({
  kommo,
}) => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return { file: join(folder, name) };
  };
  const path = widget(
    ['lib/common/fn', 'lib/components/base/modal', 'moment'],
    'return [m0.name, m1, m2];',
  );
  const umd = `(function (root, factory) {
    if (typeof define === 'function' && define.amd) define(factory);
  })(this, function () { return 'own moment'; });`;
  await kommo.openWith({
    widget: path,
    modules: [
      {
        name: 'lib/common/fn',
        ...write('fn.js', 'define(["jquery"], function () { return { name: "fn" }; });'),
      },
      {
        name: 'lib/components/base/modal',
        ...write('modal.js', 'define(function () { return "own modal"; });'),
      },
      { name: 'moment', ...write('moment.js', umd) },
    ],
  });
  expect(await initOf(kommo)).toEqual(['fn', 'own modal', 'own moment']);
  expect((await kommo.log('page', 'module')).length).toBe(3);
});

for (const name of ['lib/common/fn', 'no-such-module']) {
  test(`says how to supply ${name}`, async ({ kommo, page }) => {
    kommo.expectErrors();
    await kommo.open(widget([name], 'return true;'));
    await expect(page.getByRole('alert', { name: 'Faults of the widget' })).toContainText(name);
    const said = [...(await kommo.log('warning')), ...(await kommo.log('error'))];
    expect(JSON.stringify(said)).toContain(`--module ${name}=<file.js>`);
  });
}

test('says once how to supply an answer that it lacks, and shows one that was supplied', async ({
  kommo,
}) => {
  kommo.expectErrors();
  const path = widget(
    ['jquery'],
    `return Promise.allSettled([
       m0.get('/ajax/v1/tags/list?q=1'), m0.get('/ajax/v1/tags/list?q=2'), fetch('/ajax/v1/notes'),
     ]).then(function (all) { return m0.get('/ajax/v1/given'); });`,
  );
  await kommo.openWith({
    widget: path,
    answers: [{ method: 'GET', path: '/ajax/v1/given', status: 200, body: 'given' }],
  });
  expect(await initOf(kommo)).toBe('given');
  const hints = (await kommo.warnings()).filter((text) => text.includes('--answer'));
  expect(hints.sort()).toEqual([
    expect.stringContaining('--answer "GET /ajax/v1/notes=answer.json"'),
    expect.stringContaining('--answer "GET /ajax/v1/tags/list=answer.json"'),
  ]);
});

test('renders templates that Kommo has beside its controls, and supplied ones', async ({
  kommo,
}) => {
  const path = widget(
    ['twigjs'],
    `return [
       m0({ ref: '/tmpl/common/modal/success.twig' }).render({ msg: 'Sent' }),
       m0({ ref: '/tmpl/common/modal/error.twig' }).render({ text: 'No', no_retry: '1' }),
       m0({ ref: '/tmpl/common/search_block.twig' }).render({ search_placeholder: 'Find', id: 'find' }),
       m0({ ref: '/tmpl/mine.twig' }).render({ n: 3 }),
     ].join('');`,
  );
  await kommo.openWith({
    widget: path,
    answers: [{ method: 'GET', path: '/tmpl/mine.twig', status: 200, body: 'mine {{ n }}' }],
  });
  const drawn = String(await initOf(kommo));
  expect(drawn).toContain('Sent');
  expect(drawn).toContain('No');
  expect(drawn).not.toContain('js-modal-try-again');
  expect(drawn).toMatch(/id="find".*class="list-top-search__input" placeholder="Find"/);
  expect(drawn).toContain('mine 3');
});

test('says how to supply a template', async ({ kommo }) => {
  const path = widget(['twigjs'], "return m0({ ref: '/tmpl/one.twig' }) ? 'drawn' : 'none';");
  await kommo.open(path);
  expect(await initOf(kommo)).toBe('none');
  expect(await kommo.warnings()).toContainEqual(
    expect.stringContaining('--answer "GET /tmpl/one.twig=<file.twig>"'),
  );
});

test('shows the keys of an own integration whole, and a code once it is installed', async ({
  kommo,
  page,
}) => {
  await kommo.open(widget([], 'return true;'));
  const { client_secret: secret, client_id: id } = kommo.emulator.world.integration();
  const blocks = page.locator('.view-integration-modal__params-block');
  const values = () =>
    blocks
      .locator('[data-clipboard-text]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-clipboard-text')));
  await page.getByText('Keys and scopes').click();
  await expect(page.locator('p.js-secret')).toHaveText(secret);
  await expect(blocks.nth(2)).toContainText('after the installation');
  expect(await values()).toEqual([secret, id, '']);
  await kommo.expectAccessible(['light', 'dark']);
  await page.getByText('Description', { exact: true }).click();
  await kommo.install();
  await page.getByText('Keys and scopes').click();
  await expect(blocks.nth(2)).toContainText('def502');
  expect((await values())[2]).toBe(kommo.emulator.state.codes.at(-1)?.code);
});
