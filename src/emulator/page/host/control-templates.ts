import { readdir, readFile } from 'node:fs/promises';
import type { World } from '../../kommo/world.ts';

const FOLDER = new URL('../browser/tmpl/', import.meta.url);
const CONTROLS = '/tmpl/controls/';

/**
 * Kommo's templates by their reference (`/tmpl/controls/button.twig`), in the document so that `render({ ref })` needs no
 * request. A supplied answer to `GET /tmpl/….twig` is a template, too.
 */
async function allTemplates(world: World): Promise<Map<string, string>> {
  const files = await readdir(FOLDER, { recursive: true });
  const names = files
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.twig'));
  const sources = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  const own = names.map((name, index) => [`/tmpl/${name}`, sources[index]?.trim() ?? ''] as const);
  return new Map([...own, ...(await world.supplies.templates())]);
}

/** `controls`: the system controls by name; `templates`: all others by their whole reference. */
export async function controlTemplates(world: World): Promise<{
  controls: Record<string, string>;
  templates: Record<string, string>;
}> {
  const all = [...(await allTemplates(world))];
  const isControl = ([reference]: [string, string]) => reference.startsWith(CONTROLS);
  return {
    controls: Object.fromEntries(
      all
        .filter(isControl)
        .map(([reference, source]) => [
          reference.slice(CONTROLS.length).replace(/\.twig$/, ''),
          source,
        ]),
    ),
    templates: Object.fromEntries(all.filter((one) => !isControl(one))),
  };
}
