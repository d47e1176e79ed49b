import { readdir, readFile } from 'node:fs/promises';
import type { World } from '../../kommo/world.ts';

const FOLDER = new URL('../browser/tmpl/', import.meta.url);

/**
 * Templates of Kommo's beside the controls, by their reference (`/tmpl/common/search_block.twig`). A supplied answer to
 * `GET /tmpl/….twig` is a template, too, also in place of a control.
 */
export async function otherTemplates(world: World): Promise<Record<string, string>> {
  const files = await readdir(FOLDER, { recursive: true });
  const names = files
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.twig') && !name.startsWith('controls/'));
  const sources = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  const own = names.map((name, index) => [`/tmpl/${name}`, sources[index]?.trim() ?? '']);
  return Object.fromEntries([...own, ...(await world.supplies.templates())]);
}
