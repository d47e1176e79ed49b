import type { Context } from '../../context.ts';
import type { SessionLocks } from '../../platform/database/session-locks.ts';
import { listDueLanes } from './rows.ts';

/** Lanes worked on at the same time; one that takes long does not count. */
const AT_ONCE = 40;
/** Lanes open at the same time, those that take long included. */
const MOST_OPEN = 400;
/** Lanes looked at for each that can be taken: other processes hold some of them. */
const LOOKED_AT = 5;
/** Lanes of one channel at the same time. */
const PER_CHANNEL = 20;
/** A lane that takes longer is waiting for somebody. */
const SLOW_MS = 1_500;
/** For lanes whose time has come; new messages announce themselves. */
const POLL_MS = 1_000;
const AFTER_FAILURE_MS = 1_000;

/** The lane may be somebody else's by now, or the process stops. */
export class LaneLost extends Error {
  constructor() {
    super('The lane was lost.');
    this.name = 'LaneLost';
  }
}

/** Proves that the lane is still ours. Call it before each write to the outside. @throws LaneLost */
export type Confirm = () => void;

interface OpenLane {
  channelId: string;
  /** `#calls` when it was begun. */
  calls: number;
  isSlow: boolean;
  done: Promise<void>;
}

/**
 * Works on lanes of one direction: a lane by one process at a time and in order, the lanes side by side. The messages
 * are the queue, so that one costs no further rows; decision 050 says why pg-boss does not do this.
 */
export class LaneRunner {
  readonly #context: Context;
  readonly #direction: 'in' | 'out';
  readonly #locks: SessionLocks;
  readonly #work: (lane: string, confirm: Confirm) => Promise<void>;
  readonly #lanes = new Map<string, OpenLane>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isAskedAgain = false;
  /** How often something may have come. */
  #calls = 0;
  /** The last look had no room for all that is due. */
  #isFull = false;

  constructor(
    context: Context,
    options: {
      direction: 'in' | 'out';
      locks: SessionLocks;
      work: (lane: string, confirm: Confirm) => Promise<void>;
    },
  ) {
    this.#context = context;
    this.#direction = options.direction;
    this.#locks = options.locks;
    this.#work = options.work;
  }

  /** Looks for lanes now; call it whenever there may be something. */
  wake(): void {
    this.#calls += 1;
    if (this.#stopping.signal.aborted) return;
    if (this.#round !== undefined) {
      this.#isAskedAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#round = this.#look().finally(() => {
      this.#round = undefined;
      if (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        this.wake();
      }
    });
  }

  /** Begins no further lane and waits for those under way, but not for ever. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, patienceMs);
    const underWay = Promise.all([...this.#lanes.values()].map(({ done }) => done));
    await Promise.race([Promise.all([this.#round, underWay]), patience.promise]);
    clearTimeout(timer);
  }

  async #look(): Promise<void> {
    let nextMs = POLL_MS * this.#context.pace.sweeps;
    try {
      for (;;) {
        const room = this.#room();
        const busy = this.#busy();
        this.#isFull = room <= 0 || busy.channelIds.length > 0;
        if (room <= 0 || this.#stopping.signal.aborted) break;
        const limit = room * LOOKED_AT;
        const due = await listDueLanes(this.#context.db, this.#direction, busy, limit);
        if (due.length === 0) break;
        const names = due.map(({ lane }) => lane);
        const taken = new Set(await this.#locks.take(names, room));
        for (const { lane, channelId } of due) if (taken.has(lane)) this.#begin(lane, channelId);
        // What others hold would be found again and again; the poll looks whether they still do.
        if (taken.size < room) break;
      }
    } catch (error) {
      nextMs = AFTER_FAILURE_MS;
      if (!this.#stopping.signal.aborted) {
        this.#context.log.error({ err: error }, 'messages that are due could not be looked for');
      }
    }
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), nextMs);
  }

  #room(): number {
    const open = [...this.#lanes.values()];
    const quick = open.filter(({ isSlow }) => !isSlow).length;
    return Math.min(AT_ONCE - quick, MOST_OPEN - open.length);
  }

  #busy(): { lanes: string[]; channelIds: string[] } {
    const counts = new Map<string, number>();
    for (const { channelId, isSlow } of this.#lanes.values()) {
      // What waits for somebody holds up only its own conversation.
      if (isSlow) continue;
      counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    }
    const full = [...counts].filter(([, count]) => count >= PER_CHANNEL);
    return { lanes: [...this.#lanes.keys()], channelIds: full.map(([id]) => id) };
  }

  #begin(lane: string, channelId: string): void {
    const calls = this.#calls;
    const open: OpenLane = { channelId, calls, isSlow: false, done: Promise.resolve() };
    this.#lanes.set(lane, open);
    const slow = setTimeout(() => {
      open.isSlow = true;
      this.wake();
    }, SLOW_MS);
    open.done = this.#run(lane).finally(async () => {
      clearTimeout(slow);
      await this.#locks.release(lane);
      this.#lanes.delete(lane);
      // A message may have come after the last look into the lane, or have had to wait for the room.
      if (this.#isFull || open.calls !== this.#calls) this.wake();
    });
  }

  async #run(lane: string): Promise<void> {
    const { held } = this.#locks;
    const confirm = () => {
      if (held.aborted || this.#locks.held !== held || this.#stopping.signal.aborted) {
        throw new LaneLost();
      }
    };
    try {
      await this.#work(lane, confirm);
    } catch (error) {
      if (error instanceof LaneLost) return;
      this.#context.log.error(
        { err: error, direction: this.#direction },
        'a lane of messages failed',
      );
      await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
    }
  }
}
