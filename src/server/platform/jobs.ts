import { fromKysely, type JobWithMetadata, type PgBoss } from 'pg-boss';
import { isKeyBusy } from './database/busy-key.ts';
import type { Database, Db, Trx } from './database/database.ts';
import { transaction } from './database/transaction.ts';
import type { JobOutcome, Metrics } from './metrics.ts';

/** One kind of work. All of them stand in `queues.ts`. */
export interface Queue<Data extends object> {
  name: string;
  /** What a job is about. For each key, one job runs at a time and at most one more waits. */
  key: (data: Data) => string;
  /** Jobs at the same time in one process; one that takes long does not count. */
  concurrency: number;
  /** What may hang for many keys at once, and how many jobs of it run at the same time. */
  group?: { of: (data: Data) => string; concurrency: number };
  /** A job that throws is tried again after 1, 2, 4 … seconds, at most this long, until it does not. */
  longestPauseSeconds: number;
}

/** What a handler knows about the run it is in. */
export interface Run {
  /**
   * Proves, at the database, that nobody has taken this job over and that the process is not stopping. Call it
   * before each write to the outside. @throws JobLost
   */
  confirm(): Promise<void>;
  /** Aborted when the job is lost or the process stops. */
  signal: AbortSignal;
  /** How often this job was begun before and did not end. */
  tries: number;
  /** Requested just now: somebody may be waiting for it. */
  isAwaited: boolean;
}

/** `againInSeconds`: the work is not over, and this is when it goes on. */
export interface GoOn {
  againInSeconds: number;
}

export type Handler<Data> = (data: Data, run: Run) => Promise<void> | Promise<GoOn | undefined>;

/** Another process took the job over, or this one stops: another one finishes what was begun. */
export class JobLost extends Error {
  constructor() {
    super('The job was lost.');
    this.name = 'JobLost';
  }
}

/** How long a killed process goes unnoticed, plus one round of pg-boss's monitor. pg-boss takes no less. */
const HEARTBEAT_SECONDS = 10;

/** How often one worker of each queue looks for jobs whose time has come; new ones announce themselves. */
const POLL_SECONDS = 1;
/** The other workers, which the first one wakes. */
const IDLE_POLL_SECONDS = 30;

/** A job that takes longer goes on, and its queue gets a worker more until it ends. */
const SLOW_JOB_MS = 2_000;

/** What was requested longer ago is part of a backlog. */
const AWAITED_SECONDS = 5;

const NO_LIMIT = 1_000_000;
const YEAR_SECONDS = 365 * 86_400;
const UNKNOWN_JOB = '00000000-0000-0000-0000-000000000000';

/** Told of what a handler threw before it is tried again, and of `JobLost`. */
type OnFailure = (error: unknown, job: { queue: string; data: object }) => void;

/**
 * Background work. pg-boss makes it exclusive, delays it, repeats it and takes it over. A job runs at least once, so
 * every handler must tolerate running twice.
 *
 * The policy `short` lets one job of a key wait, groups of one let one run. The policy `stately` would not do: with
 * it pg-boss leaves out keys that were busy when it last counted, a minute ago.
 */
export class Jobs {
  readonly #boss: PgBoss;
  readonly #db: Db;
  readonly #onFailure: OnFailure;
  readonly #metrics: Pick<Metrics, 'jobEnded'> | undefined;
  readonly #stopping = new AbortController();
  /** Ids of pg-boss's workers, by queue; those that stand in for a slow job are left out. */
  readonly #workers = new Map<string, string[]>();
  /** The queue of every worker that is open, by the worker's id. */
  readonly #openWorkers = new Map<string, string>();
  /** Names of the queues that were prepared. */
  readonly #names: string[] = [];

  constructor(
    { boss, background }: Pick<Database, 'boss' | 'background'>,
    {
      onFailure = () => undefined,
      metrics,
    }: { onFailure?: OnFailure; metrics?: Pick<Metrics, 'jobEnded'> } = {},
  ) {
    this.#boss = boss;
    this.#db = background;
    this.#onFailure = onFailure;
    this.#metrics = metrics;
  }

