import type { AddressInfo } from 'node:net';
import { type Config, ConfigError, readConfig } from './config.ts';
import { DataDirInUse } from './platform/database/data-dir-lock.ts';
import { WrongSecretKeys } from './platform/database/key-checks.ts';
import { createLogger } from './platform/logger.ts';
import { type RunningServer, startServer } from './server.ts';

/** `EX_CONFIG` of sysexits.h: a supervisor should not simply start this again. */
const EXIT_CONFIG = 78;
const EXIT_FAILURE = 1;

/**
 * How long a stop may take: three seconds of notice, eight for open requests, and then what refreshes, handlers, jobs and
 * the last queries need. Supervisors should wait a little longer before they kill.
 */
const STOP_DEADLINE_MS = 20_000;

/** Ctrl-C reaches a process twice when npm passes on what the terminal has sent already. */
const ONE_PRESS_MS = 1_000;

let log: ReturnType<typeof createLogger>;
let server: RunningServer | undefined;
let stoppingSince: number | undefined;

/** Runs the backend as its environment says, until a signal ends it. */
export async function runServer(): Promise<void> {
  const config = readEnvironment();
  log = createLogger(config.logLevel);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a fault nobody caught; the process ends');
    process.exit(EXIT_FAILURE);
  });
  // Before the start: as the first process of a container we would not even notice the signal otherwise.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop(signal));
  }
  server = await start(config);
  const { port } = server.app.server.address() as AddressInfo;
  const { role, publicUrl } = config;
  log.info({ port, role, database: server.databaseKind, publicUrl }, 'ready');
}

function readEnvironment(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) giveUp(error.message, EXIT_CONFIG);
    throw error;
  }
}

async function start(settings: Config): Promise<RunningServer> {
  if (settings.kommo.emulatorUrl !== undefined) {
    log.warn(
      { emulator: settings.kommo.emulatorUrl.origin },
      'development: every call to Kommo goes to the emulator',
    );
  }
  try {
    return await startServer(settings, log);
  } catch (error) {
    if (error instanceof WrongSecretKeys) giveUp(error.message, EXIT_CONFIG);
    if (error instanceof DataDirInUse) giveUp(error.message, EXIT_FAILURE);
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      giveUp(`PORT ${settings.port} is already in use by another process.`, EXIT_FAILURE);
    }
    log.fatal({ err: error }, 'the backend could not start');
    process.exit(EXIT_FAILURE);
  }
}

/** Tells the operator on stderr, in plain text without a stack. */
function giveUp(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** Finishes what is under way; a second signal does not wait for it. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince > ONE_PRESS_MS) process.exit(EXIT_FAILURE);
    return;
  }
  stoppingSince = performance.now();
  log.info({ signal }, 'stopping');
  if (server === undefined) {
    // Nobody was served yet, and a start that is cut off is taken up by the next one.
    log.info('stopped before it was ready');
    process.exit(0);
  }
  setTimeout(() => {
    log.error('something did not end in time; the process ends without it');
    process.exit(EXIT_FAILURE);
  }, STOP_DEADLINE_MS).unref();
  try {
    // A person at the keyboard has no balancer in front.
    if (signal === 'SIGTERM') await server.giveNotice();
    await server.stop();
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    process.exit(EXIT_FAILURE);
  }
}
