import { Writable } from 'node:stream';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import type { Context } from '../../src/server/context.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import type { Pace } from '../../src/server/platform/pace.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { type Api, createApi } from './api.ts';
import { PUBLIC_URL, testConfig } from './config.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { HURRY, UNLIMITED } from './hurry.ts';
import { PATIENCE } from './patience.ts';
import { tablesOf } from './tables.ts';
import { waitFor } from './wait-for.ts';

interface Options {
  /** Variables laid over those of `testEnvironment`. */
  env?: Record<string, string>;
  seed?: Seed;
  /** The backend's clock. */
  now?: () => Date;
  pace?: Partial<Pace>;
  /** An emulator or a database that lives longer than this server. */
  emulator?: Emulator;
  database?: TestDatabase;
}

/** The real backend in this process, over real HTTP, with the emulator as Kommo and as every chat service. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  emulator: Emulator;
  database: TestDatabase;
  context: Context;
  app: RunningServer['app'];
  /** Every log line so far, as text. */
  logs: string[];
  api: Api;
  /** Presses Install on the account's page and waits until the grant is stored. */
  install(subdomain?: string): Promise<void>;
  waitFor: typeof waitFor;
  /** Ends the backend alone. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestServer(options: Options = {}): Promise<TestServer> {
  const emulator =
    options.emulator ??
    (await createEmulator({
      seed: { ...options.seed, switches: { ...UNLIMITED, ...options.seed?.switches } },
    }));
  // One that was made elsewhere has a limit still.
  options.emulator?.setSwitches(UNLIMITED);
  const database = options.database ?? (await openTestDatabase());
  const logs: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logs.push(String(chunk));
      done();
    },
  });
  const log = createLogger(options.env?.LOG_LEVEL ?? 'debug', sink);
  const server = await startServer(
    testConfig(emulator.port, { DATABASE_URL: database.url, ...options.env }),
    log,
    {
      now: options.now,
      pace: { ...HURRY, ...options.pace },
      database: { ...database, close: () => Promise.resolve() },
      host: '127.0.0.1',
    },
  );
  const address = server.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  emulator.useBackend(PUBLIC_URL, url);

  return {
    url,
    emulator,
    database,
    context: server.context,
    app: server.app,
    logs,
    api: createApi(emulator, url),
    install: async (subdomain = 'demo') => {
      let status = 0;
      // 0: Kommo waited three seconds, which a busy machine may need; an admin would press Install again.
      for (let tries = 0; status === 0 && tries < PATIENCE; tries += 1) {
        status = await emulator.install(subdomain);
      }
      if (status !== 200) throw new Error(`The install call was answered ${status}.`);
      const { id } =
        emulator.state.accounts.find((account) => account.subdomain === subdomain) ?? {};
      await waitFor(() => isInstalled(server.context, id ?? 0));
    },
    waitFor,
    stop: () => server.stop(),
    close: async () => {
      await server.stop();
      if (options.database === undefined) await database.close();
      if (options.emulator === undefined) await emulator.close();
    },
  };
}

/**
 * The same with the accounts installed, and a worker whose sweeps run once at the start and then not again: for
 * tests that watch what else asks the database or a service.
 */
export async function startQuietServer(...subdomains: string[]): Promise<TestServer> {
  const before = await startTestServer();
  const { emulator, database } = before;
  for (const subdomain of subdomains) await before.install(subdomain);
  await before.stop();
  const server = await startTestServer({ emulator, database, pace: { sweeps: 1_000 } });
  const close = async () => {
    await server.close();
    await database.close();
    await emulator.close();
  };
  return { ...server, close };
}

async function isInstalled({ db }: Context, accountId: number): Promise<boolean> {
  const row = await tablesOf(db)
    .selectFrom('accounts')
    .innerJoin('grants', 'grants.account_id', 'accounts.id')
    .select('accounts.id')
    .where('accounts.id', '=', accountId)
    .where('accounts.install_state', '=', 'active')
    .executeTakeFirst();
  return row !== undefined;
}
