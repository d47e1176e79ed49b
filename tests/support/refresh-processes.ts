import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './refresh-process.ts';

const SCRIPT = fileURLToPath(new URL('./refresh-process.ts', import.meta.url));

/** A backend's way to Kommo in a process of its own. */
export interface RefreshProcess {
  /** Uses the grant this often at once; `fine` or what went wrong, each. */
  use(times: number): Promise<string[]>;
  /** One round of the sweeps. @returns how many grants it looked at */
  recover(): Promise<string[]>;
  /** Holds the process where it is (SIGSTOP), and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** `kill -9`; settles when the process is gone. What it was asked for is answered `killed`. */
  kill(): Promise<void>;
}

/** Starts a process and waits until it is ready. */
export async function startRefreshProcess(options: {
  databaseUrl: string;
  emulatorPort: number;
}): Promise<RefreshProcess> {
  const child = fork(SCRIPT, {
    execArgv: ['--no-warnings'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: options.databaseUrl,
      EMULATOR_PORT: String(options.emulatorPort),
    },
  });
  const waiting = new Map<number, (results: string[]) => void>();
  let nextId = 0;
  const answered = (): { id: number; answer: Promise<string[]> } => {
    const id = nextId++;
    const { promise, resolve } = Promise.withResolvers<string[]>();
    waiting.set(id, resolve);
    return { id, answer: promise };
  };
  child.on('message', ({ id, results }: Report) => waiting.get(id)?.(results));
  child.on('exit', () => {
    for (const resolve of waiting.values()) resolve(['killed']);
  });
  const send = (order: Omit<Order, 'id'>): Promise<string[]> => {
    const { id, answer } = answered();
    child.send({ id, ...order });
    return answer;
  };
  const [state] = await answered().answer;
  if (state !== 'ready') throw new Error('The process did not start.');
  return {
    use: (times) => send({ use: times }),
    recover: () => send({ recover: true }),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => killed(child),
  };
}

function killed(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.on('exit', () => resolve());
  child.kill('SIGKILL');
  return promise;
}
