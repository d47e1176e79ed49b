import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { purgeIdempotencyKeys, purgeSeenTokens } from '../../src/server/access/rows.ts';
import { purgeConsentStates } from '../../src/server/accounts/consent/rows.ts';
import {
  pickHostsToLookAt,
  pickInstallCodes,
  purgeInstallCodes,
} from '../../src/server/accounts/install/rows.ts';
import { deleteOldAttempts, listOverdueAttempts } from '../../src/server/channels/attempts/rows.ts';
import { claimChannelsToCheck } from '../../src/server/channels/health/rows.ts';
import { resealChannels } from '../../src/server/channels/rows.ts';
import {
  requestPeriodicSyncs,
  wakeReauthorizedSyncs,
} from '../../src/server/channels/sources/rows.ts';
import {
  grantsDueForProbe,
  idleGrants,
  resealGrants,
  unsettledGrants,
} from '../../src/server/kommo/grants/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { listOlderKeys, retireSecretKeys } from '../../src/server/platform/database/key-checks.ts';
import type { Schema } from '../../src/server/platform/database/schema.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { createScratchDatabase } from '../support/database.ts';
import { type Figure, median } from './figures.ts';
import { fillTables } from './fill-tables.ts';

const HOUR_MS = 3_600_000;

/** What no statement of a sweep may take, so that requests get their turn in between. */
const BOUND_MS = 200;

/** The worker's sweeps over full tables: the slowest statement of each. */
export async function measureSweeps(): Promise<Figure[]> {
  const scratch = await createScratchDatabase();
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2, types });
  let took: number[] = [];
  const db: Db = new Kysely<Schema>({
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    dialect: new PostgresDialect({ pool }),
    log: (event) => {
      took.push(event.queryDurationMillis);
    },
  });
  try {
    await fillTables(db);
    const scan = await timeScan(db);
    const figures: Figure[] = [];
    for (const [name, sweep] of Object.entries(sweeps(db))) {
      took = [];
      await sweep();
      figures.push({
        name,
        value: Math.max(...took),
        unit: 'ms',
        bound: BOUND_MS,
        yardstick: { name: 'raw SQL that reads every channel', value: scan },
      });
    }
    return figures;
  } finally {
    await db.destroy();
    await scratch.drop();
  }
}

/** What a statement costs that finds nothing by an index. */
async function timeScan(db: Db): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    const began = performance.now();
    await sql`select count(*) from channels where status_reason = 'nothing like this'`.execute(db);
    times.push(performance.now() - began);
  }
  return median(times);
}

function sweeps(db: Db): Record<string, () => Promise<unknown>> {
  const now = new Date();
  const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
  const secrets = new Secrets([{ id: 'k1', key: Buffer.alloc(32, 1) }]);
  const rotated = new Secrets([
    { id: 'k2', key: Buffer.alloc(32, 2) },
    { id: 'k1', key: Buffer.alloc(32, 1) },
  ]);
  return {
    'install codes that are due': () => db.transaction().execute(pickInstallCodes),
    'hosts to look at': () => db.transaction().execute(pickHostsToLookAt),
    'old tokens': () => purgeSeenTokens(db),
    'old answers': () => purgeIdempotencyKeys(db),
    'old consents': () => purgeConsentStates(db),
    'old install codes': () => purgeInstallCodes(db),
    'attempts that are over': () => listOverdueAttempts(db, now, 100),
    'old attempts': () => deleteOldAttempts(db, ago(20)),
    'health of the channels': () =>
      claimChannelsToCheck(db, {
        connector: 'telegram',
        before: ago(1 / 6),
        now,
        limit: 200,
      }),
    'syncs with a new grant': () => wakeReauthorizedSyncs(db),
    'daily syncs': () => requestPeriodicSyncs(db, now, 5),
    'refreshes whose answer was lost': () => unsettledGrants(db, 20),
    'dead grants': () => grantsDueForProbe(db, 5),
    'grants that were not used for long': () => idleGrants(db, ago(7 * 24), 25),
    'rotation of SECRET_KEYS, none': () => listOlderKeys(db, secrets.writeKeyId),
    'rotation of SECRET_KEYS, grants': () => resealGrants(db, rotated, 100_000),
    'rotation of SECRET_KEYS, channels': () => resealChannels(db, rotated, 1_000_000),
    'rotation of SECRET_KEYS, retiring': async () => {
      await sql`insert into key_checks values ('gone', 'x')`.execute(db);
      await retireSecretKeys(db, secrets.writeKeyId);
    },
  };
}