  /** Creates the queues; call once at start, before anything is requested. */
  async prepare(queues: readonly Queue<never>[]): Promise<void> {
    const known = new Set((await this.#boss.getQueues()).map(({ name }) => name));
    for (const { name, longestPauseSeconds } of queues) {
      const policy = {
        retryLimit: NO_LIMIT,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: longestPauseSeconds,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        retentionSeconds: YEAR_SECONDS,
        deleteAfterSeconds: 60,
        notify: true,
      };
      if (known.has(name)) await this.#boss.updateQueue(name, policy);
      else await this.#boss.createQueue(name, { ...policy, policy: 'short' });
      this.#names.push(name);
      // Fills the queue's cache: a first look-up inside an embedded transaction would wait for itself.
      await this.#boss.findJobs(name, { id: UNKNOWN_JOB });
    }
  }

  /**
   * Takes the queues as they are; in place of `prepare` where a process only requests.
   *
   * @throws when one of them was never created
   */
  async recall(queues: readonly Queue<never>[]): Promise<void> {
    // Fills the queue's cache, as in `prepare`.
    for (const { name } of queues) await this.#boss.findJobs(name, { id: UNKNOWN_JOB });
  }

  /**
   * Requests a run that begins after this transaction commits; both happen or neither. If a run of the same key is
   * under way, another follows it; one that waits is brought forward. The newest request runs first.
   *
   * @param options.afterSeconds not before that; a run that waits already is then left as it is
   */
  async request<Data extends object>(
    db: Db | Trx,
    queue: Queue<Data>,
    data: Data,
    { afterSeconds = 0 }: { afterSeconds?: number } = {},
  ): Promise<void> {
    const handle = fromKysely(db.withoutPlugins());
    const singletonKey = queue.key(data);
    const priority = afterSeconds > 0 ? 0 : nowSeconds();
    for (;;) {
      const sent = await this.#boss.send(queue.name, data, {
        db: handle,
        singletonKey,
        priority,
        startAfter: afterSeconds,
        group: { id: groupOf(queue, data) },
      });
      if (sent !== null || afterSeconds > 0) return;
      const waiting = { db: handle, singletonKey, priority, startAfter: 0 };
      // No row changed: the one that waited has just begun, and may have read what was there before.
      if ((await this.#boss.update(queue.name, data, waiting)).updated > 0) return;
    }
  }

  /**
   * Jobs that could run now and do not, by queue, as pg-boss counted them: seconds ago while a worker runs. While none
   * does, pg-boss counts when it is asked, once a minute.
   */
  countWaiting(): Promise<{ queue: string; count: number }[]> {
    return Promise.all(
      this.#names.map(async (queue) => {
        const [counted] = await this.#boss.getQueueStats(queue, { force: true });
        return { queue, count: counted?.readyCount ?? 0 };
      }),
    );
  }

  /** Runs `handler` for each job of one queue. */
  async work<Data extends object>(queue: Queue<Data>, handler: Handler<Data>): Promise<void> {
    const workers: string[] = [];
    this.#workers.set(queue.name, workers);
    for (let count = 0; count < queue.concurrency; count += 1) {
      workers.push(
        await this.#open(queue, handler, count === 0 ? POLL_SECONDS : IDLE_POLL_SECONDS),
      );
    }
  }

  /** Removes queues of an earlier version, after `adopt` has found what their jobs were for. */
  async retire(names: readonly string[], adopt: () => Promise<void>): Promise<void> {
    const known = (await this.#boss.getQueues()).map(({ name }) => name);
    const former = names.filter((name) => known.includes(name));
    if (former.length === 0) return;
    await adopt();
    for (const name of former) await this.#boss.deleteQueue(name);
  }

  /** Begins no further job, and tells those under way. Requests still work. */
  async stopWork(): Promise<void> {
    this.#stopping.abort();
    // By id: another server of the same process, as in tests, may share pg-boss and its queues.
    for (const id of this.#openWorkers.keys()) await this.#close(id);
  }

  async #open<Data extends object>(
    queue: Queue<Data>,
    handler: Handler<Data>,
    pollSeconds: number,
  ): Promise<string> {
    const { name, group } = queue;
    const id: string = await this.#boss.work(
      name,
      {
        includeMetadata: true,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: pollSeconds,
        groupConcurrency: group?.concurrency ?? 1,
      },
      async ([job]: JobWithMetadata<Data>[]) => {
        if (job === undefined) return;
        this.#wake(name, id);
        await this.#withExtraWorker(queue, handler, () => this.#run(queue, job, handler));
      },
    );
    this.#openWorkers.set(id, name);
    // The process began to stop while this worker was opened.
    if (this.#stopping.signal.aborted) await this.#close(id);
    return id;
  }

  async #close(id: string): Promise<void> {
    const name = this.#openWorkers.get(id);
    if (name !== undefined && this.#openWorkers.delete(id)) {
      await this.#boss.offWork(name, { id, wait: false });
    }
  }

