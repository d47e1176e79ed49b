import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { loadWidget } from '../../src/emulator/upload/widget-folder.ts';
import { sampleManifest, sampleWidget, writeFolder, writeZip } from '../support/sample-widget.ts';

describe('opening a widget', () => {
  let folder: string;
  let number = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'widget-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const zip = (files: Record<string, Uint8Array>) => {
    number += 1;
    return loadWidget(writeZip(join(folder, `widget-${number}.zip`), files));
  };
  test('finds nothing wrong with a widget that is right, as a folder or a zip', async () => {
    const files = sampleWidget();
    const fromFolder = await loadWidget(writeFolder(join(folder, 'w'), files));
    const fromZip = await zip(files);
    expect(fromFolder.problems).toEqual([]);
    expect(fromZip.problems).toEqual([]);
    expect([...fromZip.files.keys()].sort()).toEqual([...fromFolder.files.keys()].sort());
    expect(fromZip.i18n.es).toMatchObject({ widget: { name: 'Sample' } });
  });

  test('reads a folder again only when it changed', async () => {
    const path = writeFolder(join(folder, 'w'), sampleWidget());
    const first = await loadWidget(path);
    expect(await loadWidget(path)).toBe(first);
    writeFileSync(
      join(path, 'script.js'),
      'define(function () {}); // longer than before, surely\n',
    );
    expect((await loadWidget(path)).files.get('script.js')?.length).toBeGreaterThan(10);
  });

  test('opens a zip whose files lie in a folder, and says so', async () => {
    const wrapped = Object.fromEntries(
      Object.entries(sampleWidget()).map(([name, content]) => [`my-widget/${name}`, content]),
    );
    const opened = await zip(wrapped);
    expect(opened.files.has('script.js')).toBe(true);
    expect(opened.problems).toEqual([
      {
        severity: 'error',
        file: 'my-widget/manifest.json',
        message: 'The files must lie at the root of the archive, not in a folder',
        source: 'https://developers.kommo.com/docs/structure-widget',
      },
    ]);
  });

  test('opens a zip with backslashes in its names, and says so', async () => {
    const { 'i18n/en.json': english, ...rest } = sampleWidget();
    const opened = await zip({ ...rest, 'i18n\\en.json': english ?? new Uint8Array() });
    expect(opened.i18n.en).toBeDefined();
    expect(opened.problems).toMatchObject([{ file: 'i18n\\en.json', severity: 'error' }]);
  });

  test('leaves out of a zip what would be unpacked elsewhere, and says so', async () => {
    const { 'manifest.json': manifest, ...rest } = sampleWidget();
    const content = manifest ?? new Uint8Array();
    const opened = await zip({ ...rest, '../manifest.json': content, '/etc/x': content });
    expect(opened.manifest).toBeUndefined();
    expect(opened.problems).toMatchObject([
      { file: '../manifest.json', message: expect.stringMatching(/^The name leads out.*etc/) },
      { file: 'manifest.json', message: 'It is missing' },
    ]);
  });

  test('refuses a zip and a folder of too many files by their number', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3001 }, (_, index) => [`f${index}`, new Uint8Array()]),
    );
    for (const { problems } of [await zip(many), await loadWidget(writeFolder(folder, many))]) {
      expect(problems).toMatchObject([{ message: 'More than 3000 files: is this a widget?' }]);
    }
  });

  test('reads files that a link in the folder leads to, and passes over links to nowhere', async () => {
    const path = writeFolder(join(folder, 'w'), sampleWidget());
    renameSync(join(path, 'manifest.json'), join(folder, 'elsewhere.json'));
    symlinkSync(join(folder, 'elsewhere.json'), join(path, 'manifest.json'));
    symlinkSync(join(folder, 'nowhere'), join(path, 'dangling.js'));
    symlinkSync(path, join(path, 'circle'));
    const opened = await loadWidget(path);
    expect([opened.problems, opened.files.has('dangling.js')]).toEqual([[], false]);
  });

  test.each([
    ['deep', `{ "settings": ${'['.repeat(5000)}1${']'.repeat(5000)} }`],
    ['deep in a place', `{ "widget": {}, "dp": ${'{"a":'.repeat(400)}1${'}'.repeat(400)} }`],
    ['a long key', `{ "widget": { "${'k'.repeat(100_000)}": 1 } }`],
    ['a long value', `{ "widget": { "version": "${'9'.repeat(100_000)}" } }`],
  ])('tells of %s in lines that a person can read', async (_, manifest) => {
    const { problems } = await zip(sampleWidget({ 'manifest.json': Buffer.from(manifest) }));
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(describeProblem(problem).length).toBeLessThan(1200);
  });

  test.each([
    ['nowhere', 'There is no such folder or file'],
    ['text.zip', 'It is not a zip archive'],
    ['broken.zip', 'The archive cannot be read'],
  ])('says what is the matter with %s', async (name, reason) => {
    writeFileSync(join(folder, 'text.zip'), 'hello');
    writeFileSync(join(folder, 'broken.zip'), 'PK\u0003\u0004 but no more');
    const { problems, files } = await loadWidget(join(folder, name));
    expect(files.size).toBe(0);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(reason);
  });

  test('the servers learn from the widget which places and fields it has', async () => {
    const manifest = JSON.stringify({ ...sampleManifest(), locations: ['lcard-1'] });
    const widget = writeFolder(join(folder, 'w'), sampleWidget({ 'manifest.json': manifest }));
    const emulator = await createEmulator({ widget });
    const learned = {
      name: 'Sample',
      locations: ['lcard-1'],
      widget_version: '1.2.3',
      settings_template: [
        { key: 'login', name: 'settings.login', type: 'text', is_required: true },
      ],
    };
    expect(emulator.world.integration()).toMatchObject(learned);
    emulator.reset();
    expect(emulator.world.integration()).toMatchObject(learned);
    await emulator.close();
  });
});
