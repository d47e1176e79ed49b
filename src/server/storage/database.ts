import { Kysely, PGliteDialect, PostgresDialect, type Transaction } from 'kysely';
import { type ConstructorOptions, fromPglite, PgBoss } from 'pg-boss';
import { lockDataDir } from './data-dir-lock.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';

/** A handle for queries: the database itself, or the transaction one is inside of. */
export type Db = Kysely<Schema>;

/**
 * The handle inside a transaction. Use nothing else there: the embedded database has one connection, and
 * a query on the outer handle would wait for the transaction that waits for it.
 */
export type Trx = Transaction<Schema>;

export interface DatabaseOptions {
  /** `postgres://…`; absent: the embedded database. */
  url?: string;
  /** Directory of the embedded database, or `memory://` for one that dies with the process. */
  dataDir: string;
  /** What an embedded database begins with, as PGlite dumps it; absent: empty. */
  snapshot?: Blob;
  /** Whether this process maintains the queue (worker roles) or only sends to it. */
  maintainsQueue: boolean;
  /** Told of background faults of the pool and the queue. */
  onError: (error: unknown) => void;
}

export interface Database {
  db: Db;
  boss: PgBoss;
  kind: 'postgres' | 'embedded';
  close(): Promise<void>;
}

/** Long enough for a loaded machine, short enough that an unreachable database is answered within 10 s. */
const CONNECT_TIMEOUT_MS = 4_000;
const QUERY_TIMEOUT_MS = 7_000;
const POOL_SIZE = 10;
const QUEUE_POOL_SIZE = 4;
const QUEUE_STOP_TIMEOUT_MS = 1_500;

/** Opens the database, brings it up to date and starts the queue on it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined
    ? openEmbedded(options)
    : openPostgres({ ...options, url: options.url });
}

async function openPostgres(options: DatabaseOptions & { url: string }): Promise<Database> {
  const { default: pg } = await import('pg');
  // Bigints are Kommo ids and counts, far below 2^53; the embedded database already returns numbers.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    types,
  });
  pool.on('error', options.onError);
  // A connection that breaks between two queries of a transaction has nobody else to tell.
  pool.on('connect', (client) => client.on('error', options.onError));
  const db: Db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const boss = new PgBoss({
    connectionString: options.url,
    max: QUEUE_POOL_SIZE,
    ...queueOptions(options),
  });
  return start(db, boss, 'postgres', options);
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const inMemory = options.dataDir.startsWith('memory:');
  const directory = `${options.dataDir}/database`;
  const unlock = inMemory ? () => undefined : lockDataDir(directory);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create({
      dataDir: inMemory ? options.dataDir : directory,
      loadDataDir: options.snapshot,
    });
    const db: Db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
    const boss = new PgBoss({
      db: fromPglite(pglite),
      backend: 'pglite',
      ...queueOptions(options),
    });
    return await start(db, boss, 'embedded', options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function queueOptions({ maintainsQueue }: DatabaseOptions): Partial<ConstructorOptions> {
  return { useListenNotify: true, supervise: maintainsQueue, schedule: false };
}

async function start(
  db: Db,
  boss: PgBoss,
  kind: Database['kind'],
  { onError }: DatabaseOptions,
  unlock: () => void = () => undefined,
): Promise<Database> {
  boss.on('error', onError);
  try {
    await migrate(db);
    await boss.start();
  } catch (error) {
    await db.destroy().catch(onError);
    throw error;
  }
  return {
    db,
    boss,
    kind,
    close: async () => {
      await boss.stop({ graceful: true, timeout: QUEUE_STOP_TIMEOUT_MS, close: true });
      await db.destroy();
      unlock();
    },
  };
}
