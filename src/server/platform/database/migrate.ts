import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
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
