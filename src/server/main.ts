import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { type Config, readConfig } from './config.ts';
import { ConfigError } from './environment-reader.ts';
import { createLogger } from './logger.ts';
import { type RunningServer, startServer } from './start-server.ts';
import { DataDirInUse } from './storage/data-dir-lock.ts';
import { WrongSecretKeys } from './storage/key-checks.ts';

/** `EX_CONFIG` of sysexits.h: a supervisor should not simply start this again. */
const EXIT_CONFIG = 78;
const EXIT_FAILURE = 1;

/** After this a stop is no longer waited for. Longer than any query or lease takes to end. */
const STOP_DEADLINE_MS = 10_000;

/**
 * Where memory is plenty, V8 lets garbage grow to four times what is in use before it cleans up: hundreds of
 * megabytes with a few hundred open dialogs. Half as much again costs hardly any time.
 */
setFlagsFromString('--heap-growing-percent=50');

const config = readEnvironment();
const log = createLogger(config.logLevel);

process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'a fault nobody caught; the process ends');
  process.exit(EXIT_FAILURE);
});

const server = await start(config);
let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void stop(signal));
}
const address = server.app.server.address() as AddressInfo;
log.info(
  {
    port: address.port,
    role: config.role,
    database: server.databaseKind,
    publicUrl: config.publicUrl,
  },
  'ready',
);

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

/** What an operator has to read stands on stderr as plain text, without a stack. */
function giveUp(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** Finishes what is under way; a second signal does not wait for it. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (isStopping) process.exit(EXIT_FAILURE);
  isStopping = true;
  log.info({ signal }, 'stopping');
  setTimeout(() => {
    log.error('something did not end in time; the process ends without it');
    process.exit(EXIT_FAILURE);
  }, STOP_DEADLINE_MS).unref();
  try {
    await server.stop();
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    process.exit(EXIT_FAILURE);
  }
}
