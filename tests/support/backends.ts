import { type Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { openHandle } from '../../src/server/platform/database/database.ts';
import { releaseDeadWork } from '../../src/server/platform/database/release-dead-work.ts';
import type { Schema } from '../../src/server/platform/database/schema.ts';
import { type Client, createApi } from './api.ts';
import { createStore, spawnBackend } from './backend-process.ts';
import { PUBLIC_URL, testEnvironment } from './config.ts';
import { testDatabaseKind } from './database.ts';
import { waitFor } from './wait-for.ts';

/** A backend in a process of its own. */
export interface Backend extends Client {
  /** `http://127.0.0.1:<port>`, where it listens itself. */
  url: string;
  /** Log lines so far, parsed. */
  log: readonly Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, as supervisors send it. @returns how the process ended */
  stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** `kill -9`; settles when the process is gone. */
  kill(): Promise<void>;
}

interface StartOptions {
  /** Variables laid over those of every backend here. */
  env?: Record<string, string>;
  /** The address of what stands in front of the backends. */
  calledAt?: string;
}

/** Backends as processes, one after the other or at once, on one store that outlives them like the emulator. */
export interface Backends {
  emulator: Emulator;
  /** PostgreSQL, read from outside. Undefined on the embedded database: only its process can read it. */
  db: Kysely<Schema> | undefined;
  /** `postgres://…`, as the backends are given it; undefined on the embedded database. */
  databaseUrl: string | undefined;
  /** Starts one and waits until it is ready. Kommo's own calls go to the one started last, or to `calledAt`. */
  start(options?: StartOptions): Promise<Backend>;
  /** As many as the database serves: two on PostgreSQL, twice the same one on the embedded database. */
  startPair(): Promise<[Backend, Backend]>;
  /**
   * As if the seconds had passed for which others believe that a killed process still works. The embedded
   * database needs no such help: its next process knows that it is alone.
   */
  outwaitLeases(): Promise<void>;
  close(): Promise<void>;
}

export async function openBackends(seed?: Seed): Promise<Backends> {
  const emulator = await createEmulator({ seed });
  const store = await createStore();
  const db = store.env.DATABASE_URL === undefined ? undefined : connect(store.env.DATABASE_URL);
  const running = new Set<Backend>();

  const start = async ({ env, calledAt }: StartOptions = {}): Promise<Backend> => {
    const child = spawnBackend({ ...testEnvironment(emulator.port), ...store.env, ...env });
    const signal = (name: NodeJS.Signals) => child.kill(name);
    const kill = async () => {
      child.kill('SIGKILL');
      await child.exited;
      running.delete(backend);
    };
    const stop = async () => {
      child.kill('SIGTERM');
      const ended = await child.exited;
      running.delete(backend);
      return ended;
    };
    const notReady = () => Promise.reject(new Error('The backend is not ready yet.'));
    const backend: Backend = {
      emulator,
      waitFor,
      kill,
      signal,
      stop,
      api: notReady,
      url: '',
      log: child.log,
    };
    running.add(backend);
    backend.url = await child.ready();
    emulator.useBackend(PUBLIC_URL, calledAt ?? backend.url);
    backend.api = createApi(emulator, backend.url);
    return backend;
  };

  return {
    emulator,
    db,
    databaseUrl: store.env.DATABASE_URL,
    start,
    startPair: async () => {
      const first = await start();
      return [first, testDatabaseKind() === 'postgres' ? await start() : first];
    },
    outwaitLeases: async () => {
      if (db) await releaseDeadWork(db);
    },
    close: async () => {
      emulator.clearFaults();
      await Promise.all([...running].map((backend) => backend.kill()));
      await db?.destroy();
      await store.remove();
      await emulator.close();
    },
  };
}

function connect(url: string): Kysely<Schema> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 2, types });
  // Dropping the database cuts connections that are just being closed; a query that fails says so itself.
  pool.on('error', () => undefined);
  return openHandle(new PostgresDialect({ pool }));
}
