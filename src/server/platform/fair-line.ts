/** One that waits for its turn. */
interface Waiter {
  resolve: (hasTurn: boolean) => void;
  timer: NodeJS.Timeout;
}

/**
 * A line for a few turns at a time, mostly one, that is fair to those who stand in it: no matter how many turns one
 * of them waits for, each of the others gets one before the same one gets another.
 */
export class FairLine {
  /** By who is waiting, the next one first. */
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #turns: number;
  #free: number;

  /** @param turns how many may have the turn at once */
  constructor(turns = 1) {
    this.#turns = turns;
    this.#free = turns;
  }

  get isEmpty(): boolean {
    return this.#free === this.#turns;
  }

  /** How many turns `who` is waiting for. */
  waiting(who: string): number {
    return this.#waiting.get(who)?.length ?? 0;
  }

  /** Waits for a turn, at most `patienceMs`; false when it did not come. After a turn, call `leave`. */
  enter(who: string, patienceMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = {
      resolve,
      timer: setTimeout(() => this.#giveUp(who, waiter), Math.max(0, patienceMs)),
    };
    this.#waiting.set(who, [...(this.#waiting.get(who) ?? []), waiter]);
    return promise;
  }

  /** Hands the turn to the next one. */
  leave(): void {
    const [next] = this.#waiting;
    const [who, [first, ...others]] = next ?? ['', []];
    // To the end of the line, behind all the others that are waiting.
    this.#waiting.delete(who);
    if (others.length > 0) this.#waiting.set(who, others);
    clearTimeout(first?.timer);
    first?.resolve(true);
    if (first === undefined) this.#free += 1;
  }

  #giveUp(who: string, waiter: Waiter): void {
    const others = (this.#waiting.get(who) ?? []).filter((one) => one !== waiter);
    if (others.length > 0) this.#waiting.set(who, others);
    else this.#waiting.delete(who);
    waiter.resolve(false);
  }
}
