import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Page } from '@playwright/test';
import { PROJECT } from '../../../src/pack/project.ts';

/** A list of fifty rows reads alike from here on. */
const LONGEST = 150;

/** What assistive technology is told of the widget, or of the dialog that is open over it. */
export async function readTree(page: Page): Promise<string> {
  const dialog = page.locator('.chat-connector dialog[open]');
  const part = (await dialog.count()) > 0 ? dialog.last() : page.locator('.chat-connector');
  const lines = (await part.ariaSnapshot()).split('\n');
  const cut = lines.length > LONGEST ? [...lines.slice(0, LONGEST), '# and so on'] : lines;
  return `${cut.join('\n')}\n`;
}

/** Controls and pictures of a tree that have no name. */
export function nameless(tree: string): string[] {
  const role =
    /^\s*- '?(button|link|textbox|searchbox|combobox|checkbox|radio|menuitem|dialog|img|tab)(?! ")/;
  return tree.split('\n').filter((line) => role.test(line));
}

/** The tree as it was committed; with `UPDATE_TREES=1` this one is written. */
export function committedTree(name: string, tree: string): string {
  const file = `${PROJECT}/tests/gallery/trees/${name}.yml`;
  if (process.env.UPDATE_TREES) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, tree);
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
