import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Arrival } from './message-sink.ts';

const SINK = fileURLToPath(new URL('message-sink.ts', import.meta.url));

/** The double that takes texts, in a process of its own. */
export interface Sink {
  /** What came so far, oldest first. */
  arrivals: Arrival[];
  /** What sends a backend to it instead of to the emulator. */
  env: Record<string, string>;
  stop(): void;
}

export async function startSink(emulatorPort: number): Promise<Sink> {
  const child = fork(SINK, {
    env: { PATH: process.env.PATH, EMULATOR_PORT: String(emulatorPort) },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const arrivals: Arrival[] = [];
  child.on('message', (told) => arrivals.push(...(told as Arrival[])));
  if (child.stdout === null) throw new Error('The sink has no output.');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = String(line).trim();
  return {
    arrivals,
    env: {
      KOMMO_EMULATOR_URL: `http://kommo.localhost:${port}`,
      TELEGRAM_API_ROOT: `http://127.0.0.1:${port}/__services/telegram`,
      SLACK_URL: `http://slack.localhost:${port}`,
    },
    stop: () => void child.kill('SIGTERM'),
  };
}
