import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

/** Editors save in several steps, and one restart is enough. */
const QUIET_MS = 150;

/**
 * Calls `changed` when something in these folders, or below them, has changed and it is quiet again. Folders are watched,
 * never files: many editors replace a file, and a watcher of the file would follow the old one.
 *
 * @returns what ends it
 */
export function watchTree(folders: readonly string[], changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function follow(folder: string): void {
    const watcher = watch(folder, (_, name) => {
      if (name !== null) lookAt(join(folder, name));
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET_MS);
    });
    watcher.on('error', () => leave(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) follow(join(folder, entry.name));
    }
  }

  /** A folder may be new, or another one under the same name. */
  function lookAt(path: string): void {
    leave(path);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) follow(path);
  }

  function leave(folder: string): void {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(path);
    }
  }

  for (const folder of folders) follow(folder);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
