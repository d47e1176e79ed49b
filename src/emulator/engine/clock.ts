/** The emulator's time. Everything Kommo would date or expire asks here; the rate limiter does not. */
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

  /** Seconds since 1970, as Kommo writes times. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** Stops at the given moment, or at the present one. */
  freeze(at: number = this.now()): void {
    this.#frozenAt = at;
    this.#offset = 0;
  }

  /** Back to the source's own time. */
  reset(): void {
    this.#frozenAt = undefined;
    this.#offset = 0;
  }
}
