import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  PGliteDialect,
  PostgresDialect,
  sql,
  type Transaction,
} from 'kysely';
import { type ConstructorOptions, fromPglite, PgBoss } from 'pg-boss';
import { lockDataDir } from './data-dir-lock.ts';
import { migrate } from './migrate.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { openPool, type PoolLimits, poolOptions } from './open-pool.ts';
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
  /** For jobs and sweeps: however busy they are, a request finds a connection. Embedded: the same handle. */
  background: Db;
  boss: PgBoss;
  kind: 'postgres' | 'embedded';
  close(): Promise<void>;
}

/** What a request waits for one answer, however many it needs, leaves room in the 10 s it is answered within. */
const POOL_LIMITS: PoolLimits = {
  size: 10,
  // Long enough for a loaded machine, short enough that an unreachable database is answered within 10 s.
  connectMs: 4_000,
  answerMs: 7_000,
  statementMs: 6_000,
  lockMs: 3_000,
  idleInTransactionMs: 6_000,
};

/** The same for background work, which may wait its turn. */
const BACKGROUND_LIMITS: PoolLimits = { ...POOL_LIMITS, size: 6, connectMs: 20_000 };

/** The queue's upkeep of its own tables may take longer; nobody waits for it. */
const QUEUE_LIMITS: PoolLimits = {
  size: 4,
  connectMs: 10_000,
  answerMs: 20_000,
  statementMs: 18_000,
  lockMs: 10_000,
  idleInTransactionMs: 20_000,
};

/** Between two looks for jobs whose process is gone. The queue looks once a minute by itself. */
const TAKE_OVER_SECONDS = 3;

/** Between two removals of jobs that are done. */
const TIDY_SECONDS = 60;

const QUEUE_STOP_TIMEOUT_MS = 1_500;

/** Opens the database, brings it up to date and starts the queue on it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined
    ? openEmbedded(options)
    : openPostgres({ ...options, url: options.url });
}

/** Columns are `account_id` in the database and `accountId` here; what is inside JSON keeps its names. */
export function openHandle(dialect: Dialect): Db {
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })];
  return new Kysely<Schema>({ dialect, plugins });
}

async function openPostgres(options: DatabaseOptions & { url: string }): Promise<Database> {
  await migratePostgres(options.url, options.onError);
  const open = async (limits: PoolLimits): Promise<Db> => {
    const pool = await openPool(options.url, limits, options.onError);
    return openHandle(new PostgresDialect({ pool }));
  };
  const db = await open(POOL_LIMITS);
  const background = await open(BACKGROUND_LIMITS);
  const boss = new PgBoss({
    ...poolOptions(options.url, QUEUE_LIMITS),
    ...queueOptions(options),
  });
  return start({ db, background, boss, kind: 'postgres' }, options);
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const inMemory = options.dataDir.startsWith('memory:');
  const directory = `${options.dataDir}/database`;
  const unlock = inMemory ? () => undefined : await lockDataDir(directory);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create({
      dataDir: inMemory ? options.dataDir : directory,
      loadDataDir: options.snapshot,
    });
    const db = openHandle(new PGliteDialect({ pglite }));
    const boss = new PgBoss({
      db: fromPglite(pglite),
      backend: 'pglite',
      ...queueOptions(options),
    });
    return await start({ db, background: db, boss, kind: 'embedded' }, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function queueOptions({ maintainsQueue }: DatabaseOptions): Partial<ConstructorOptions> {
  return {
    useListenNotify: true,
    supervise: maintainsQueue,
    superviseIntervalSeconds: TAKE_OVER_SECONDS,
    monitorIntervalSeconds: TAKE_OVER_SECONDS,
    maintenanceIntervalSeconds: TIDY_SECONDS,
    // Would look at the catalog as often as that.
    monitorVacuum: false,
    schedule: false,
  };
}

async function start(
  parts: Omit<Database, 'close'>,
  { onError }: DatabaseOptions,
  unlock: () => void = () => undefined,
): Promise<Database> {
  const { db, background, boss, kind } = parts;
  const destroy = async () => {
    await db.destroy();
    if (background !== db) await background.destroy();
  };
  boss.on('error', onError);
  try {
    if (kind === 'embedded') await migrate(db.withoutPlugins());
    await boss.start();
  } catch (error) {
    await destroy().catch(onError);
    throw error;
  }
  return {
    ...parts,
    close: async () => {
      await boss.stop({ graceful: true, timeout: QUEUE_STOP_TIMEOUT_MS, close: true });
      await destroy();
      unlock();
    },
  };
}

/** Whether the database answers. It was brought up to date before the process began to listen. */
export async function pingDatabase(db: Db): Promise<void> {
  await sql`select 1`.execute(db);
}
