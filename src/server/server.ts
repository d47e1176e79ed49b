import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { moveAccount } from './accounts/rows.ts';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { createConnectorRegistry } from './connectors/registry.ts';
import type { Context } from './context.ts';
import { createKommo } from './kommo/create-kommo.ts';
import { HookWatch } from './messages/history/hook-watch.ts';
import { releaseChannel, releaseHeld } from './messages/lanes/rows.ts';
import { MessageWake } from './messages/message-wake.ts';
import { onUninstalled } from './on-uninstalled.ts';
import { createGuardedOutbound } from './platform/address-guard.ts';
import { type Database, type DatabaseOptions, openDatabase } from './platform/database/database.ts';
import { checkSecretKeys } from './platform/database/key-checks.ts';
import { Secrets } from './platform/database/secrets.ts';
import { isStorageUnavailable } from './platform/database/storage-errors.ts';
import { JobLost, Jobs } from './platform/jobs.ts';
import { Metrics } from './platform/metrics.ts';
import { createOutbound } from './platform/outbound.ts';
import { PACE, type Pace } from './platform/pace.ts';
import { RequestLimit } from './platform/request-limit.ts';
import { withTimeout } from './platform/with-timeout.ts';
import { QUEUES } from './queues.ts';
import { startWorker, type Worker } from './worker.ts';

/** How long we wait for a database that is not up yet; then the supervisor starts us again. */
const DATABASE_PATIENCE_MS = 60_000;
const DATABASE_RETRY_MS = 1_000;

/**
 * How long a web process serves on after it has said that it stops. A connection that waits to be accepted is cut when
 * the process stops listening, with the request that was sent on it; balancers that ask every second have gone by then.
 */
const NOTICE_MS = 3_000;

/** Requests still open after this are cut. A save that waits for Kommo may take this long; streams end at once. */
const DRAIN_MS = 8_000;

/** How long handlers whose connections and calls were cut may take to finish in the database. */
const SETTLE_MS = 2_000;

export interface RunningServer {
  app: FastifyInstance;
  context: Context;
  databaseKind: Database['kind'];
  /** Has balancers send to other processes, and serves until they do. At once where there can be no other process. */
  giveNotice(): Promise<void>;
  stop(): Promise<void>;
}

/** What tests replace. */
interface Overrides {
  now?: () => Date;
  pace?: Pace;
  database?: Database;
  host?: string;
}

/** Starts everything the role needs, in order, and listens last, when it can serve every request. */
export async function startServer(
  config: Config,
  log: FastifyBaseLogger,
  overrides: Overrides = {},
): Promise<RunningServer> {
  const database = overrides.database ?? (await openPatiently(config, log));
  const stops: (() => Promise<unknown>)[] = [() => database.close()];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const secrets = new Secrets(config.secretKeys);
    const keyIds = config.secretKeys.map(({ id }) => id);
    await checkSecretKeys(database.db, secrets, keyIds);
    const running: { app?: FastifyInstance; worker?: Worker } = {};
    stops.push(() => withTimeout(SETTLE_MS, running.app?.handlersEnded() ?? Promise.resolve()));
    const outbound = createOutbound();
    stops.push(() => outbound.close());
    // Kommo is on the public internet; the client secret goes nowhere else, whatever a resolver says.
    const toKommo = config.kommo.emulatorUrl ? outbound : createGuardedOutbound();
    if (toKommo !== outbound) stops.push(() => toKommo.close());
    const outside = toKommo === outbound ? undefined : toKommo;
    const connectors = createConnectorRegistry(config.connectors, outside);
    const metrics = new Metrics({
      services: connectors.all().map(({ id }) => id),
      watchesProcess: config.metricsToken !== undefined,
    });
    const onFailure = (error: unknown, job: object) => {
      if (error instanceof JobLost) log.info(job, 'a job was handed over');
      else log.error({ err: error, ...job }, 'a job failed');
    };
    const jobs = new Jobs(database, { onFailure, metrics });
    await jobs.prepare(QUEUES);
    const now = overrides.now ?? (() => new Date());
    const pace = overrides.pace ?? { ...PACE, requestsPerSecond: config.requestsPerSecond };
    const { requestsPerSecond } = pace;
    const { db } = database;
    const kommo = createKommo({
      settings: config.kommo,
      publicUrl: config.publicUrl,
      moveAccount: (accountId, host) => moveAccount(db, accountId, host),
      db,
      secrets,
      send: toKommo.send,
      stream: toKommo.stream,
      pace,
      amojoRequestsPerSecond: config.amojoRequestsPerSecond,
      now,
      log,
      metrics,
    });
    stops.push(() => kommo.close());
    stops.push(() => Promise.all([running.app && closeApp(running.app), running.worker?.stop()]));
    const wake = new MessageWake(db, { hasOthers: database.kind === 'postgres' });
    stops.push(async () => wake.close());
    const context: Context = {
      config,
      db,
      jobs,
      secrets,
      kommo,
      connectors,
      send: outbound.send,
      stream: outbound.stream,
      wakeMessages: wake.call,
      onSynced: async (accountId) => {
        await releaseHeld(db, accountId);
        wake.call();
      },
      onCarryingAgain: releaseChannel,
      now,
      pace,
      onUninstalled: onUninstalled(jobs),
      metrics,
      requestLimit: requestsPerSecond ? new RequestLimit(requestsPerSecond) : undefined,
      log,
    };
    if (config.role !== 'web')
      running.worker = await startWorker({ ...context, db: database.background }, wake);
    const isWeb = config.role !== 'worker';
    const hookWatch = isWeb ? new HookWatch(context) : undefined;
    stops.push(async () => hookWatch?.stop());
    const scope = isWeb ? 'all' : 'health';
    let isStopping = false;
    const app = await createApp(context, {
      scope,
      ...(hookWatch && { hookWatch }),
      isStopping: () => isStopping,
    });
    running.app = app;
    await app.listen({ port: config.port, host: overrides.host ?? '::' });
    const giveNotice = async () => {
      isStopping = true;
      if (isWeb && database.kind === 'postgres') await sleep(NOTICE_MS);
    };
    return { app, context, databaseKind: database.kind, giveNotice, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function closeApp(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearTimeout(cut);
}

async function openPatiently(config: Config, log: FastifyBaseLogger): Promise<Database> {
  const options: DatabaseOptions = {
    url: config.databaseUrl,
    dataDir: config.dataDir,
    maintainsQueue: config.role !== 'web',
    onError: (error) => log.error({ err: error }, 'database fault in the background'),
  };
  const giveUpAt = Date.now() + DATABASE_PATIENCE_MS;
  for (;;) {
    try {
      return await openDatabase(options);
    } catch (error) {
      if (config.databaseUrl === undefined || !isUnavailable(error) || Date.now() > giveUpAt) {
        throw error;
      }
      log.warn({ err: error }, 'the database does not answer yet');
      await sleep(DATABASE_RETRY_MS);
    }
  }
}

/** Migrations wrap what went wrong underneath. */
function isUnavailable(error: unknown): boolean {
  return (
    isStorageUnavailable(error) || (error instanceof Error && isStorageUnavailable(error.cause))
  );
}
