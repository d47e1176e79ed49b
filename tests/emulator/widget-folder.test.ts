import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '../../src/emulator/emulator.ts';
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
