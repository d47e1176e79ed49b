import type { Context } from '../../context.ts';

/** How long work under way may take to finish when the process stops. */
const DRAIN_MS = 1_500;

interface Lane {
  running: Promise<void>;
  next: (() => Promise<void>) | undefined;
}

/**
 * Work that goes on after a request was answered: one piece at a time for each subject, and of those that wait only
 * the newest. It dies with the process, so use it only for work that something else would find again.
 */
export class FollowUpWork {
  readonly #log: Context['log'];
  readonly #lanes = new Map<string, Lane>();

  constructor(log: Context['log']) {
    this.#log = log;
  }

  /** @param subject what the work is about; logged when it fails */
  run(subject: string, work: () => Promise<void>): void {
    const lane = this.#lanes.get(subject);
    if (lane) lane.next = work;
    else this.#start(subject, work);
  }

  /** Waits a moment for what is under way. */
  async drain(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, DRAIN_MS);
    const all = Promise.all([...this.#lanes.values()].map(({ running }) => running));
    await Promise.race([all, patience.promise]);
    clearTimeout(timer);
  }

  #start(subject: string, work: () => Promise<void>): void {
    const lane: Lane = { running: Promise.resolve(), next: undefined };
    this.#lanes.set(subject, lane);
    lane.running = this.#work(subject, lane, work).finally(() => this.#lanes.delete(subject));
  }

  async #work(subject: string, lane: Lane, first: () => Promise<void>): Promise<void> {
    for (let work: typeof lane.next = first; work; ) {
      try {
        await work();
      } catch (error) {
        this.#log.error({ err: error, subject }, 'what follows an event of a chat service failed');
      }
      work = lane.next;
      lane.next = undefined;
    }
  }
}
