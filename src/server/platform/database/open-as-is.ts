import { existsSync } from 'node:fs';
import { PGliteDialect, PostgresDialect } from 'kysely';
import { fromPglite, PgBoss } from 'pg-boss';
import { lockDataDir } from './data-dir-lock.ts';
import { type Database, openHandle } from './database.ts';
import { readSchemaState } from './migrate.ts';
import { openPool, type PoolLimits, poolOptions } from './open-pool.ts';

/** A database that this version of the backend does not run on, or none. The message says what to do. */
export class OtherDatabase extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OtherDatabase';
  }
}

/** A database that was opened without changing anything in it. */
export interface DatabaseAsIs extends Pick<Database, 'db' | 'kind'> {
  /** The queue, for requests only. @throws OtherDatabase when it is another version's */
  openQueue(): Promise<PgBoss>;
  close(): Promise<void>;
}

/** Somebody sits in front of a screen and may want a whole large table counted. */
const LIMITS: PoolLimits = {
  size: 2,
  connectMs: 10_000,
  answerMs: 320_000,
  statementMs: 300_000,
  lockMs: 10_000,
  idleInTransactionMs: 60_000,
};

/**
 * Opens the database of a backend beside it, or the embedded one in its place. Nothing is created, brought up to
 * date or maintained.
 *
 * @param onError told of faults of connections in the background
 *
 * @throws OtherDatabase; DataDirInUse when a backend runs on the embedded database
 */
export async function openAsIs(
  { url, dataDir }: { url?: string | undefined; dataDir: string },
  onError: (error: unknown) => void,
): Promise<DatabaseAsIs> {
  const opened = url === undefined ? await openEmbedded(dataDir) : await openPostgres(url, onError);
  try {
    const { applied, missing, unknown } = await readSchemaState(opened.db.withoutPlugins());
    if (applied.length === 0) throw new OtherDatabase(EMPTY);
    if (unknown.length > 0) throw new OtherDatabase(newer(unknown));
    if (missing.length > 0) throw new OtherDatabase(older(missing));
    return withQueue(opened, onError);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

const EMPTY =
  'The database has no tables yet. Start the backend once: it makes them. Nothing was changed.';

function newer(unknown: readonly string[]): string {
  return `The database was brought up to date by a newer version of the backend (${unknown.join(', ')}). Use the command of that version. Nothing was changed.`;
}

function older(missing: readonly string[]): string {
  return `The database is of an older version of the backend (without ${missing.join(', ')}). Start the backend of this version, which brings it up to date, or use the command of the version that runs. Nothing was changed.`;
}

interface Opened extends Pick<DatabaseAsIs, 'db' | 'kind' | 'close'> {
  makeQueue(): PgBoss;
}

const REQUESTS_ONLY = { migrate: false, supervise: false, schedule: false } as const;

async function openPostgres(url: string, onError: (error: unknown) => void): Promise<Opened> {
  const pool = await openPool(url, LIMITS, onError);
  const db = openHandle(new PostgresDialect({ pool }));
  const queueOptions = { ...poolOptions(url, { ...LIMITS, size: 1 }), ...REQUESTS_ONLY };
  return {
    db,
    kind: 'postgres',
    makeQueue: () => new PgBoss(queueOptions),
    close: () => db.destroy(),
  };
}

async function openEmbedded(dataDir: string): Promise<Opened> {
  const directory = `${dataDir}/database`;
  // Opening would make one.
  if (!existsSync(`${directory}/PG_VERSION`)) {
    throw new OtherDatabase(
      `There is no database in ${directory}. Set DATA_DIR, or DATABASE_URL, as the backend has it.`,
    );
  }
  const unlock = await lockDataDir(directory);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create({ dataDir: directory });
    const db = openHandle(new PGliteDialect({ pglite }));
    return {
      db,
      kind: 'embedded',
      makeQueue: () => new PgBoss({ db: fromPglite(pglite), backend: 'pglite', ...REQUESTS_ONLY }),
      close: async () => {
        await db.destroy();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function withQueue(
  { db, kind, makeQueue, close }: Opened,
  onError: (error: unknown) => void,
): DatabaseAsIs {
  let queue: PgBoss | undefined;
  return {
    db,
    kind,
    openQueue: async () => {
      if (queue !== undefined) return queue;
      queue = makeQueue();
      queue.on('error', onError);
      await queue.start().catch((cause: unknown) => {
        throw isOtherVersion(cause) ? new OtherDatabase(OTHER_QUEUE) : cause;
      });
      return queue;
    },
    close: async () => {
      await queue?.stop({ graceful: false });
      await close();
    },
  };
}

const OTHER_QUEUE =
  'The tables of the queue are of another version of the backend. Start the backend of this version once, or use the command of the version that runs. Nothing was changed.';

/** What pg-boss says, in words only, where it may not migrate. */
function isOtherVersion(error: unknown): boolean {
  return error instanceof Error && /not installed|requires migrations/.test(error.message);
}
