import { checkChannels } from './core/channel-health.ts';
import { cleanUpAccount } from './core/clean-up-account.ts';
import { expireAttempts } from './core/end-attempt.ts';
import { exchangeInstallCode } from './core/exchange-install-code.ts';
import { AttemptFollower } from './core/follow-attempts.ts';
import { housekeeping, type Sweep } from './core/housekeeping.ts';
import { endDueSessions, endSession } from './core/session-endings.ts';
import { syncSources } from './core/sync-sources.ts';
import { syncDueAccounts } from './core/sync-sweep.ts';
import type { Parts } from './parts.ts';
import { releaseRemnants } from './storage/remnants.ts';

/** Jobs of one kind at the same time. Kommo's request budget is per account, so more help many accounts. */
const CONCURRENCY = { install: 4, sync: 8, cleanUp: 2, ending: 4 };

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
  await jobs.work('exchange-install-code', CONCURRENCY.install, async ({ codeId }) => {
    await exchangeInstallCode(parts, codeId);
  });
  await jobs.work('sync-sources', CONCURRENCY.sync, ({ accountId }) =>
    syncSources(parts, accountId, { stopping: stopping.signal }),
  );
  await jobs.work('clean-up-account', CONCURRENCY.cleanUp, (ended) => cleanUpAccount(parts, ended));
  await jobs.work('end-session', CONCURRENCY.ending, ({ endingId }) => endSession(parts, endingId));
  const follower = new AttemptFollower(parts);
  const sweeps = [
    ...housekeeping(parts),
    ...ownSweeps(parts, stopping.signal),
    { name: 'QR sign-ins', everyMs: 1_000, run: () => follower.run(stopping.signal) },
  ].map((sweep) => repeat(parts, sweep, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
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
  return [
    { name: 'syncs that are due', everyMs: 5_000, run: () => syncDueAccounts(parts, stopping) },
    { name: 'attempts that are over', everyMs: 5_000, run: () => expireAttempts(parts) },
    { name: 'sessions to end', everyMs: 5_000, run: () => endDueSessions(parts) },
    { name: 'health of the channels', everyMs: 15_000, run: () => checkChannels(parts, stopping) },
    {
      name: 'refreshes whose answer was lost',
      everyMs: 5_000,
      run: async () => void (await kommo.recoverLostRefreshes()),
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
  return () => running;
}
