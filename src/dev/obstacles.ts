import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A backend that has the embedded database open listens on a socket beside it, and says so. */
const LOCK = 'database.lock.';
const HOLDING = 'holding ';

/** What keeps a stack from starting, one line each; found before anything is built. */
export async function findObstacles(
  dataDir: string,
  ports: Readonly<Record<string, number>>,
): Promise<string[]> {
  const holder = process.env.DATABASE_URL ? undefined : await findHolder(dataDir);
  if (holder !== undefined) {
    return [
      `The data directory ${dataDir} is in use by ${holder}. Stop it first, or start with another one: DATA_DIR=.data-2 npm start`,
    ];
  }
  const taken: string[] = [];
  for (const [variable, port] of Object.entries(ports)) {
    if (await isTaken(port))
      taken.push(`port ${port} is taken (choose another with ${variable}=…)`);
  }
  return taken.length === 0 ? [] : [`Cannot start: ${taken.join(', ')}.`];
}

/** The living process that has the embedded database open, as it calls itself. */
async function findHolder(dataDir: string): Promise<string | undefined> {
  let names: string[];
  try {
    names = readdirSync(dataDir).filter((name) => name.startsWith(LOCK));
  } catch {
    return undefined;
  }
  const answers = await Promise.all(names.map((name) => ask(join(dataDir, name))));
  return answers.find((said) => said.startsWith(HOLDING))?.slice(HOLDING.length);
}

function ask(path: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = '';
  connect(path)
    .on('data', (chunk) => {
      said += String(chunk);
    })
    .on('close', () => resolve(said))
    // Left by a process that is gone, or not to be asked: the backend itself finds out.
    .on('error', () => undefined);
  return promise;
}

function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(true));
  // Without an address: the backend listens on all of them, and so finds any holder.
  server.listen(port, () => server.close(() => resolve(false)));
  return promise;
}
