import { checkHost } from './accounts/install/check-host.ts';
import { exchangeInstallCode } from './accounts/install/exchange-install-code.ts';
import { pickInstallWork } from './accounts/install/pick-install-work.ts';
import { recheckDisableHooks } from './accounts/uninstall.ts';
import { AttemptFollower } from './channels/attempts/follow-attempts.ts';
import { cleanUpAccount } from './channels/clean-up/clean-up-account.ts';
import { AskedChecks } from './channels/health/asked-checks.ts';
import { checkChannels } from './channels/health/channel-health.ts';
import { signOut } from './channels/sign-outs/sign-out.ts';
import type { Context } from './context.ts';
import { probeDeadGrants, recoverLostRefreshes } from './kommo/grants/maintenance.ts';
import { compareHistory } from './messages/history/compare-history.ts';
import type { MessageWake } from './messages/message-wake.ts';
import { MessageWorker } from './messages/message-worker.ts';
import { forgetMessages } from './messages/retention/forget-messages.ts';
import { listLeftOverWork } from './platform/database/left-over-work.ts';
import { releaseDeadWork } from './platform/database/release-dead-work.ts';
import type { Queue } from './platform/jobs.ts';
import {
  CHECK_HOST,
  CLEAN_UP,
  COMPARE_HISTORY,
  EXCHANGE_INSTALL_CODE,
  FORGET_MESSAGES,
  FORMER_QUEUES,
  QUEUES,
  SCHEDULED,
  SIGN_OUT,
  SYNC_SOURCES,
} from './queues.ts';
import { scheduledJobs } from './scheduled-jobs.ts';
import { syncSources } from './settings/sync-sources.ts';

/** Sweeps under way may finish in this time; what they leave, the next worker finds. */
const STOP_PATIENCE_MS = 1_500;

/** A message that a service was asked to take may be answered in this time; cut, nobody would know its fate. */
const MESSAGE_PATIENCE_MS = 6_000;

/** A list that every worker polls. Runs may overlap on several replicas. */
interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}

export interface Worker {
  stop(): Promise<void>;
}

/** Runs the jobs, and the lists that are polled beside them. Any number of workers may run. */
export async function startWorker(context: Context, wake: MessageWake): Promise<Worker> {
  const stopping = new AbortController();
  // This process is alone on the embedded database: work marked as begun was left by the one before.
  if (context.config.databaseUrl === undefined) await releaseDeadWork(context.db);
  const { jobs } = context;
  await jobs.retire(FORMER_QUEUES, () => adoptWork(context));
  await jobs.work(SYNC_SOURCES, ({ accountId }, run) => syncSources(context, accountId, run));
  await jobs.work(CLEAN_UP, (ended, run) => cleanUpAccount(context, ended, run));
  await jobs.work(SIGN_OUT, ({ signOutId }, run) => signOut(context, signOutId, run));
  await jobs.work(EXCHANGE_INSTALL_CODE, (code, run) => exchangeInstallCode(context, code, run));
  await jobs.work(CHECK_HOST, (data) => checkHost(context, data));
  await jobs.work(FORGET_MESSAGES, (data, run) => forgetMessages(context, data, run));
  await jobs.work(COMPARE_HISTORY, (data, run) => compareHistory(context, data, run));
  await workScheduledJobs(context);
  const messages = await MessageWorker.start(context, wake);
  const follower = new AttemptFollower(context);
  const askedChecks = new AskedChecks(context);
  const sweeps = [
    ...polledLists(context, stopping.signal),
    { name: 'QR sign-ins', everyMs: 1_000, run: () => follower.run(stopping.signal) },
    {
      name: 'checks that somebody waits for',
      everyMs: 2_000,
      run: () => askedChecks.run(stopping.signal),
    },
  ].map((sweep) => repeat(context, sweep, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await jobs.stopWork();
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, STOP_PATIENCE_MS);
      const underWay = sweeps.map((end) => end()).concat(follower.drain(), askedChecks.drain());
      const sent = messages.stop(MESSAGE_PATIENCE_MS);
      await Promise.race([Promise.all(underWay), patience.promise]);
      clearTimeout(timer);
      await sent;
    },
  };
}

