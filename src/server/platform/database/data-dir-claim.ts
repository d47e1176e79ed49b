import { createHash, randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Somebody's claim to a directory: a file beside it, whose name nobody uses again. */
export interface Claim {
  name: string;
  /** From now on, every other process is told that the directory is taken. */
  hold(): void;
  withdraw(): void;
}

/** Still looking around itself, `gone` with its process, or who is holding the directory, for people to read. */
export type ClaimState = 'looking' | 'gone' | { holder: string };

/** What a claim says when it is asked, followed by its holder. */
const HOLDING = 'holding ';

/** Who it is that does not say so. */
const SOMEBODY = 'another process';

/** How often a claim shows that its process lives, to those who cannot connect to it. */
const BEAT_MS = 2_000;

/** A process that accepts a connection and says nothing is busy, not gone. */
const ANSWER_MS = 3_000;

/** Paths of sockets are cut off at 104 bytes on some systems, at 108 on others. */
const LONGEST_PATH = 100;

/**
 * Raises a claim: a listening socket, which the kernel closes with its process, whatever namespace or
 * container that is in. Where the file system knows no sockets it is a plain file. Both are touched every
 * two seconds.
 */
export async function raiseClaim(directory: string): Promise<Claim> {
  const name = `${prefixOf(directory)}${machine()}.${randomBytes(8).toString('hex')}`;
  const file = join(dirname(directory), name);
  let answer = 'looking';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(answer);
  }).unref();
  if (!(await listen(server, file))) writeFileSync(file, '', { flag: 'wx' });
  const beat = setInterval(() => touch(file), BEAT_MS).unref();
  return {
    name,
    hold: () => {
      // In a container the host's name is what the container is listed by.
      answer = `${HOLDING}process ${process.pid} on ${hostname()}`;
    },
    withdraw: () => {
      clearInterval(beat);
      rmSync(file, { force: true });
      server.close();
    },
  };
}

/** The names of all claims to a directory but one's own. */
export function otherClaims(directory: string, own: Claim): string[] {
  const names = readdirSync(dirname(directory));
  return names.filter((name) => name.startsWith(prefixOf(directory)) && name !== own.name);
}

/**
 * Finds out about somebody's claim, and clears away one that is gone.
 *
 * @param watchMs how long a claim that cannot be asked must show no sign of life
 */
export async function lookAtClaim(
  directory: string,
  name: string,
  watchMs: number,
): Promise<ClaimState> {
  const file = join(dirname(directory), name);
  const answer = isSocket(file) ? await ask(file) : 'unknown';
  if (answer !== 'refused' && answer !== 'unknown') return answer;
  // Refused by this very machine's kernel: nobody is behind it. Another machine's cannot say.
  const isDead = answer === 'refused' && name.startsWith(`${prefixOf(directory)}${machine()}.`);
  if (!isDead && (await isBeating(file, watchMs))) return { holder: SOMEBODY };
  rmSync(file, { force: true });
  return 'gone';
}

function prefixOf(directory: string): string {
  return `${basename(directory)}.lock.`;
}

/** This boot of this machine, the same in all its containers. */
function machine(): string {
  let id: string;
  try {
    id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  } catch {
    id = hostname();
  }
  return createHash('sha256').update(id).digest('hex').slice(0, 8);
}

/** False where the file system, or the whole system, has no sockets that are files. */
async function listen(server: Server, file: string): Promise<boolean> {
  // Shown only when it listens: before, it would look like one whose process is gone.
  const unready = `${dirname(file)}/.${basename(file)}`;
  try {
    await withShortPath(unready, (path) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      // For everybody: another container may run as another user.
      server.listen({ path, readableAll: true, writableAll: true }, resolve);
      return promise;
    });
    renameSync(unready, file);
    return true;
  } catch {
    server.close();
    return false;
  }
}

type Answer = Exclude<ClaimState, 'gone'> | 'refused' | 'unknown';

async function ask(file: string): Promise<Answer> {
  return withShortPath(file, (path) => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const socket = connect(path);
    let said = '';
    socket.setTimeout(ANSWER_MS, () => resolve({ holder: SOMEBODY }));
    socket.on('data', (chunk) => {
      said += String(chunk);
    });
    // One that ends in the middle of its answer is asked again.
    socket.on('end', () =>
      resolve(said.startsWith(HOLDING) ? { holder: said.slice(HOLDING.length) } : 'looking'),
    );
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNRESET') resolve('looking');
      resolve(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'refused' : 'unknown');
    });
    return promise.finally(() => socket.destroy());
  });
}

/** Reaches a file under a path that is short enough for a socket. */
async function withShortPath<T>(file: string, use: (path: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(file) <= LONGEST_PATH) return use(file);
  const shelter = mkdtempSync(join(tmpdir(), 'lock-'));
  try {
    symlinkSync(dirname(file), join(shelter, 'd'), 'dir');
    return await use(join(shelter, 'd', basename(file)));
  } finally {
    rmSync(shelter, { recursive: true, force: true });
  }
}

async function isBeating(file: string, watchMs: number): Promise<boolean> {
  const before = touchedAt(file);
  const giveUpAt = performance.now() + watchMs;
  while (touchedAt(file) === before && before !== undefined) {
    if (performance.now() > giveUpAt) return false;
    await sleep(Math.min(watchMs, BEAT_MS) / 4);
  }
  return touchedAt(file) !== undefined;
}

function touchedAt(file: string): number | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function isSocket(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSocket() ?? false;
}

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Missed once; those who watch wait for several.
  }
}
