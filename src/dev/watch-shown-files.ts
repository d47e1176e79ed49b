import { type FSWatcher, watch } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const FOLDERS = ['i18n', 'images', 'images/source'];
const FILES = ['manifest.json', 'package.json', 'webpack.config.js'];
/** Editors save in several steps, and one rebuild is enough. */
const QUIET_MS = 80;

/**
 * Calls `changed` with the names of what webpack does not read, when some of it has changed and it is quiet again. Folders
 * are watched, never files: many editors replace a file, and a watcher of the file would follow the old one.
 *
 * @param others files besides, wherever they are; asked again after each change, because one may name another
 * @returns what ends it
 */
export function watchShownFiles(
  root: string,
  changed: (names: string[]) => void,
  others: () => readonly string[] = () => [],
): () => void {
  const watchers = new Map<string, FSWatcher>();
  /** The folders of the others: one of them may be among the project's, which are watched for more. */
  const outer = new Map<string, FSWatcher>();
  const names = new Set<string>();
  const known = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function notice(name: string): void {
    names.add(name);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const noticed = [...names].sort();
      names.clear();
      followOthers();
      changed(noticed);
    }, QUIET_MS);
  }

  /** Also after the folder itself was replaced. One that is away is followed again when it is back. */
  function follow(
    kept: Map<string, FSWatcher>,
    folder: string,
    notify: (name: string | null) => void,
  ): void {
    kept.get(folder)?.close();
    kept.delete(folder);
    try {
      const watcher = watch(folder, (_, name) => notify(name));
      watcher.on('error', () => watcher.close());
      kept.set(folder, watcher);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  function followInner(folder: string): void {
    follow(watchers, join(root, folder), (name) => {
      const path = name === null ? folder : `${folder}/${name}`;
      if (FOLDERS.includes(path)) followInner(path);
      notice(path);
    });
    for (const inner of FOLDERS) if (dirname(inner) === folder) followInner(inner);
  }

  /** Never lets go of one: a file that cannot be read just now names no other. */
  function followOthers(): void {
    for (const file of others()) known.add(file);
    for (const folder of new Set([...known].map((file) => dirname(file)))) {
      if (outer.has(folder)) continue;
      follow(outer, folder, (name) => {
        const file = join(folder, name ?? '');
        if (known.has(file)) notice(relative(root, file).replaceAll('\\', '/'));
      });
    }
  }

  follow(watchers, root, (name) => {
    if (name === null || FILES.includes(name)) return notice(name ?? 'manifest.json');
    if (!FOLDERS.includes(name)) return;
    followInner(name);
    notice(name);
  });
  for (const folder of FOLDERS) if (!folder.includes('/')) followInner(folder);
  followOthers();

  return () => {
    clearTimeout(timer);
    for (const watcher of [...watchers.values(), ...outer.values()]) watcher.close();
  };
}
