import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import * as initial from './migrations/001-initial.ts';
import * as keyHint from './migrations/002-key-hint.ts';
import * as upkeepMarks from './migrations/003-upkeep-marks.ts';
import * as isolatedSweeps from './migrations/004-isolated-sweeps.ts';
import * as fairShares from './migrations/005-fair-shares.ts';
import * as grantVerdicts from './migrations/006-grant-verdicts.ts';
import * as mexicanNumbers from './migrations/007-mexican-numbers.ts';
import * as attemptChecks from './migrations/008-attempt-checks.ts';
import * as workEngine from './migrations/009-work-engine.ts';
import * as messages from './migrations/010-messages.ts';
import * as aliases from './migrations/011-aliases.ts';
import * as watch from './migrations/012-watch.ts';
import * as channelActs from './migrations/013-channel-acts.ts';
import * as pictures from './migrations/014-pictures.ts';
import * as savedBy from './migrations/015-saved-by.ts';
import type { Schema } from './schema.ts';

const MIGRATIONS: Record<string, Migration> = {
  '001-initial': initial,
  '002-key-hint': keyHint,
  '003-upkeep-marks': upkeepMarks,
  '004-isolated-sweeps': isolatedSweeps,
  '005-fair-shares': fairShares,
  '006-grant-verdicts': grantVerdicts,
  '007-mexican-numbers': mexicanNumbers,
  '008-attempt-checks': attemptChecks,
  '009-work-engine': workEngine,
  '010-messages': messages,
  '011-aliases': aliases,
  '012-watch': watch,
  '013-channel-acts': channelActs,
  '014-pictures': pictures,
  '015-saved-by': savedBy,
};

/**
 * Brings the database up to this version. Runs under the migrator's own lock, so that any number of
 * processes may start at once. Refuses a database that a newer version has already changed.
 */
export async function migrate(
  db: Kysely<Schema>,
  migrations: Record<string, Migration> = MIGRATIONS,
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    throw new Error('The database could not be brought up to this version of the backend.', {
      cause: error,
    });
  }
}

/** How a database stands to this version of the backend. Names of migrations, in order. */
export interface SchemaState {
  applied: readonly string[];
  /** Of this version, and not applied yet. */
  missing: readonly string[];
  /** Applied by another version, which this one does not know. */
  unknown: readonly string[];
}

/** Reads which migrations were applied, and changes nothing. */
export async function readSchemaState(db: Kysely<Schema>): Promise<SchemaState> {
  const known = Object.keys(MIGRATIONS);
  const applied = await listApplied(db);
  return {
    applied,
    missing: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

async function listApplied(db: Kysely<Schema>): Promise<string[]> {
  const { rows: tables } = await sql`
    select 1 from pg_tables
    where schemaname = current_schema() and tablename = ${DEFAULT_MIGRATION_TABLE}`.execute(db);
  if (tables.length === 0) return [];
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(DEFAULT_MIGRATION_TABLE)} order by name`.execute(db);
  return rows.map(({ name }) => name);
}
