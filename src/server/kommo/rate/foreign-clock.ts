interface Sample {
  /** Bounds of our clock minus the foreign one, in milliseconds. */
  least: number;
  most: number;
  takenAt: number;
}

/** Two clocks drift apart by some milliseconds a minute at most. */
const KEPT_MS = 60_000;
const KEPT = 64;

/**
 * Where another machine's clock stands on ours. One answer only says that the clock was read between
 * question and answer, which may be long apart; several answers together narrow it down.
 *
 * Leaving some time after the answer, and asking again after a slow one, needs no clock, but gives up instants exactly
 * when they are scarce: in a simulation with two replicas, 2.5 requests a second left instead of 6 while the
 * connection pool was busy, and none with the database 120 ms away.
 */
export class ForeignClock {
  #samples: Sample[] = [];

  /** Takes an answer into account. All times in milliseconds, the first two on our clock. */
  observe(askedAt: number, answeredAt: number, read: number): void {
    const kept = this.#samples.filter(({ takenAt }) => takenAt > answeredAt - KEPT_MS);
    const sample = { least: askedAt - read, most: answeredAt - read, takenAt: answeredAt };
    this.#samples = [...kept.slice(1 - KEPT), sample];
    const { least, most } = this.#bounds();
    // They cannot all be right: one of the clocks has been set.
    if (least > most) this.#samples = [sample];
  }

  /** An instant of the foreign clock, on ours. Call `observe` before. */
  toOurs(instant: number): number {
    const { least, most } = this.#bounds();
    return instant + (least + most) / 2;
  }

  #bounds(): { least: number; most: number } {
    return {
      least: Math.max(...this.#samples.map(({ least }) => least)),
      most: Math.min(...this.#samples.map(({ most }) => most)),
    };
  }
}
