import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LICENCE_FILE = /^licen[cs]e(\.(md|txt))?$/i;
const RULE = '-'.repeat(80);

/**
 * The licence texts of the packages in the minified files, as those licences require.
 *
 * @param modules absolute paths of module files
 * @throws when a package has no licence text, because then we may not ship it
 */
export function collectLicences(modules: readonly string[]): string {
  const folders = new Set<string>();
  for (const module of modules) {
    const folder = packageFolder(module);
    if (folder !== undefined) folders.add(folder);
  }
  const sections = [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry));
    if (file === undefined) {
      throw new Error(`${name} ${version} has no licence file, so it may not go into the widget`);
    }
    const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
    return `${RULE}\n${name} ${version}\n${RULE}\n\n${text}\n`;
  });
  return sections.sort().join('\n');
}

/** The folder of the package a module belongs to: the nearest package.json with a name. */
function packageFolder(module: string): string | undefined {
  for (let folder = dirname(module); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (name !== undefined && version !== undefined) return folder;
  }
  return undefined;
}
