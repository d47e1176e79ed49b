import { AppError } from '../app-error.ts';

/** How long a refused browser waits before it tries again. */
const RETRY_AFTER_SECONDS = 5;

interface Limits {
  /** Open streams with the same key. */
  perKey: number;
  /** Open streams of this process. */
  total: number;
}

/**
 * The event streams this process may hold open. Each costs memory for minutes, so a single key must not take them
 * all, no matter where it came from.
 */
export class StreamSlots {
  readonly #limits: Limits;
  readonly #byKey = new Map<string, number>();
  #total = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Takes a slot, before anything is looked up.
   *
   * @returns gives it back, to be called once
   * @throws AppError `rate_limited` when the key has its share, `temporarily_unavailable` when all are taken
   */
  take(key: string): () => void {
    const open = this.#byKey.get(key) ?? 0;
    const options = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    if (open >= this.#limits.perKey) throw new AppError('rate_limited', options);
    if (this.#total >= this.#limits.total) throw new AppError('temporarily_unavailable', options);
    this.#byKey.set(key, open + 1);
    this.#total += 1;
    return () => {
      this.#total -= 1;
      const left = (this.#byKey.get(key) ?? 1) - 1;
      if (left > 0) this.#byKey.set(key, left);
      else this.#byKey.delete(key);
    };
  }
}
