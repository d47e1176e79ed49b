import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('../browser/tmpl/controls/', import.meta.url);

/** The system controls' templates by name, in the document so that `render({ ref })` needs no request. */
export async function controlTemplates(): Promise<Record<string, string>> {
  const files = await readdir(FOLDER, { recursive: true });
  const names = files.filter((name) => name.endsWith('.twig'));
  const sources = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  return Object.fromEntries(
    names.map((name, index) => [
      name.replaceAll('\\', '/').replace(/\.twig$/, ''),
      sources[index]?.trim() ?? '',
    ]),
  );
}
