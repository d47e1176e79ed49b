/** A caller refused this often within ten seconds is blocked for a minute. */
const REFUSALS_BEFORE_BLOCK = 100;
const REFUSAL_WINDOW_MS = 10_000;
const BLOCK_MS = 60_000;

export type Verdict = 'pass' | 'limited' | 'blocked';

/**
 * A sliding window of one second of real time: a scripted clock must not slow down or free a caller.
 * Kommo allows 7 requests per second (https://developers.kommo.com/docs/limitations), answers 429 beyond
 * that, and 403 to everything from a caller that does not stop.
 */
export class RateLimiter {
  /** Milliseconds of real time; a test may stop them. */
  now: () => number = () => performance.now();
  #passed = new Map<string, number[]>();
  #refused = new Map<string, number[]>();
  #blockedUntil = new Map<string, number>();

  /** @param isForgiving never blocks: nothing is known of a block at amojo */
  ask(key: string, perSecond: number, isForgiving = false): Verdict {
    const now = this.now();
    if (perSecond === 0) return 'pass';
    if ((this.#blockedUntil.get(key) ?? 0) > now) return 'blocked';
    const recent = (this.#passed.get(key) ?? []).filter((at) => at > now - 1000);
    this.#passed.set(key, recent);
    if (recent.length < perSecond) {
      recent.push(now);
      return 'pass';
    }
    if (isForgiving) return 'limited';
    const refusals = (this.#refused.get(key) ?? []).filter((at) => at > now - REFUSAL_WINDOW_MS);
    refusals.push(now);
    this.#refused.set(key, refusals);
    if (refusals.length >= REFUSALS_BEFORE_BLOCK) this.#blockedUntil.set(key, now + BLOCK_MS);
    return 'limited';
  }

  reset(): void {
    this.#passed.clear();
    this.#refused.clear();
    this.#blockedUntil.clear();
  }
}
