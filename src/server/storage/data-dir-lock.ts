import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Another process holds the embedded database; `pid` is who. */
export class DataDirInUse extends Error {
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `The database directory ${directory} is in use by process ${pid}. Stop that process first, or set DATA_DIR to another directory.`,
    );
    this.name = 'DataDirInUse';
    this.pid = pid;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes the directory for this process alone. PGlite has no lock of its own, and two openers silently
 * lose each other's writes (https://github.com/electric-sql/pglite/issues/1106).
 *
 * @returns releases the lock
 * @throws DataDirInUse
 */
export function lockDataDir(directory: string): () => void {
  const file = `${directory}.lock`;
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(readFileSync(file, 'utf8').trim());
    // Our own pid in the file means it was left by an earlier life of this container's pid.
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
      throw new DataDirInUse(directory, pid);
    }
    rmSync(file, { force: true });
  }
}
