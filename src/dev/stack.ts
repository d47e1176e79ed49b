import { PROJECT } from '../pack/project.ts';
import {
  backendEnvironment,
  backendOrigin,
  type StackAddresses,
  settingsAddress,
} from './development-settings.ts';
import { findObstacles } from './obstacles.ts';
import { Part } from './part.ts';
import { NotReady, waitUntilReady } from './readiness.ts';

export interface StackPlan {
  /** Makes the widget, or finds that it is made. Gives up when the signal comes. */
  build: (say: (line: string) => void, signal: AbortSignal) => Promise<void>;
  /** What the emulator opens: the zip, or the folder in watch mode. */
  widget: string;
  /** Folders whose changes start the backend anew. */
  backendFolders: readonly string[];
  /** Called when everything answers. */
  onReady?: (addresses: StackAddresses) => void;
}

const ORPHAN_CHECK_MS = 500;

const DEFAULT_PORTS = { PORT: 8080, EMULATOR_PORT: 9000, DEV_PORT: 9100 };

/** Builds, starts, watches over and stops the backend and the emulator; ends when they have ended. */
export async function runStack(plan: StackPlan): Promise<void> {
  const began = Date.now();
  const addresses: StackAddresses = {
    backendPort: readPort('PORT'),
    emulatorPort: readPort('EMULATOR_PORT'),
    dataDir: process.env.DATA_DIR || '.data',
  };
  const obstacles = await findObstacles(addresses.dataDir, {
    PORT: addresses.backendPort,
    EMULATOR_PORT: addresses.emulatorPort,
  });
  if (obstacles.length > 0) return fail(obstacles.join('\n'));

  // The widget calls this address; a build for another port is another build.
  process.env.WIDGET_API_URL ||= backendOrigin(addresses);
  const parts: Part[] = [];
  const signal = interruption();
  try {
    say('backend    starting (its first start makes the database and takes some seconds)');
    const backend = startBackend(addresses, plan.backendFolders);
    parts.push(backend);
    await orInterrupted(plan.build(say, signal), signal);
    const emulator = startEmulator(addresses, plan.widget);
    parts.push(emulator);
    await orInterrupted(Promise.all(answering(addresses, backend, emulator)), signal);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    say(`ready in ${seconds} s, logs in ${addresses.dataDir}/logs. Ctrl-C stops. Open:\n`);
    say(`  ${settingsAddress(addresses)}\n`);
    plan.onReady?.(addresses);
    await orInterrupted(unexpectedEnd(parts), signal);
  } catch (error) {
    if (signal.aborted) say('stopping');
    else if (error instanceof NotReady) fail(error.message);
    else throw error;
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
  }
}

function answering(addresses: StackAddresses, backend: Part, emulator: Part): Promise<void>[] {
  return (
    [
      [emulator, addresses.emulatorPort, '/__emulator/state'],
      [backend, addresses.backendPort, '/health/ready'],
    ] as const
  ).map(async ([part, port, path]) => {
    await waitUntilReady(part, `http://127.0.0.1:${port}${path}`);
    say(`${part.name.padEnd(10)} listening on port ${port}`);
  });
}

function startBackend(addresses: StackAddresses, folders: readonly string[]): Part {
  const program = `${PROJECT}/src/server/main.js`;
  const restarting = [`${PROJECT}/src/dev/restart-on-change.ts`, program, ...folders];
  return new Part({
    name: 'backend',
    args: folders.length === 0 ? [program] : restarting,
    // The developer's own variables win: a real PostgreSQL, a smaller MAX_CHANNELS.
    env: { ...backendEnvironment(addresses), ...process.env, PORT: String(addresses.backendPort) },
    logFile: `${addresses.dataDir}/logs/backend.log`,
  });
}

function startEmulator(addresses: StackAddresses, widget: string): Part {
  const args = [
    `${PROJECT}/src/emulator/main.ts`,
    ...['--widget', widget],
    ...['--port', String(addresses.emulatorPort)],
    ...['--backend', backendOrigin(addresses)],
    // The backend's database outlives the emulator: its grants must be known after a restart.
    ...['--state-file', `${addresses.dataDir}/emulator.json`],
  ];
  return new Part({ name: 'emulator', args, logFile: `${addresses.dataDir}/logs/emulator.log` });
}

/** @throws NotReady as soon as one part ends by itself; never resolves */
function unexpectedEnd(parts: readonly Part[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const part of parts) {
      void part.ended.then((reason) => {
        if (part.isStopping) return;
        reject(new NotReady(`The ${part.name} ended (${reason}):\n${part.lastLines}`));
      });
    }
  });
}

/**
 * Aborts on Ctrl-C, on a plain kill, when npm is gone, whose shell does not pass a signal on, and when whoever read our lines
 * has gone: parts that outlived us would hold the ports.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) controller.abort();
  }, ORPHAN_CHECK_MS).unref();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort());
  }
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', () => controller.abort());
  }
  return controller.signal;
}

/** Waits for the work, but not longer than until the signal; then it throws the signal's reason. */
async function orInterrupted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const interrupted = Promise.withResolvers<never>();
  const onAbort = (): void => interrupted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, interrupted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The port that the variable names, or its default. Ends the process when it is none. */
export function readPort(variable: keyof typeof DEFAULT_PORTS): number {
  const text = process.env[variable];
  if (!text) return DEFAULT_PORTS[variable];
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  process.stderr.write(`${variable} must be a port number, not "${text}".\n`);
  process.exit(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
