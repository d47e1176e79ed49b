import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/database/database.ts';
import { FairLine } from '../../platform/fair-line.ts';
import { KommoError } from '../errors.ts';
import { ForeignClock } from './foreign-clock.ts';
import { pauseBucket, reserveInstant } from './rows.ts';

/**
 * Who waits: a person in front of the settings, or a job that has time. `unproven` and `vouched` are requests
 * that an install call causes, which anybody can make: the first queue like a job, the second, whose
 * account has shown a signed token, like a person. Both have one share for all, and what Kommo answers stops
 * nobody else.
 */
export type Urgency = 'interactive' | 'bulk' | 'unproven' | 'vouched';

/** The spacing, less this, always lies between two requests of this process, however late a timer fires. */
const SLACK_MS = 5;
/** A request that would leave later than this after its instant asks for another, since that one may be taken. */
const MAX_LATENESS_MS = 100;
const LEAD_STEP_MS = 150;
const INTERACTIVE_WAIT_MS = 8_000;
const BULK_WAIT_MS = 30_000;
/** Jobs reserve only this far ahead, so that a person is never behind more than a few of them. */
const BULK_LOOKAHEAD_MS = 400;
/** A job that found no gap in this time takes the next free instant like a person: slow, but never stuck. */
const BULK_PATIENCE_MS = 3_000;

const EGRESS = 'egress';
const UNPROVEN = 'unproven';
/** The line of the jobs; no host has this name. */
const BACKGROUND = 'background';

/**
 * Keeps this backend within Kommo's 7 requests per second, counted both per installation and per egress
 * address (Kommo's pages can be read either way), across all replicas. What all share is shared evenly: an
 * installation has one instant ahead at a time, and its other requests stand in line for the next.
 *
 * @see https://developers.kommo.com/docs/limitations
 */
export class Rate {
  readonly #db: Db;
  readonly #spacingMs: number;
  readonly #clock = new ForeignClock();
  readonly #lines = new Map<string, FairLine>();
  /** How many requests of people wait here, by share. Its jobs let them go first. */
  readonly #people = new Map<string, number>();
  /** Departures of this process, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #lastDepartureMs = Number.NEGATIVE_INFINITY;

  /** @param spacingMs distance between two requests of all replicas together */
  constructor(db: Db, spacingMs: number) {
    this.#db = db;
    this.#spacingMs = spacingMs;
  }

  /**
   * Returns at the instant the request may leave.
   *
   * @param payer the account's host, whose share of the budget the request takes
   * @throws KommoError `rate_limited` when that would take too long
   */
  async wait(payer: string, urgency: Urgency): Promise<void> {
    const isPatient = urgency === 'bulk' || urgency === 'unproven';
    const giveUpAt = performance.now() + (isPatient ? BULK_WAIT_MS : INTERACTIVE_WAIT_MS);
    const share = urgency === 'unproven' || urgency === 'vouched' ? UNPROVEN : installation(payer);
    const who = urgency === 'unproven' ? UNPROVEN : payer;
    const place = { line: isPatient ? BACKGROUND : share, who };
    if (!isPatient) this.#countPeople(share, 1);
    try {
      for (;;) {
        const waitMs = await this.#inTurn(place, giveUpAt, () =>
          this.#leave(share, isPatient, giveUpAt),
        );
        if (waitMs === 0) return;
        await sleep(waitMs);
      }
    } finally {
      if (!isPatient) this.#countPeople(share, -1);
    }
  }

  #countPeople(share: string, more: 1 | -1): void {
    const count = (this.#people.get(share) ?? 0) + more;
    if (count > 0) this.#people.set(share, count);
    else this.#people.delete(share);
  }

  /** Kommo answered 429, or banned us: nothing more leaves for this installation for a while. */
  async pause(payer: string, seconds: number): Promise<void> {
    await pauseBucket(this.#db, {
      bucket: installation(payer),
      sharedBucket: EGRESS,
      // Replicas and accounts that were stopped together must not start together.
      pauseMs: Math.round(seconds * 1000 * (1 + Math.random() * 0.05)),
    });
  }

  /** Does `work` when its turn in the line has come. @throws KommoError `rate_limited` when it does not come */
  async #inTurn<Result>(
    { line: name, who }: { line: string; who: string },
    giveUpAt: number,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const line = this.#lines.get(name) ?? new FairLine();
    this.#lines.set(name, line);
    const leftMs = giveUpAt - performance.now();
    // Told at once instead of after the wait: at best one turn an instant.
    const isHopeless = line.waiting(who) * this.#spacingMs > leftMs;
    if (isHopeless || !(await line.enter(who, leftMs))) {
      throw new KommoError('rate_limited', {
        retryAfterSeconds: Math.max(1, Math.ceil((line.waiting(who) * this.#spacingMs) / 1000)),
      });
    }
    try {
      return await work();
    } finally {
      line.leave();
      if (line.isEmpty) this.#lines.delete(name);
    }
  }

  /**
   * Reserves an instant and waits for it.
   *
   * @returns 0 when it has come; else after how many milliseconds to stand in line again, because until then the
   *   request would only hold up others
   */
  async #leave(share: string, isPatient: boolean, giveUpAt: number): Promise<number> {
    const begunAt = performance.now();
    let leadMs = 0;
    for (;;) {
      const askedAt = performance.now();
      const leftMs = giveUpAt - askedAt;
      if (isPatient && this.#people.has(share)) return Math.max(1, this.#spacingMs);
      const isShy = isPatient && askedAt - begunAt < BULK_PATIENCE_MS;
      const { outcome, waitMs, instant, clock } = await reserveInstant(this.#db, {
        buckets: [EGRESS, share],
        single: share,
        spacingMs: this.#spacingMs,
        leadMs,
        maxWaitMs: Math.max(0, isShy ? BULK_LOOKAHEAD_MS : leftMs),
      });
      if (outcome === 'reserved') {
        this.#clock.observe(askedAt, performance.now(), clock);
        if (await this.#depart(this.#clock.toOurs(instant))) return 0;
        leadMs = Math.min(leadMs + LEAD_STEP_MS, 1_000);
      } else if (waitMs > leftMs) {
        throw new KommoError('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
      } else if (outcome === 'paused' || (outcome === 'planned' && isPatient)) {
        return Math.max(1, waitMs);
      } else {
        // Spread at random, so that replicas share evenly.
        const part = outcome === 'planned' ? 1 : 0.3 + Math.random() * 0.7;
        await sleep(Math.min(1_000, waitMs * part));
      }
    }
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

function installation(payer: string): string {
  return `installation:${payer}`;
}
