import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchShownFiles } from '../../src/dev/watch-shown-files.ts';
import { waitFor } from '../support/wait-for.ts';

const FILES = ['manifest.json', 'i18n/en.json', 'images/logo.png', 'images/source/mark.svg'];

let root: string;
let told: string[];
let stop: () => void;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shown-'));
  for (const folder of ['i18n', 'images', 'images/source']) mkdirSync(join(root, folder));
  for (const file of FILES) {
    writeFileSync(join(root, file), 'first');
  }
  told = [];
  stop = watchShownFiles(root, (names) => told.push(...names));
});
afterEach(() => {
  stop();
  rmSync(root, { recursive: true });
});

/** Saves as sed -i, vim and most editors do. */
function saveByRename(file: string, content: string): void {
  writeFileSync(join(root, `${file}~`), content);
  renameSync(join(root, `${file}~`), join(root, file));
}

/** Waits until the change of this file is told, and forgets what was told. */
async function hear(name: string): Promise<void> {
  await waitFor(
    () => told.includes(name),
    undefined,
    () => told,
  );
  told.length = 0;
}

test.each(FILES)('every save of %s by rename is heard, and one in place after it', async (file) => {
  for (const content of ['second', 'third', 'fourth']) {
    saveByRename(file, content);
    await hear(file);
  }
  writeFileSync(join(root, file), 'in place');
  await hear(file);
});

test('new files and deleted ones are heard', async () => {
  writeFileSync(join(root, 'i18n/tr.json'), '{}');
  await hear('i18n/tr.json');
  rmSync(join(root, 'i18n/tr.json'));
  await hear('i18n/tr.json');
});

test('a folder that was replaced is watched on', async () => {
  rmSync(join(root, 'images'), { recursive: true });
  await hear('images');
  mkdirSync(join(root, 'images'));
  await hear('images');
  saveByRename('images/logo.png', 'other');
  await hear('images/logo.png');
});

test('files elsewhere are heard, and one that another one names from then on', async () => {
  for (const folder of ['brand', 'drawings']) mkdirSync(join(root, folder));
  const [brand, drawing] = [join(root, 'brand/brand.json'), join(root, 'drawings/logo.svg')];
  for (const file of [brand, drawing]) writeFileSync(file, 'first');
  const others = [brand];
  stop();
  stop = watchShownFiles(
    root,
    (names) => told.push(...names),
    () => others,
  );
  others.push(drawing);
  for (const content of ['second', 'third']) {
    saveByRename('brand/brand.json', content);
    await hear('brand/brand.json');
    saveByRename('drawings/logo.svg', content);
    await hear('drawings/logo.svg');
  }
});

test('other files beside them are not told', async () => {
  writeFileSync(join(root, 'README.md'), 'text');
  saveByRename('manifest.json', 'second');
  await waitFor(() => told.includes('manifest.json'));
  expect(told).toEqual(['manifest.json']);
});
