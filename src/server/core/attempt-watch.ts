import type { Attempt } from '../../contract/api.ts';
import type { Parts } from '../parts.ts';
import { readPulses } from '../storage/attempt-checks.ts';
import { viewAttempt } from './attempt-view.ts';
import { lookAtAttempt } from './look-at-attempt.ts';

const TICK_MS = 1_000;

/** `undefined`: the attempt is gone. */
type Listener = (attempt: Attempt | undefined) => void;

interface Watched {
  revision: number;
  isLooking: boolean;
  listeners: Set<Listener>;
}

/**
 * Tells viewers about changes of the attempts they look at, whichever replica made them. One query a
 * second serves all viewers of this process; only what changed, or is due, is looked at closer.
 */
export class AttemptWatch {
  readonly #parts: Parts;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Calls `listener` with every state from the next change on. @returns how to stop */
  watch(id: string, revision: number, listener: Listener): () => void {
    const watched = this.#watched.get(id) ?? { revision, isLooking: false, listeners: new Set() };
    // A viewer that came with an older state must hear of the newer one, too.
    watched.revision = Math.min(watched.revision, revision);
    watched.listeners.add(listener);
    this.#watched.set(id, watched);
    this.#timer ??= setTimeout(() => void this.#tick(), TICK_MS).unref();
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.#watched.delete(id);
    };
  }

  async #tick(): Promise<void> {
    try {
      const ids = [...this.#watched.keys()];
      if (ids.length > 0) {
        const pulses = await readPulses(this.#parts.db, ids, this.#parts.now());
        const byId = new Map(pulses.map((pulse) => [pulse.id, pulse]));
        for (const id of ids) {
          const watched = this.#watched.get(id);
          const pulse = byId.get(id);
          const isDue =
            pulse === undefined || pulse.needsLook || pulse.revision !== watched?.revision;
          if (watched && isDue && !watched.isLooking) void this.#look(id, watched);
        }
      }
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'open attempts could not be watched');
    } finally {
      this.#timer =
        this.#watched.size > 0 ? setTimeout(() => void this.#tick(), TICK_MS) : undefined;
    }
  }

  async #look(id: string, watched: Watched): Promise<void> {
    watched.isLooking = true;
    try {
      const attempt = await lookAtAttempt(this.#parts, id);
      if (attempt && attempt.revision === watched.revision) return;
      const view = attempt && (await viewAttempt(this.#parts, attempt));
      watched.revision = attempt?.revision ?? watched.revision;
      for (const listener of [...watched.listeners]) listener(view);
    } catch (error) {
      this.#parts.log.warn({ err: error, attemptId: id }, 'an attempt could not be looked at');
    } finally {
      watched.isLooking = false;
    }
  }
}
