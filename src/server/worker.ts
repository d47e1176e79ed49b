import { exchangeInstallCode } from './accounts/install/exchange-install-code.ts';
import { lookAtHost } from './accounts/install/look-at-host.ts';
import { pickInstallWork } from './accounts/install/pick-install-work.ts';
import { recheckDisableHooks } from './accounts/uninstall.ts';
import { AttemptFollower } from './channels/attempts/follow-attempts.ts';
import { cleanUpAccount } from './channels/clean-up/clean-up-account.ts';
import { checkChannels } from './channels/health/channel-health.ts';
import { endSession } from './channels/sign-outs/session-endings.ts';
import type { Parts } from './context.ts';
import { duties } from './housekeeping.ts';
import { listLeftOverWork } from './platform/database/left-over-work.ts';
import { releaseRemnants } from './platform/database/remnants.ts';
import type { Queue } from './platform/jobs.ts';
import type { Sweep } from './platform/sweep.ts';
import {
  CLEAN_UP,
  DUTIES,
  EXCHANGE_INSTALL_CODE,
  FORMER_QUEUES,
  LOOK_AT_HOST,
  QUEUES,
  SIGN_OUT,
  SYNC_SOURCES,
} from './queues.ts';
import { syncSources } from './settings/sync-sources.ts';

/** Sweeps under way may finish in this time; what they leave, the next worker finds. */
const STOP_PATIENCE_MS = 1_500;

export interface Worker {
  stop(): Promise<void>;
}

/** Runs the jobs, and the lists that are polled beside them. Any number of workers may run. */
export async function startWorker(parts: Parts): Promise<Worker> {
  const stopping = new AbortController();
  // Alone on the embedded database, whatever is marked as begun is a remnant of the process before this one.
  if (parts.config.databaseUrl === undefined) await releaseRemnants(parts.db);
  const { jobs } = parts;
  await jobs.retire(FORMER_QUEUES, () => adoptWork(parts));
  await jobs.work(SYNC_SOURCES, ({ accountId }, run) => syncSources(parts, accountId, run));
  await jobs.work(CLEAN_UP, (ended, run) => cleanUpAccount(parts, ended, run));
  await jobs.work(SIGN_OUT, ({ endingId }, run) => endSession(parts, endingId, run));
  await jobs.work(EXCHANGE_INSTALL_CODE, (code, run) => exchangeInstallCode(parts, code, run));
  await jobs.work(LOOK_AT_HOST, (look) => lookAtHost(parts, look));
  await workDuties(parts);
  const follower = new AttemptFollower(parts);
  const sweeps = [
    ...polledLists(parts, stopping.signal),
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

/** Gives a job to what an earlier version left without one. */
async function adoptWork({ db, jobs }: Parts): Promise<void> {
  for (const { queue: name, data, afterSeconds } of await listLeftOverWork(db)) {
    const queue = QUEUES.find((known) => known.name === name);
    if (queue) await jobs.request(db, queue as Queue<object>, data, { afterSeconds });
  }
}

/** Each duty is one job that never ends: wherever it runs, it asks for its own next time. */
async function workDuties(parts: Parts): Promise<void> {
  const { db, jobs, log, pace } = parts;
  const byName = new Map(duties(parts).map((duty) => [duty.name, duty]));
  await jobs.work(DUTIES, async ({ duty: name }) => {
    const duty = byName.get(name);
    // Of another version.
    if (!duty) return undefined;
    try {
      await duty.run();
    } catch (error) {
      log.error({ err: error, sweep: name }, 'a sweep failed');
    }
    return { againInSeconds: duty.everySeconds * pace.sweeps };
  });
  // Whatever the last process meant to do later is looked at once.
  for (const name of byName.keys()) await jobs.request(db, DUTIES, { duty: name });
}

/**
 * What is polled although pg-boss could wake somebody, and why:
 * - Health of the channels: every channel would have a waiting job for ever, a million of them, and a request that
 *   brings one forward reads all that wait. The list is the channels themselves; each process takes what is due.
 * - QR sign-ins: asked about every other second while somebody looks on, which is more often than jobs are fetched.
 * - Install codes: they take turns by a rank over all hosts that changes with each of them, and a job has one place.
 * - Refreshes and probes of grants: fenced by the grant's version within seconds and begun by requests, too; see
 *   decision 046.
 * - Disable hooks: Kommo sends them once and waits three seconds, so that one statement must remember them, without
 *   a job beside it; the process that was called asks at once, and this list is for one that died.
 */
function polledLists(parts: Parts, stopping: AbortSignal): Sweep[] {
  const kommo = parts.kommo.background();
  return [
    // Each service is looked after apart: one that hangs holds back its own channels only.
    ...parts.connectors.all().map((connector) => ({
      name: `health of the channels of ${connector.id}`,
      everyMs: 15_000,
      run: () => checkChannels(parts, connector, stopping),
    })),
    // An administrator waits in front of the widget; between two rounds their install waits, too.
    { name: 'install codes that are due', everyMs: 500, run: () => pickInstallWork(parts) },
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
      name: 'disable hooks that were not confirmed',
      everyMs: 3_000,
      run: () => recheckDisableHooks(parts),
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
