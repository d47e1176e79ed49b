import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchTree } from '../../src/dev/watch-tree.ts';
import { waitFor } from '../support/wait-for.ts';

let root: string;
let changes: number;
let stop: () => void;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tree-'));
  mkdirSync(join(root, 'room/inner'), { recursive: true });
  writeFileSync(join(root, 'room/inner/a.ts'), 'first');
  changes = 0;
  stop = watchTree([join(root, 'room')], () => {
    changes += 1;
  });
});
afterEach(() => {
  stop();
  rmSync(root, { recursive: true });
});

async function hear(change: () => void): Promise<void> {
  const before = changes;
  change();
  await waitFor(() => changes > before);
}

function saveByRename(file: string, content: string): void {
  writeFileSync(join(root, `${file}~`), content);
  renameSync(join(root, `${file}~`), join(root, file));
}

test('every save by rename below the folder is heard', async () => {
  for (const content of ['second', 'third', 'fourth']) {
    await hear(() => saveByRename('room/inner/a.ts', content));
  }
});

test('new folders are watched, and one that was replaced is watched on', async () => {
  await hear(() => mkdirSync(join(root, 'room/new')));
  await hear(() => saveByRename('room/new/b.ts', 'text'));
  await hear(() => rmSync(join(root, 'room/inner'), { recursive: true }));
  await hear(() => mkdirSync(join(root, 'room/inner')));
  await hear(() => saveByRename('room/inner/a.ts', 'other'));
});
