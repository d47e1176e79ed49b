import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

/** Names under which a secret might be logged by mistake. Nothing should be; this is the second line. */
const SECRET_NAMES = [
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'authorization',
  'Authorization',
  '["x-auth-token"]',
  '["X-Auth-Token"]',
  'cookie',
  'secret',
  'clientSecret',
  'client_secret',
  'password',
  'apiKey',
  'api_key',
  'credentials',
  'signature',
  'attempt_key',
];

/** Links of a chain of causes that are logged. */
const LONGEST_CHAIN = 5;

/** Characters of a cause that is a text. */
const LONGEST_TEXT = 200;

/** Characters; with more, the lines of a turn do not wait for its end. */
const MOST_KEPT = 8_192;

/** The process's log: JSON lines, on stdout unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error, LONGEST_CHAIN) },
    redact: {
      paths: SECRET_NAMES.flatMap((name) =>
        name.startsWith('[') ? [name, `*${name}`] : [name, `*.${name}`],
      ),
      censor: '***',
    },
  };
  return pino(options, destination ?? stdout());
}

/**
 * Standard output, in one call for all lines of a turn of the event loop: a line written by itself costs as much as a
 * tenth of a webhook. None is kept longer; a process that ends by itself writes all of them.
 */
function stdout(): DestinationStream & { flushSync(): void } {
  const file = pino.destination({ dest: 1, sync: true });
  let kept = '';
  let isDue = false;
  const write = () => {
    isDue = false;
    if (kept === '') return;
    const lines = kept;
    kept = '';
    file.write(lines);
  };
  const flushSync = () => {
    write();
    file.flushSync();
  };
  process.on('exit', flushSync);
  return {
    write: (line) => {
      kept += line;
      if (kept.length > MOST_KEPT) write();
      else if (!isDue) {
        isDue = true;
        setImmediate(write);
      }
    },
    flushSync,
  };
}

/**
 * An error without the extra fields libraries hang on it: those repeat tokens, claims and addresses. A cause that is a
 * text is ours, put there to be read.
 */
function describeError(error: unknown, depth: number): unknown {
  if (error === undefined) return undefined;
  if (typeof error === 'string') return error.slice(0, LONGEST_TEXT);
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  const { reason } = error as { reason?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    stack: error.stack,
    ...(error.cause !== undefined && depth > 0
      ? { cause: describeError(error.cause, depth - 1) }
      : {}),
  };
}
