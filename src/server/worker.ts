import { exchangeInstallCode } from './accounts/install/exchange-install-code.ts';
import { lookAtHost } from './accounts/install/look-at-host.ts';
import { pickInstallWork } from './accounts/install/pick-install-work.ts';
import { expireAttempts } from './channels/attempts/end-attempt.ts';
import { AttemptFollower } from './channels/attempts/follow-attempts.ts';
import { cleanUpAccount } from './channels/clean-up/clean-up-account.ts';
import { checkChannels } from './channels/health/channel-health.ts';
import { endDueSessions, endSession } from './channels/sign-outs/session-endings.ts';
import type { Parts } from './context.ts';
import { housekeeping } from './housekeeping.ts';
import { releaseRemnants } from './platform/database/remnants.ts';
import type { Sweep } from './platform/sweep.ts';
import { CLEAN_UP, EXCHANGE_INSTALL_CODE, LOOK_AT_HOST, SIGN_OUT, SYNC_SOURCES } from './queues.ts';
import { syncSources } from './settings/sync-sources.ts';
import { syncDueAccounts } from './settings/sync-sweep.ts';

/** Sweeps under way may finish in this time; what they leave, the next worker finds. */
const STOP_PATIENCE_MS = 1_500;

export interface Worker {
  stop(): Promise<void>;
}

/** Runs the jobs, and the sweeps that find what no job was left for. Any number of workers may run. */
export async function startWorker(parts: Parts): Promise<Worker> {
  const stopping = new AbortController();
  // Alone on the embedded database, every lease is a remnant of the process before this one.
  if (parts.config.databaseUrl === undefined) await releaseRemnants(parts.db);
  const { jobs } = parts;
  await jobs.work(SYNC_SOURCES, ({ accountId }) =>
    syncSources(parts, accountId, { stopping: stopping.signal }),
  );
  await jobs.work(CLEAN_UP, (ended) => cleanUpAccount(parts, ended));
  await jobs.work(SIGN_OUT, ({ endingId }) => endSession(parts, endingId));
  await jobs.work(EXCHANGE_INSTALL_CODE, (code, run) => exchangeInstallCode(parts, code, run));
  await jobs.work(LOOK_AT_HOST, (look) => lookAtHost(parts, look));
  const follower = new AttemptFollower(parts);
  const sweeps = [
    ...housekeeping(parts),
    ...ownSweeps(parts, stopping.signal),
    { name: 'QR sign-ins', everyMs: 1_000, run: () => follower.run(stopping.signal) },
  ].map((sweep) => repeat(parts, sweep, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await jobs.stopWork();
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, STOP_PATIENCE_MS);
      const underWay = sweeps.map((end) => end()).concat(follower.drain());
      await Promise.race([Promise.all(underWay), patience.promise]);
      clearTimeout(timer);
    },
  };
}

function ownSweeps(parts: Parts, stopping: AbortSignal): Sweep[] {
  const kommo = parts.kommo.background();
  // Each service is looked after apart: one that hangs holds back its own channels only.
  const ofServices = parts.connectors.all().flatMap((connector) => [
    {
      name: `sessions to end at ${connector.id}`,
      everyMs: 5_000,
      run: () => endDueSessions(parts, connector.id, stopping),
    },
    {
      name: `health of the channels of ${connector.id}`,
      everyMs: 15_000,
      run: () => checkChannels(parts, connector, stopping),
    },
  ]);
  return [
    ...ofServices,
    // An administrator waits in front of the widget; between two rounds their install waits, too.
    { name: 'install codes that are due', everyMs: 500, run: () => pickInstallWork(parts) },
    { name: 'syncs that are due', everyMs: 5_000, run: () => syncDueAccounts(parts, stopping) },
    { name: 'attempts that are over', everyMs: 5_000, run: () => expireAttempts(parts) },
    {
      name: 'refreshes whose answer was lost',
      everyMs: 5_000,
      run: async () => void (await kommo.recoverLostRefreshes()),
    },
    {
      name: 'dead grants that are due',
      everyMs: 5_000,
      run: async () => void (await kommo.probeDeadGrants()),
    },
    {
      name: 'grants that were not used for long',
      everyMs: 5 * 60_000,
      run: async () => void (await kommo.refreshIdle()),
    },
  ];
}

/** Runs a sweep again and again, one at a time. @returns waits for the run under way */
function repeat(parts: Parts, sweep: Sweep, stopping: AbortSignal): () => Promise<void> {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const run = async () => {
    try {
      await sweep.run();
    } catch (error) {
      if (!stopping.aborted) parts.log.error({ err: error, sweep: sweep.name }, 'a sweep failed');
    }
    schedule(sweep.everyMs * parts.pace.sweeps);
  };
  const schedule = (afterMs: number) => {
    if (stopping.aborted) return;
    timer = setTimeout(() => {
      running = run();
    }, afterMs);
  };
  stopping.addEventListener('abort', () => clearTimeout(timer));
  // What a killed process left behind is looked for at once.
  schedule(0);
  return async () => {
    await running;
    await sweep.rest?.();
  };
}
