import { randomUUID } from 'node:crypto';
import type { Db } from '../platform/database/database.ts';
import { notifyWorkers } from './rows.ts';

/** Notifications queue up at one lock in the database: one in this time says as much as a hundred. */
const QUIET_MS = 25;

export type Direction = 'in' | 'out';
export const DIRECTIONS: readonly Direction[] = ['in', 'out'];

/** Tells workers, here and in other processes, that there is something to do. Losing one costs a second. */
export class MessageWake {
  readonly #db: Db;
  readonly #hasOthers: boolean;
  /** This process has told itself already, and need not hear it again from the database. */
  readonly #sender = randomUUID();
  readonly #listeners = new Set<(directions: readonly Direction[]) => void>();
  readonly #toTell = new Set<Direction>();
  #timer: NodeJS.Timeout | undefined;

  /** @param hasOthers whether other processes may work on the same database */
  constructor(db: Db, { hasOthers }: { hasOthers: boolean }) {
    this.#db = db;
    this.#hasOthers = hasOthers;
  }

  onCall(listener: (directions: readonly Direction[]) => void): void {
    this.#listeners.add(listener);
  }

  /** @param direction left out: both */
  readonly call = (direction?: Direction): void => {
    const directions = direction === undefined ? DIRECTIONS : [direction];
    this.#tellHere(directions);
    if (!this.#hasOthers) return;
    for (const one of directions) this.#toTell.add(one);
    this.#timer ??= setTimeout(() => {
      const payload = [this.#sender, ...this.#toTell].join(' ');
      this.#timer = undefined;
      this.#toTell.clear();
      // Workers look by themselves once a second.
      notifyWorkers(this.#db, payload).catch(() => undefined);
    }, QUIET_MS).unref();
  };

  /** A notification of the database. @param payload undefined: some may have been missed */
  heard(payload: string | undefined): void {
    const [sender, ...directions] = (payload ?? '').split(' ');
    if (sender === this.#sender) return;
    this.#tellHere(payload ? DIRECTIONS.filter((one) => directions.includes(one)) : DIRECTIONS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tellHere(directions: readonly Direction[]): void {
    for (const listener of this.#listeners) listener(directions);
  }
}