  /** There may be more where a job came from: this worker fetches again when it is done, the next one now. */
  #wake(name: string, id: string): void {
    const workers = this.#workers.get(name) ?? [];
    const next = workers[(workers.indexOf(id) + 1) % workers.length];
    for (const worker of [id, next]) if (worker !== undefined) this.#boss.notifyWorker(worker);
  }

  async #withExtraWorker<Data extends object>(
    queue: Queue<Data>,
    handler: Handler<Data>,
    work: () => Promise<void>,
  ): Promise<void> {
    let extra: Promise<string | undefined> | undefined;
    const timer = setTimeout(() => {
      if (this.#stopping.signal.aborted) return;
      extra = this.#open(queue, handler, POLL_SECONDS).catch(() => undefined);
    }, SLOW_JOB_MS);
    try {
      await work();
    } finally {
      clearTimeout(timer);
      const id = await extra;
      if (id !== undefined) await this.#close(id);
    }
  }

  async #run<Data extends object>(
    queue: Queue<Data>,
    job: JobWithMetadata<Data>,
    handler: Handler<Data>,
  ): Promise<void> {
    const { name } = queue;
    const begunAt = performance.now();
    const ended = (how: JobOutcome) => {
      const seconds = (performance.now() - begunAt) / 1000;
      this.#metrics?.jobEnded({ queue: name, outcome: how, seconds });
    };
    const attempt = { id: job.id, retryCount: job.retryCount };
    const signal = AbortSignal.any([job.signal, this.#stopping.signal]);
    const confirm = async () => {
      if (signal.aborted || !hasHit(await this.#boss.touch(name, attempt))) throw new JobLost();
    };
    try {
      // A job that is tried again and one requested since may both be fetched in the same instant. Each checks after
      // it was fetched, so at least one gives way; it comes back in a second or two.
      const self = { queue: name, key: job.singletonKey, id: job.id };
      if (!queue.group && (await isKeyBusy(this.#db, self))) throw new JobLost();
      const isAwaited = nowSeconds() - job.priority < AWAITED_SECONDS;
      const run = { confirm, signal, tries: job.retryCount, isAwaited };
      const outcome = await handler(job.data, run);
      if (outcome) await this.#goOnLater(queue, job, outcome.againInSeconds);
      ended('done');
    } catch (error) {
      ended(error instanceof JobLost ? 'lost' : 'failed');
      this.#onFailure(error, { queue: name, data: job.data });
      throw error;
    }
  }

  /** Ends the run and requests the next one, unless somebody has requested one since. */
  async #goOnLater<Data extends object>(
    queue: Queue<Data>,
    { id, retryCount, data }: JobWithMetadata<Data>,
    afterSeconds: number,
  ): Promise<void> {
    await transaction(this.#db, async (trx) => {
      const db = fromKysely(trx.withoutPlugins());
      if (!hasHit(await this.#boss.complete(queue.name, { id, retryCount }, null, { db }))) return;
      // Never less than a moment: what was requested just now goes first.
      await this.request(trx, queue, data, { afterSeconds: Math.max(afterSeconds, 0.01) });
    });
  }
}

/** Carries a queue's payload type to `request` and `work`. */
export function queue<Data extends object>(
  name: string,
  policy: Omit<Queue<Data>, 'name'>,
): Queue<Data> {
  return { name, ...policy };
}

function groupOf<Data extends object>({ key, group }: Queue<Data>, data: Data): string {
  return (group?.of ?? key)(data);
}

/** The number of rows, which the queue's types leave out. */
function hasHit(response: unknown): boolean {
  return ((response as { affected?: number }).affected ?? 0) > 0;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
