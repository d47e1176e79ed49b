/** Socket errors of a database that cannot be reached. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
]);

/**
 * PostgreSQL's classes for "not now": connection trouble (08), shutting down or starting (57P0x), out of
 * connections, disk or memory (53); and the ends of its patience with a statement (57014), with another
 * session's lock (55P03) and with a transaction nothing happens in (25P03).
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES = /^(08...|53...|57P0.|57014|55P03|25P03)$/;

/** What the driver says in words only, without a code. */
const DRIVER_WORDS =
  /timeout exceeded when trying to connect|query read timeout|connection terminated|client has encountered a connection error|client was closed and is not queryable|connection ended unexpectedly|pool after calling end|pglite is clos|driver has already been destroyed/i;

/** Whether a query failed because the database cannot be reached, not because the query is wrong. */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isStorageUnavailable);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (SOCKET_CODES.has(code) || SQL_STATES.test(code))) return true;
  return DRIVER_WORDS.test(error.message);
}
