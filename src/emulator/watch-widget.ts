import { statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A save or a build writes several files; one reload is enough. */
const QUIET_MS = 150;
const NOT_WIDGET = /(^|[\\/])(node_modules|\.git)([\\/]|$)/;

/**
 * Calls `changed` when files of the widget have changed and it is quiet again.
 *
 * @param path a folder, or a zip, which builds replace rather than change: so its folder is watched
 * @returns what ends it
 * @throws when there is no such path
 */
export function watchWidget(path: string, changed: () => void): () => void {
  const isFolder = statSync(path).isDirectory();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(isFolder ? path : dirname(path), { recursive: isFolder }, (_, name) => {
    if (name !== null && NOT_WIDGET.test(name)) return;
    if (!isFolder && name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  });
  // A folder that is being replaced comes back; whoever watches must not die of it.
  watcher.on('error', () => undefined);
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