/** Makes jobs for work that an earlier version left without one. */
async function adoptWork({ db, jobs }: Context): Promise<void> {
  for (const { queue: name, data, afterSeconds } of await listLeftOverWork(db)) {
    const queue = QUEUES.find((known) => known.name === name);
    if (queue) await jobs.request(db, queue as Queue<object>, data, { afterSeconds });
  }
}

/** Each scheduled job never ends: wherever it runs, it asks for its own next time. */
async function workScheduledJobs(context: Context): Promise<void> {
  const { db, jobs, log, pace } = context;
  const byName = new Map(scheduledJobs(context).map((job) => [job.name, job]));
  await jobs.work(SCHEDULED, async ({ name }) => {
    const job = byName.get(name);
    // Of another version.
    if (!job) return undefined;
    try {
      await job.run();
    } catch (error) {
      log.error({ err: error, sweep: name }, 'a sweep failed');
    }
    return { againInSeconds: job.everySeconds * pace.sweeps };
  });
  // What the last process meant to do later is done at once.
  for (const name of byName.keys()) await jobs.request(db, SCHEDULED, { name });
}

/**
 * What is polled although pg-boss could wake somebody, and why:
 * - Health of the channels: a million channels would have a million jobs that wait for ever, and a request that brings
 *   one forward reads all that wait. The list is the channels themselves; each process takes what is due.
 * - QR sign-ins: checked every other second while somebody watches, which is more often than jobs are fetched.
 * - Install codes: they take turns by a rank over all hosts that changes with each of them, and a job has one place.
 * - Refreshes and probes of grants: fenced by the grant's version within seconds and begun by requests, too; see
 *   decision 046.
 * - Disable hooks: Kommo sends them once and waits three seconds, so that one statement must remember them, without
 *   a job beside it; the process that was called asks at once, and this list is for one that died.
 */
function polledLists(context: Context, stopping: AbortSignal): Sweep[] {
  const kommo = context.kommo.background();
  return [
    // Each service has its own sweep: one that hangs holds back only its own channels.
    ...context.connectors.all().map((connector) => ({
      name: `health of the channels of ${connector.id}`,
      everyMs: 15_000,
      run: () => checkChannels(context, connector, stopping),
    })),
    // An administrator waits in front of the widget, also between two rounds.
    { name: 'install codes that are due', everyMs: 500, run: () => pickInstallWork(context) },
    {
      name: 'refreshes whose answer was lost',
      everyMs: 5_000,
      run: async () => void (await recoverLostRefreshes(kommo)),
    },
    {
      name: 'dead grants that are due',
      everyMs: 5_000,
      run: async () => void (await probeDeadGrants(kommo)),
    },
    {
      name: 'disable hooks that were not confirmed',
      everyMs: 3_000,
      run: () => recheckDisableHooks(context),
    },
  ];
}

/** Runs a sweep again and again, one at a time. @returns waits for the run under way */
function repeat(context: Context, sweep: Sweep, stopping: AbortSignal): () => Promise<void> {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const run = async () => {
    try {
      await sweep.run();
    } catch (error) {
      if (!stopping.aborted) context.log.error({ err: error, sweep: sweep.name }, 'a sweep failed');
    }
    schedule(sweep.everyMs * context.pace.sweeps);
  };
  const schedule = (afterMs: number) => {
    if (stopping.aborted) return;
    timer = setTimeout(() => {
      running = run();
    }, afterMs);
  };
  stopping.addEventListener('abort', () => clearTimeout(timer));
  // At once, to find what a killed process left behind.
  schedule(0);
  return () => running;
}
