import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createScratchDatabase, testDatabaseKind } from './database.ts';
import { copyEmbeddedDatabase } from './database-template.ts';
import { ownPort } from './free-port.ts';

const MAIN = fileURLToPath(new URL('../../src/server/main.js', import.meta.url));

/** One backend as an operator would run it. */
export interface BackendProcess {
  pid: number;
  /** Log lines so far, parsed. */
  log: Record<string, unknown>[];
  /** What stands on stderr so far. */
  stderr(): string;
  /** `http://127.0.0.1:<port>` once it is ready. @throws when it ended before that */
  ready(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Sends a message to the program; @returns its answer */
  ask(question: string): Promise<unknown>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Starts `src/server/main.js` in a process of its own, with this environment and no other.
 *
 * @param options.main another program that starts the backend and can be asked
 */
export function spawnBackend(
  env: Record<string, string | undefined>,
  { main = MAIN }: { main?: string } = {},
): BackendProcess {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const PORT = env.PORT === '0' ? String(ownPort()) : env.PORT;
  const child = fork(main, {
    env: { PATH, NODE_COMPILE_CACHE, ...env, PORT } as NodeJS.ProcessEnv,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log: Record<string, unknown>[] = [];
  const ready = Promise.withResolvers<string>();
  // A caller that does not wait for it must not be hurt by its failure.
  ready.promise.catch(() => undefined);
  createInterface({ input: child.stdout ?? Readable.from([]) }).on('line', (line) => {
    const entry = JSON.parse(line);
    log.push(entry);
    if (entry.msg === 'ready') ready.resolve(`http://127.0.0.1:${entry.port}`);
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exited = once(child, 'close').then(([code, signal]) => {
    ready.reject(new Error(`The backend ended with ${code ?? signal}: ${stderr}`));
    return { code, signal };
  });
  return {
    pid: child.pid ?? 0,
    log,
    stderr: () => stderr,
    ready: () => ready.promise,
    kill: (signal) => void child.kill(signal),
    ask: async (question) => {
      const answer = once(child, 'message');
      child.send(question);
      const [message] = await answer;
      return message;
    },
    exited,
  };
}

/** A backend that another program has started. */
export interface Launched {
  /** Of the program that was started, not of the backend. */
  pid: number;
  /** `http://127.0.0.1:<port>` once it is ready. */
  ready: Promise<string>;
  log: Record<string, unknown>[];
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Waits for the end of its output, and of all that write to it. @throws with the log when it ends otherwise */
  endsWith(msg: string): Promise<void>;
  /** Ends whatever is left of its process group. */
  clear(): void;
}

/** Starts the backend through another program (`npm`, a container), in a process group of its own. */
export function launchBackend(
  command: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Launched {
  const { PATH, NODE_COMPILE_CACHE, HOME } = process.env;
  const child = spawn(command, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH, NODE_COMPILE_CACHE, HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const log: Record<string, unknown>[] = [];
  const ready = Promise.withResolvers<string>();
  const closed = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const entry = JSON.parse(line);
    log.push(entry);
    if (entry.msg === 'ready') ready.resolve(`http://127.0.0.1:${entry.port}`);
  });
  return {
    pid: child.pid ?? 0,
    ready: ready.promise,
    log,
    exited: once(child, 'exit').then(([code, signal]) => ({ code, signal })),
    endsWith: async (msg) => {
      await closed;
      // The logger may swap its last two lines when the pipe is full at the moment the process exits.
      if (log.slice(-2).some((entry) => entry.msg === msg)) return;
      const lines = log.map((entry) => JSON.stringify(entry)).join('\n');
      throw new Error(`It does not end with '${msg}':\n${lines}`);
    },
    clear: () => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // Nothing is left of it, as it should be.
      }
    },
  };
}

/**
 * Where a process keeps its data: a directory or a PostgreSQL database, as this run wants; migrated already,
 * or as on the very first start.
 */
export async function createStore({ isEmpty = false } = {}): Promise<{
  env: Record<string, string | undefined>;
  remove: () => Promise<void>;
}> {
  if (testDatabaseKind() === 'postgres') {
    const { url, drop } = await createScratchDatabase({ isEmpty });
    return { env: { DATABASE_URL: url }, remove: drop };
  }
  const directory = mkdtempSync(join(tmpdir(), 'chat-connector-'));
  if (!isEmpty) await copyEmbeddedDatabase(directory);
  return {
    env: { DATA_DIR: directory },
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}
