import { type Match, type Matchable, matches } from './match.ts';

/** Requests held at a barrier. */
export interface Barrier {
  id: number;
  /** Settles once `count` requests are held. */
  arrived: Promise<void>;
  /** Requests held now. */
  waiting(): number;
  /** Releases all held requests together and removes the barrier. */
  release(): void;
}

interface Standing {
  id: number;
  match: Match;
  count: number;
  isManual: boolean;
  held: (() => void)[];
  reached: () => void;
  barrier: Barrier;
}

/** Holds matching requests until there are enough, then releases them in one turn of the event loop. */
export class Barriers {
  #standing: Standing[] = [];
  #nextId = 1;

  /**
   * @param count how many requests to hold
   * @param release `auto` releases them when the last one arrives; `manual` waits for `release()`
   */
  add(match: Match, count: number, release: 'auto' | 'manual' = 'auto'): Barrier {
    if (!Number.isInteger(count) || count < 1)
      throw new TypeError('count: a whole number, 1 or more');
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = this.#nextId++;
    const held: (() => void)[] = [];
    const barrier = {
      id,
      arrived: promise,
      waiting: () => held.length,
      release: () => this.release(id),
    };
    const isManual = release === 'manual';
    this.#standing.push({ id, match, count, isManual, held, reached: resolve, barrier });
    return barrier;
  }

  /** Waits at the first barrier that matches the request; returns at once if there is none. */
  async pass(request: Matchable): Promise<void> {
    const standing = this.#standing.find((one) => matches(one.match, request));
    if (standing === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    standing.held.push(resolve);
    if (standing.held.length >= standing.count) {
      standing.reached();
      if (!standing.isManual) this.release(standing.id);
    }
    await promise;
  }

  /** Opens one barrier, or all. */
  release(id?: number): void {
    const opened = this.#standing.filter((one) => id === undefined || one.id === id);
    this.#standing = this.#standing.filter((one) => !opened.includes(one));
    for (const { held } of opened) for (const go of held) go();
  }

  list(): object[] {
    return this.#standing.map(({ id, match, count, isManual, held }) => ({
      id,
      match,
      count,
      release: isManual ? 'manual' : 'auto',
      waiting: held.length,
    }));
  }
}
