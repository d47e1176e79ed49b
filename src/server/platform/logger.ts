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
  return destination === undefined ? pino(options) : pino(options, destination);
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
