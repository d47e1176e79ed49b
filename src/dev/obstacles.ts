import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The database directory inside a data directory is locked by a file beside it; the backend makes it. */
const LOCK = 'database.lock';

/** What keeps a stack from starting, one line each; found before anything is built. */
export async function findObstacles(
  dataDir: string,
  ports: Readonly<Record<string, number>>,
): Promise<string[]> {
  const holder = process.env.DATABASE_URL ? undefined : findHolder(dataDir);
  if (holder !== undefined) {
    return [
      `The data directory ${dataDir} is in use by process ${holder}. Stop it first, or start with another one: DATA_DIR=.data-2 npm start`,
    ];
  }
  const taken: string[] = [];
  for (const [variable, port] of Object.entries(ports)) {
    if (await isTaken(port))
      taken.push(`port ${port} is taken (choose another with ${variable}=…)`);
  }
  return taken.length === 0 ? [] : [`Cannot start: ${taken.join(', ')}.`];
}

/** The living process that has the embedded database open: its id, and its command where the system tells. */
function findHolder(dataDir: string): string | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dataDir, LOCK), 'utf8').trim());
  } catch {
    return undefined;
  }
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  try {
    const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return `${pid} (${command.trim()})`;
  } catch {
    return String(pid);
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

function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(true));
  // Without an address: the backend listens on all of them, and so finds whoever holds any.
  server.listen(port, () => server.close(() => resolve(false)));
  return promise;
}
