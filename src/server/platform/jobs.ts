import { fromKysely, type PgBoss } from 'pg-boss';
import type { Trx } from './database/database.ts';

/** Payloads by queue. A job carries ids only: what to do is read when it runs. */
export interface JobData {
  /** Make an account's sources equal its settings. */
  'sync-sources': { accountId: number };
  /** End sessions at the chat services and forget the secrets of a finished install epoch. */
  'clean-up-account': { accountId: number; epoch: number };
  /** End a session at a chat service that nobody uses any more. */
  'end-session': { endingId: string };
}

export type JobName = keyof JobData;

const JOB_NAMES: readonly JobName[] = ['sync-sources', 'clean-up-account', 'end-session'];

const UNKNOWN_JOB = '00000000-0000-0000-0000-000000000000';

/** The job queue. Delivery is at least once: every handler may run twice and must not mind. */
export class Jobs {
  readonly #boss: PgBoss;

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Creates the queues; call once at start, before anything is sent. */
  async prepare(): Promise<void> {
    for (const name of JOB_NAMES) {
      await this.#boss.createQueue(name, {
        retryLimit: 3,
        retryDelay: 1,
        retryBackoff: true,
        heartbeatSeconds: 20,
        notify: true,
      });
      // Fills the queue's cache: a first look-up inside an embedded transaction would wait for itself.
      await this.#boss.findJobs(name, { id: UNKNOWN_JOB });
    }
  }

  /**
   * Sends within the caller's transaction: both happen or neither. The newest job of a queue runs first.
   *
   * @param group - what may hang for many jobs at once; see `work`
   */
  async send<Name extends JobName>(
    trx: Trx,
    name: Name,
    data: JobData[Name],
    group?: string,
  ): Promise<void> {
    // Whoever sent it may still be waiting for it; what waits for long is found by the sweeps, the oldest first.
    const priority = Math.floor(Date.now() / 1000);
    await this.#boss.send(name, data, {
      db: fromKysely(trx),
      priority,
      ...(group !== undefined && { group: { id: group } }),
    });
  }

  /** Sends on its own; for sweepers that found something left over. */
  async resend<Name extends JobName>(name: Name, data: JobData[Name]): Promise<void> {
    await this.#boss.send(name, data);
  }

  /** Runs `handler` for each job of one queue, `all` at a time and of these at most `group` of one group. */
  async work<Name extends JobName>(
    name: Name,
    concurrency: { all: number; group?: number },
    handler: (data: JobData[Name]) => Promise<unknown>,
  ): Promise<void> {
    await this.#boss.work<JobData[Name]>(
      name,
      {
        batchSize: 1,
        localConcurrency: concurrency.all,
        ...(concurrency.group !== undefined && { localGroupConcurrency: concurrency.group }),
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 2,
      },
      async (jobs) => {
        for (const job of jobs) await handler(job.data);
      },
    );
  }

  /** Begins no further job. Those under way go on; sending still works. */
  async stopWork(): Promise<void> {
    for (const name of JOB_NAMES) await this.#boss.offWork(name, { wait: false });
  }
}
