import { setTimeout as sleep } from 'node:timers/promises';
import { KommoError } from './errors.ts';
import { ForeignClock } from './foreign-clock.ts';

/** Who waits: a person in front of the settings, or a job that has time. */
export type Urgency = 'interactive' | 'bulk';

/** What the shared counter said to a wish for the next free instant. */
export type Reservation =
  /** Reserved: leave at `instant` of the counter's clock, which showed `clock` meanwhile; in milliseconds. */
  | { outcome: 'reserved'; waitMs: number; instant: number; clock: number }
  /** Nothing reserved: the next free instant is `waitMs` away, later than asked for. */
  | { outcome: 'behind'; waitMs: number }
  /** Nothing reserved: Kommo asked for silence for another `waitMs`. */
  | { outcome: 'paused'; waitMs: number };

/** The counter all replicas share, on the database's clock. */
export interface RateStore {
  /** Reserves the first instant that is free in every one of `buckets`, in one step. */
  reserve(wish: {
    buckets: readonly string[];
    /** Distance to the next instant of the same bucket. */
    spacingMs: number;
    /** Earliest instant, from now. */
    leadMs: number;
    /** Latest instant, from now; beyond it nothing is reserved. */
    maxWaitMs: number;
  }): Promise<Reservation>;
  /**
   * Stops `bucket` for a time. When another installation is stopped as well, the limit is evidently the
   * address's, and `sharedBucket` stops too.
   */
  pause(wish: { bucket: string; sharedBucket: string; pauseMs: number }): Promise<void>;
}

/** Never leave closer behind this process's last request than the spacing less this, however late its timer fired. */
const SLACK_MS = 5;
/** A request that would leave later than this after its instant asks for another: its place is somebody else's. */
const MAX_LATENESS_MS = 100;
const LEAD_STEP_MS = 150;
const INTERACTIVE_WAIT_MS = 8_000;
const BULK_WAIT_MS = 30_000;
/** Jobs reserve only this far ahead, so that a person is never behind more than a few of them. */
const BULK_LOOKAHEAD_MS = 400;

const EGRESS = 'egress';

/**
 * Keeps this backend within Kommo's 7 requests per second, counted both per installation and per egress
 * address (Kommo's pages can be read either way), across all replicas.
 *
 * @see https://developers.kommo.com/docs/limitations
 */
export class Rate {
  readonly #store: RateStore;
  readonly #spacingMs: number;
  readonly #clock = new ForeignClock();
  /** Departures of this process, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #lastDepartureMs = Number.NEGATIVE_INFINITY;

  /** @param spacingMs distance between two requests of all replicas together */
  constructor(store: RateStore, spacingMs: number) {
    this.#store = store;
    this.#spacingMs = spacingMs;
  }

  /**
   * Returns at the instant the request may leave.
   *
   * @throws KommoError `rate_limited` when that would take too long
   */
  async wait(host: string, urgency: Urgency): Promise<void> {
    const giveUpAt =
      performance.now() + (urgency === 'interactive' ? INTERACTIVE_WAIT_MS : BULK_WAIT_MS);
    let leadMs = 0;
    for (;;) {
      const leftMs = giveUpAt - performance.now();
      const askedAt = performance.now();
      const reservation = await this.#store.reserve({
        buckets: [EGRESS, installation(host)],
        spacingMs: this.#spacingMs,
        leadMs,
        maxWaitMs: Math.max(0, urgency === 'interactive' ? leftMs : BULK_LOOKAHEAD_MS),
      });
      const { outcome, waitMs } = reservation;
      if (outcome === 'reserved') {
        this.#clock.note(askedAt, performance.now(), reservation.clock);
        if (await this.#depart(this.#clock.toOurs(reservation.instant))) return;
        leadMs = Math.min(leadMs + LEAD_STEP_MS, 1_000);
      } else if (waitMs > leftMs) {
        throw new KommoError('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
      } else if (outcome === 'paused') {
        await sleep(waitMs);
      } else {
        // Spread at random, so that accounts with much to do share evenly.
        await sleep(Math.min(1_000, waitMs * (0.3 + Math.random() * 0.7)));
      }
    }
  }

  /** Kommo answered 429, or banned us: nothing more leaves for this installation for a while. */
  async pause(host: string, seconds: number): Promise<void> {
    await this.#store.pause({
      bucket: installation(host),
      sharedBucket: EGRESS,
      // Replicas and accounts that were stopped together must not start together.
      pauseMs: Math.round(seconds * 1000 * (1 + Math.random() * 0.05)),
    });
  }

  /** Waits for the reserved instant; false when it was missed. */
  #depart(instant: number): Promise<boolean> {
    const departure = this.#turn.then(async () => {
      const at = Math.max(instant, this.#lastDepartureMs + this.#spacingMs - SLACK_MS);
      while (performance.now() < at) await sleep(Math.max(1, Math.ceil(at - performance.now())));
      if (performance.now() - instant > MAX_LATENESS_MS) return false;
      this.#lastDepartureMs = performance.now();
      return true;
    });
    this.#turn = departure;
    return departure;
  }
}

function installation(host: string): string {
  return `installation:${host}`;
}
