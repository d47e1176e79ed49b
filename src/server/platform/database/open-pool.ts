import type { Client, Pool, PoolConfig } from 'pg';
import { preparedName } from './prepared.ts';

/** What one use of PostgreSQL may take. Times are in milliseconds; 0: as long as it takes. */
export interface PoolLimits {
  /** Most connections at a time. */
  size: number;
  /** How long to wait for a connection, a new one or one in use. */
  connectMs: number;
  /** A query that is not answered by then has failed, whatever became of its connection. */
  answerMs: number;
  /** The server gives a statement up by then; shorter than `answerMs`, so that it is the server who says so. */
  statementMs: number;
  /** The same for waiting for another session's lock. */
  lockMs: number;
  /** The server ends a session that left its transaction open without a word: its locks hold others up. */
  idleInTransactionMs: number;
}

/** A connection without traffic for this long is tested, so that a lost route shows before it is needed. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** Options of a pool of node-postgres that keeps these limits, on our side and on the server's. */
export function poolOptions(connectionString: string, limits: PoolLimits) {
  return {
    connectionString,
    max: limits.size,
    connectionTimeoutMillis: limits.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    query_timeout: limits.answerMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
  } satisfies PoolConfig;
}

/**
 * Opens a pool whose connections are given up as soon as one answer did not come in time.
 *
 * @param onError told of faults of connections nobody is using
 */
export async function openPool(
  url: string,
  limits: PoolLimits,
  onError: (error: unknown) => void,
): Promise<Pool> {
  const { default: pg } = await import('pg');
  // Bigints are Kommo ids and counts, far below 2^53; the embedded database already returns numbers.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ ...poolOptions(url, limits), types });
  pool.on('error', onError);
  pool.on('connect', (client) => {
    // A connection that breaks between two queries of a transaction has nobody else to tell.
    client.on('error', onError);
    endOnSilence(client as unknown as Client);
    prepareMarked(client as unknown as Client);
  });
  return pool;
}

/**
 * node-postgres stops waiting for an answer and keeps the connection. When the route to the server is lost,
 * such a connection never answers again, and a pool hands out the one that was used last: it would fail
 * one request after the other for as long as there are requests.
 */
function endOnSilence(client: Client): void {
  const ask = client.query.bind(client) as (...question: unknown[]) => unknown;
  const query = (...question: unknown[]): unknown => {
    const answer = ask(...question);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      // With a query under way it does not say goodbye first; the pool takes no client that is ending.
      if (error instanceof Error && error.message === 'Query read timeout') void client.end();
      throw error;
    });
  };
  client.query = query as Client['query'];
}

/** Has statements marked by `prepared` planned once; all others are planned each time, as node-postgres does. */
function prepareMarked(client: Client): void {
  const ask = client.query.bind(client) as (...question: unknown[]) => unknown;
  const query = (...question: unknown[]): unknown => {
    const [text, values, ...others] = question;
    const name = typeof text === 'string' ? preparedName(text) : undefined;
    return name === undefined ? ask(...question) : ask({ name, text, values }, ...others);
  };
  client.query = query as Client['query'];
}
