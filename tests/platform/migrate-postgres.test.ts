import { jest } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { openDatabase } from '../../src/server/platform/database/database.ts';
import { migratePostgres } from '../../src/server/platform/database/migrate-postgres.ts';
import * as initial from '../../src/server/platform/database/migrations/001-initial.ts';
import * as keyHint from '../../src/server/platform/database/migrations/002-key-hint.ts';
import { createScratchDatabase } from '../support/database.ts';

jest.setTimeout(60_000);

describe('bringing PostgreSQL up to this version', postgres);

/** Kysely's own, held by the process that migrates. */
const MIGRATION_LOCK = '3853314791062309107';
/** Longer than any request may wait. */
const LONG_SECONDS = 9;

function postgres() {
  let url: string;
  let drop: () => Promise<void>;
  let other: pg.Client;

  beforeEach(async () => {
    ({ url, drop } = await createScratchDatabase({ isEmpty: true }));
    other = new pg.Client({ connectionString: url });
    await other.connect();
  });

  afterEach(async () => {
    await other.end();
    await drop();
  });

  function open() {
    return openDatabase({ url, dataDir: '', maintainsQueue: false, onError: () => undefined });
  }

  test('a change may take longer than any request, and so may waiting for the process that makes it', async () => {
    const slow: Migration = {
      up: async (db) => {
        await sql`select pg_sleep(${sql.lit(LONG_SECONDS)})`.execute(db);
        await sql`create table slowly_made ()`.execute(db);
      },
    };
    const migrations = { '001-slow': slow };
    const onWait = () => undefined;
    await Promise.all([
      migratePostgres(url, onWait, migrations),
      migratePostgres(url, onWait, migrations),
    ]);
    await other.query('select from slowly_made');
  });

  test('replicas wait for the migrator as long as it takes', async () => {
    await other.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    const opening = open();
    const released = other.query(
      `select pg_sleep(${LONG_SECONDS}), pg_advisory_unlock(${MIGRATION_LOCK})`,
    );
    const database = await opening;
    await released;
    await database.close();
  });

  test('a change that waits for a reader keeps no other readers waiting, and comes when that one is done', async () => {
    await migrateOld(url);
    await other.query('begin');
    await other.query('select from accounts');
    const waits: unknown[] = [];
    const migrating = migratePostgres(url, (error) => waits.push(error));
    const reader = new pg.Client({ connectionString: url, statement_timeout: 6_000 });
    await reader.connect();
    // Even in the moments in which the change stands in line, it soon steps back.
    while (waits.length < 2) await reader.query('select from accounts');
    await reader.end();
    await other.query('commit');
    await migrating;
    await other.query('select hook_asked_at from accounts');
  });
}

/** As an earlier version left it. */
async function migrateOld(url: string): Promise<void> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }),
  });
  const migrations = { '001-initial': initial, '002-key-hint': keyHint };
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  await db.destroy();
}
