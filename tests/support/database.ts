import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/server/platform/database/database.ts';
import { embeddedSnapshot, postgresTemplate } from './database-template.ts';

/** A migrated database of its own, gone after `close`. */
export interface TestDatabase extends Database {
  /** `postgres://…` of this database, for other processes; undefined for the embedded one. */
  url: string | undefined;
}

const DEFAULT_SERVER = 'postgres://root@127.0.0.1:5432/postgres';

/** Which database this run is for: jest's project says it, or the environment outside jest. */
export function testDatabaseKind(): 'embedded' | 'postgres' {
  const { TEST_DATABASE = process.env.TEST_DATABASE } = globalThis as { TEST_DATABASE?: string };
  return TEST_DATABASE === 'postgres' ? 'postgres' : 'embedded';
}

/** Opens a fresh database of the kind this run is for, brought up to date and with its queue running. */
export async function openTestDatabase(): Promise<TestDatabase> {
  return testDatabaseKind() === 'postgres' ? openPostgres() : openEmbedded();
}

async function openEmbedded(): Promise<TestDatabase> {
  const database = await openDatabase({
    dataDir: 'memory://',
    snapshot: await embeddedSnapshot(),
    maintainsQueue: true,
    onError: (error) => {
      // A test that closes the database under a running server means it.
      if (!String(error).includes('PGlite is closed')) reportFault(error);
    },
  });
  return { ...database, url: undefined };
}

async function openPostgres(): Promise<TestDatabase> {
  const scratch = await createScratchDatabase();
  let isClosing = false;
  const database = await openDatabase({
    url: scratch.url,
    dataDir: '',
    maintainsQueue: true,
    // Dropping the database cuts connections that are just being closed.
    onError: (error) => {
      if (!isClosing) reportFault(error);
    },
  });
  return {
    ...database,
    url: scratch.url,
    close: async () => {
      isClosing = true;
      await database.close();
      await scratch.drop();
    },
  };
}

/** The PostgreSQL server on which databases are made, as an address. */
export function testServer(): string {
  return process.env.TEST_DATABASE_URL || DEFAULT_SERVER;
}

/** A PostgreSQL database of its own: migrated, or without a single table. */
export async function createScratchDatabase({ isEmpty = false } = {}): Promise<{
  url: string;
  drop: () => Promise<void>;
}> {
  const server = testServer();
  const name = `chat_connector_test_${randomBytes(6).toString('hex')}`;
  const template = isEmpty ? 'template1' : await postgresTemplate(server);
  await onServer(server, `create database ${name} template ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A background fault nobody awaits would otherwise pass unseen. */
function reportFault(error: unknown): void {
  process.stderr.write(`database fault in the background of a test: ${String(error)}\n`);
}
