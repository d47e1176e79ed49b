import { Writable } from 'node:stream';
import type { Kysely } from 'kysely';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { moveAccount, saveInstalledAccount } from '../../src/server/accounts/rows.ts';
import { createKommo } from '../../src/server/kommo/create-kommo.ts';
import { saveGrant } from '../../src/server/kommo/grants/rows.ts';
import type { Schema } from '../../src/server/platform/database/schema.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import { Metrics } from '../../src/server/platform/metrics.ts';
import { createOutbound } from '../../src/server/platform/outbound.ts';
import type { Pace } from '../../src/server/platform/pace.ts';
import { PUBLIC_URL, testConfig } from './config.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { installed } from './emulator-client.ts';
import { HURRY, UNLIMITED } from './hurry.ts';
import { KommoMethods } from './kommo-methods.ts';
import { tablesOf } from './tables.ts';

/** Nobody listens there: the install call is refused at once, and its code is taken from the emulator. */
const NOBODY = 'http://127.0.0.1:1';
const DAY_MS = 86_400_000;

/** One backend's way to Kommo: a client with connections of its own. */
export interface Replica {
  kommo: KommoMethods;
  close(): Promise<void>;
}

/** The Kommo client on a real database against an emulated Kommo, without the backend around it. */
export interface KommoBench {
  emulator: Emulator;
  database: TestDatabase;
  db: Kysely<Schema>;
  secrets: Secrets;
  kommo: KommoMethods;
  logs: string[];
  /** Another backend on the same database. */
  replica(): Replica;
  /** Installs the integration and stores the grant. */
  install(subdomain?: string): Promise<void>;
  /** Lets the stored access token run out. */
  expire(accountId: number): Promise<void>;
  /** A clean start: nothing installed, nothing limited. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export function replicaOf(options: {
  emulatorPort: number;
  db: Kysely<Schema>;
  now?: () => Date;
  env?: Record<string, string>;
  logs?: string[];
  pace?: Pace;
}): Replica & { secrets: Secrets } {
  const config = testConfig(options.emulatorPort, options.env);
  const secrets = new Secrets(config.secretKeys);
  const outbound = createOutbound();
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      options.logs?.push(String(chunk));
      done();
    },
  });
  const kommo = createKommo({
    settings: config.kommo,
    publicUrl: config.publicUrl,
    moveAccount: (accountId, host) => moveAccount(options.db, accountId, host),
    db: options.db,
    secrets,
    send: outbound.send,
    stream: outbound.stream,
    pace: options.pace ?? HURRY,
    amojoRequestsPerSecond: config.amojoRequestsPerSecond,
    now: options.now ?? (() => new Date()),
    log: createLogger('debug', sink),
    metrics: new Metrics({ services: [] }),
  });
  return {
    kommo: new KommoMethods(kommo),
    secrets,
    close: async () => {
      await kommo.close();
      await outbound.close();
    },
  };
}

export async function openKommoBench(
  options: { seed?: Seed; now?: () => Date; env?: Record<string, string>; pace?: Pace } = {},
): Promise<KommoBench> {
  const switches = options.pace === undefined ? UNLIMITED : {};
  const emulator = await createEmulator({
    seed: { ...options.seed, switches: { ...switches, ...options.seed?.switches } },
  });
  emulator.useBackend(PUBLIC_URL, NOBODY);
  const database = await openTestDatabase();
  const { db } = database;
  const logs: string[] = [];
  const open = () => replicaOf({ ...options, emulatorPort: emulator.port, db, logs });
  const main = open();
  const replicas: Replica[] = [main];
  return {
    emulator,
    database,
    db,
    logs,
    secrets: main.secrets,
    kommo: main.kommo,
    replica: () => {
      const another = open();
      replicas.push(another);
      return another;
    },
    install: (subdomain = 'demo') =>
      installGrant({ emulator, db, secrets: main.secrets }, subdomain),
    expire: async (accountId) => {
      await tablesOf(db)
        .updateTable('grants')
        .set({ expires_at: new Date(0) })
        .where('account_id', '=', accountId)
        .execute();
    },
    reset: async () => {
      emulator.reset();
      emulator.useBackend(PUBLIC_URL, NOBODY);
      emulator.clearFaults();
      await tablesOf(db).deleteFrom('accounts').execute();
      await tablesOf(db).deleteFrom('rate_buckets').execute();
      logs.length = 0;
    },
    close: async () => {
      emulator.clearFaults();
      for (const replica of replicas) await replica.close();
      await database.close();
      await emulator.close();
    },
  };
}

/** Around our own client and its request budget: what is tested is what comes after. */
async function installGrant(
  bench: { emulator: Emulator; db: Kysely<Schema>; secrets: Secrets },
  subdomain: string,
): Promise<void> {
  const { emulator, db, secrets } = bench;
  const { access_token: accessToken, refresh_token: refreshToken } = await installed(
    emulator,
    subdomain,
  );
  const { id, name, language, country, amojo_id, tld, api_domain } =
    emulator.world.account(subdomain);
  const host = `${subdomain}.${tld}`;
  const profile = { id, name, language, country, amojoId: amojo_id, host, subdomain, tld };
  const now = Date.now();
  await db.transaction().execute(async (trx) => {
    const epoch = await saveInstalledAccount(trx, profile);
    await saveGrant(trx, secrets, {
      accountId: id,
      epoch,
      accessToken,
      refreshToken,
      expiresAt: new Date(now + DAY_MS),
      scopes: ['crm'],
      apiDomain: api_domain,
      refreshedAt: new Date(now),
    });
  });
}
