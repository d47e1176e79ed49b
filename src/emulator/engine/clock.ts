/** The emulator's time, for every date and expiry. Only the rate limiter uses real time. */
export class Clock {
  #source: () => number;
  #offset = 0;
  #frozenAt: number | undefined;

  constructor(source: () => number = Date.now) {
    this.#source = source;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return (this.#frozenAt ?? this.#source()) + this.#offset;
  }

  /** Seconds since 1970. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** Stops at the given moment, or now. */
  freeze(at: number = this.now()): void {
    this.#frozenAt = at;
    this.#offset = 0;
  }

  /** Returns to the source's time. */
  reset(): void {
    this.#frozenAt = undefined;
    this.#offset = 0;
  }
}
