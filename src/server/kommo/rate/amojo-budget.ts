import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/database/database.ts';
import { KommoError } from '../errors.ts';
import { ForeignClock } from './foreign-clock.ts';
import { AMOJO_BUCKET, pauseLeft, reserveInstant, stopBucket } from './rows.ts';

/** One request that waits for its turn. */
interface Waiter {
  who: string;
  giveUpAt: number;
  go: () => void;
  refuse: (error: unknown) => void;
}

/** A piece reserved at once lasts this long at most: others wait as long for theirs. */
const PIECE_MS = 250;
/** An instant met later than this is given up; so no second holds more than a tenth of a second's worth too much. */
const MAX_LATENESS_MS = 100;
const LEAD_STEP_MS = 150;
const MAX_LEAD_MS = 1_000;
/** Longest wait for a turn. */
const PATIENCE_MS = 30_000;
/** A piece further ahead than this may be overtaken by a pause, so that is asked about before it begins. */
const NEAR_MS = 500;
const ASK_AHEAD_MS = 50;

/**
 * Keeps all replicas together within a number of requests per second towards Kommo's chat API, which serves every
 * account through one channel. Kommo documents no limit, so the number is a setting.
 *
 * A process reserves as many instants as it has requests waiting, in one statement on the database's clock, and hands
 * them out in turn to those who wait: under load a statement serves many requests, and a lone request goes at once.
 */
export class AmojoBudget {
  readonly #db: Db;
  readonly #spacingMs: number;
  readonly #pieceSize: number;
  readonly #clock = new ForeignClock();
  /** Whoever is first in the map is next; each has a turn before the same one has another. */
  readonly #waiting = new Map<string, Waiter[]>();
  #count = 0;
  #isRunning = false;
  #leadMs = 0;
  /** Until when nothing leaves this process. */
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** @param perSecond requests per second of all replicas together */
  constructor(db: Db, perSecond: number) {
    this.#db = db;
    this.#spacingMs = 1000 / perSecond;
    this.#pieceSize = Math.max(1, Math.floor(PIECE_MS / this.#spacingMs));
  }

  /**
   * Returns at the instant a request may leave.
   *
   * @param signal ends the wait; its reason is thrown
   * @param who whose request it is: nobody's many requests keep out another's few
   * @throws KommoError `rate_limited` when the turn would not come within 30 s
   */
  wait(signal?: AbortSignal, who = ''): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const before = this.#waiting.get(who)?.length ?? 0;
    // At best one turn an instant, shared evenly among those who wait.
    const aheadMs = Math.min(this.#count, (before + 1) * this.#waiting.size) * this.#spacingMs;
    if (aheadMs > PATIENCE_MS) return Promise.reject(tooBusy(aheadMs));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      if (this.#remove(waiter)) reject(signal?.reason);
    };
    const waiter: Waiter = {
      who,
      giveUpAt: performance.now() + PATIENCE_MS,
      go: () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      refuse: (error) => {
        signal?.removeEventListener('abort', onAbort);
        reject(error);
      },
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const line = this.#waiting.get(who);
    if (line === undefined) this.#waiting.set(who, [waiter]);
    else line.push(waiter);
    this.#count += 1;
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  /** Kommo answered 429: nothing more leaves, from any replica, for a while. */
  async pause(seconds: number): Promise<void> {
    // Replicas that were stopped together must not start together.
    const pauseMs = seconds * 1000 * (1 + Math.random() * 0.05);
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pauseMs);
    await stopBucket(this.#db, AMOJO_BUCKET, pauseMs);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#count > 0) await this.#handOutPiece();
    } catch (error) {
      for (let next = this.#next(); next !== undefined; next = this.#next()) next.refuse(error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #handOutPiece(): Promise<void> {
    const size = Math.min(this.#count, this.#pieceSize);
    const askedAt = performance.now();
    const { outcome, waitMs, instant, clock } = await reserveInstant(this.#db, {
      buckets: [AMOJO_BUCKET],
      spacingMs: size * this.#spacingMs,
      leadMs: this.#leadMs,
      maxWaitMs: PATIENCE_MS,
    });
    if (outcome !== 'reserved') return await this.#rest(waitMs);
    this.#clock.observe(askedAt, performance.now(), clock);
    const begin = this.#clock.toOurs(instant);
    if (begin - performance.now() > NEAR_MS) {
      await sleepUntil(begin - ASK_AHEAD_MS);
      const leftMs = await pauseLeft(this.#db, AMOJO_BUCKET);
      if (leftMs > 0) return await this.#rest(leftMs);
    }
    let isMissed = true;
    for (let index = 0; index < size; index += 1) {
      const at = begin + index * this.#spacingMs;
      await sleepUntil(at);
      const now = performance.now();
      if (this.#pausedUntil > now) return await this.#rest(this.#pausedUntil - now);
      if (now - at > MAX_LATENESS_MS) continue;
      isMissed = false;
      const next = this.#next();
      if (next === undefined) break;
      next.go();
    }
    // The database took longer to answer than an instant lasts.
    this.#leadMs = isMissed ? Math.min(MAX_LEAD_MS, this.#leadMs + LEAD_STEP_MS) : 0;
  }

  /** Lets time pass, for those who would wait so long. */
  async #rest(restMs: number): Promise<void> {
    const until = performance.now() + restMs;
    for (const waiter of [...this.#waiting.values()].flat()) {
      if (waiter.giveUpAt < until && this.#remove(waiter)) waiter.refuse(tooBusy(restMs));
    }
    if (this.#count > 0) await sleepUntil(until + Math.random() * this.#spacingMs);
  }

  #next(): Waiter | undefined {
    for (;;) {
      const [first] = this.#waiting;
      const waiter = first?.[1][0];
      if (waiter === undefined) return undefined;
      this.#remove(waiter);
      const others = this.#waiting.get(waiter.who);
      if (others !== undefined) {
        // To the end of the line, behind all the others that are waiting.
        this.#waiting.delete(waiter.who);
        this.#waiting.set(waiter.who, others);
      }
      if (waiter.giveUpAt >= performance.now()) return waiter;
      waiter.refuse(tooBusy(this.#spacingMs));
    }
  }

  /** False for one that is not waiting any more. */
  #remove(waiter: Waiter): boolean {
    const line = this.#waiting.get(waiter.who);
    const place = line?.indexOf(waiter) ?? -1;
    if (line === undefined || place < 0) return false;
    line.splice(place, 1);
    if (line.length === 0) this.#waiting.delete(waiter.who);
    this.#count -= 1;
    return true;
  }
}

function tooBusy(waitMs: number): KommoError {
  return new KommoError('rate_limited', {
    api: 'amojo',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

async function sleepUntil(at: number): Promise<void> {
  for (;;) {
    const leftMs = at - performance.now();
    if (leftMs <= 0) return;
    await sleep(Math.max(1, Math.ceil(leftMs)));
  }
}
