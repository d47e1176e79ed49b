import type { Db } from '../platform/database/database.ts';
import { notifyWorkers } from './rows.ts';

/** Notifications queue up at one lock in the database: one in this time says as much as a hundred. */
const QUIET_MS = 25;

/** Tells workers, here and in other processes, that there is something to do. Losing one costs a second. */
export class MessageWake {
  readonly #db: Db;
  readonly #hasOthers: boolean;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param hasOthers whether other processes may work on the same database */
  constructor(db: Db, { hasOthers }: { hasOthers: boolean }) {
    this.#db = db;
    this.#hasOthers = hasOthers;
  }

  onCall(listener: () => void): void {
    this.#listeners.add(listener);
  }

  readonly call = (): void => {
    for (const listener of this.#listeners) listener();
    if (!this.#hasOthers || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Workers look by themselves once a second.
      notifyWorkers(this.#db).catch(() => undefined);
    }, QUIET_MS);
    this.#timer.unref();
  };

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}
