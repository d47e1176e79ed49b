import { AppError } from './app-error.ts';

/** So many seconds' worth of requests may come at once: a screen that opens asks for several things. */
const BURST_SECONDS = 4;

/** From here on, accounts that have been quiet are forgotten, at most once a second. */
const MANY_ACCOUNTS = 1_000;
const FORGET_EVERY_MS = 1_000;

/**
 * How many requests one account may make, so that no tenant takes the others' turn. Keeps for each account the time at
 * which all its requests would have come evenly spaced (GCRA). A time in the past says nothing and is forgotten, so
 * only the accounts of the last seconds are kept.
 */
export class RequestLimit {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #now: () => number;
  readonly #due = new Map<number, number>();
  #forgottenAt = 0;

  /** @param now milliseconds that never go back */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#intervalMs = 1_000 / perSecond;
    this.#burstMs = BURST_SECONDS * 1_000;
    this.#now = now;
  }

  /** How many accounts are remembered. */
  get size(): number {
    return this.#due.size;
  }

  /** Counts one request. @throws AppError `rate_limited` with the seconds after which the next one is accepted */
  count(accountId: number): void {
    const now = this.#now();
    this.#forget(now);
    const due = Math.max(this.#due.get(accountId) ?? now, now) + this.#intervalMs;
    const waitMs = due - now - this.#burstMs;
    if (waitMs > 0) {
      throw new AppError('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
    }
    this.#due.set(accountId, due);
  }

  #forget(now: number): void {
    if (this.#due.size < MANY_ACCOUNTS || now - this.#forgottenAt < FORGET_EVERY_MS) return;
    this.#forgottenAt = now;
    for (const [accountId, due] of this.#due) if (due <= now) this.#due.delete(accountId);
  }
}
