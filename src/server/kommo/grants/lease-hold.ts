import type { KommoLog } from '../log.ts';
import type { GrantStore, Lease } from './grant-store.ts';

/** The lease went to somebody else, or may have: nothing more may be sent under it. */
export class LeaseLost extends Error {
  constructor() {
    super('The right to refresh this grant was lost.');
    this.name = 'LeaseLost';
  }
}

const BEAT_MS = 5_000;
/** Shorter than the lease in the database, so that we stop trusting it before others start taking it. */
const TRUSTED_MS = 12_000;

/**
 * Keeps a taken lease alive while its holder works. Judged by the monotonic clock: a process that was
 * stopped and continued notices that its lease is old before it sends anything.
 */
export class LeaseHold {
  readonly #store: GrantStore;
  readonly #lease: Lease;
  readonly #log: KommoLog;
  readonly #timer: NodeJS.Timeout;
  #renewedAt: number;
  #isLost = false;

  /** `takenAt`: `performance.now()` from before the lease was asked for. */
  constructor(store: GrantStore, lease: Lease, takenAt: number, log: KommoLog) {
    this.#store = store;
    this.#lease = lease;
    this.#log = log;
    this.#renewedAt = takenAt;
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS);
  }

  /** Counts a token call that is about to be made. @throws LeaseLost */
  async countAttempt(): Promise<number> {
    const askedAt = performance.now();
    const attempts = await this.#store.countAttempt(this.#lease);
    if (attempts === undefined) {
      this.#isLost = true;
      throw new LeaseLost();
    }
    this.#renewedAt = askedAt;
    return attempts;
  }

  /** @throws LeaseLost unless the lease is certainly still held */
  assertHeld(): void {
    if (this.#isLost || performance.now() - this.#renewedAt > TRUSTED_MS) throw new LeaseLost();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    const askedAt = performance.now();
    try {
      if (await this.#store.renewLease(this.#lease)) this.#renewedAt = askedAt;
      else this.#isLost = true;
    } catch (error) {
      // The database may be back before the lease ends; if not, its age tells.
      this.#log.warn(
        { err: error, accountId: this.#lease.accountId },
        'A token lease was not renewed',
      );
    }
  }
}
