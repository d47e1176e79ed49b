import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { fromKysely, PgBoss } from 'pg-boss';
import { migrate } from './migrate.ts';
import { openPool, type PoolLimits } from './open-pool.ts';
import type { Schema } from './schema.ts';

/**
 * Changing a large table takes as long as it takes. Waiting for a table's lock does not: behind a change
 * that waits, every reader of that table waits, too.
 */
const LIMITS: PoolLimits = {
  size: 1,
  connectMs: 4_000,
  answerMs: 0,
  statementMs: 0,
  lockMs: 3_000,
  // Steps follow each other at once; a process that is gone must not keep the tables locked.
  idleInTransactionMs: 60_000,
};

/** In between, those that had to wait behind the change get through. */
const PAUSE_MS = 1_000;

/** Any number, the same in every process. */
const QUEUE_LOCK = 7_310_423;

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Brings a PostgreSQL database and the queue's own tables up to this version, on a connection of its own.
 * While another session holds a table that is to be changed, it is tried again for as long as that takes;
 * so does waiting for another process that is at it.
 *
 * @param onWait told each time that it has to be tried again
 */
export async function migratePostgres(
  url: string,
  onWait: (error: unknown) => void,
  migrations?: Record<string, Migration>,
): Promise<void> {
  const pool = await openPool(url, LIMITS, onWait);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    for (;;) {
      try {
        // A role or a database may have a limit of its own.
        await sql`set statement_timeout = 0`.execute(db);
        await migrate(db, migrations);
        // The queue lets two processes make its schema at once, of which one fails. Ends with the connection.
        await sql`select pg_advisory_lock(${sql.lit(QUEUE_LOCK)})`.execute(db);
        await migrateQueue(db);
        return;
      } catch (error) {
        if (!isLocked(error)) throw error;
        onWait(error);
        await sleep(PAUSE_MS);
      }
    }
  } finally {
    await db.destroy();
  }
}

/** The queue would do so itself, within the limits of its pool. */
async function migrateQueue(db: Kysely<Schema>): Promise<void> {
  const boss = new PgBoss({ db: fromKysely(db), supervise: false, schedule: false });
  // Failures of what it starts in the background come again where the queue is really used.
  boss.on('error', () => undefined);
  try {
    await boss.start();
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** Migrations wrap what went wrong underneath. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === LOCK_NOT_AVAILABLE) || isLocked(error.cause);
}
