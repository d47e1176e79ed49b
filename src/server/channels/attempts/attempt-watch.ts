import type { Attempt } from '../../../contract/api.ts';
import type { Parts } from '../../context.ts';
import { readAttempt, viewAttempt } from './read-attempt.ts';
import { isLive, markWatched, readPulses, type StoredAttempt } from './rows.ts';

/** Between the stored change and the screen; the worker's own pause comes before it. */
const TICK_MS = 200;

/** How often the worker is told that somebody looks on. */
const MARK_MS = 1_000;

/** `undefined`: the attempt is gone. */
type Listener = (attempt: Attempt | undefined) => void;

/** The state in which a viewer saw an attempt last. */
export type Sighting = Pick<StoredAttempt, 'id' | 'revision' | 'expiresAt'>;

interface Watched {
  revision: number;
  expiresAt: Date;
  isLooking: boolean;
  listeners: Set<Listener>;
}

/**
 * Tells viewers about changes of the attempts they look at, whichever process made them. One query serves
 * all viewers of this process; only what changed, or has run out, is read anew.
 */
export class AttemptWatch {
  readonly #parts: Parts;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #markedAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Calls `listener` with every state from the next change on. @returns how to stop */
  watch({ id, revision, expiresAt }: Sighting, listener: Listener): () => void {
    const watched = this.#watched.get(id) ?? {
      revision,
      expiresAt,
      isLooking: false,
      listeners: new Set(),
    };
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
        await this.#mark(ids);
        const pulses = await readPulses(this.#parts.db, ids);
        const revisions = new Map(pulses.map(({ id, revision }) => [id, revision]));
        const now = this.#parts.now();
        for (const id of ids) {
          const watched = this.#watched.get(id);
          if (!watched || watched.isLooking) continue;
          // One that is gone has no revision: its viewers are told by the same look.
          const isNew = revisions.get(id) !== watched.revision || watched.expiresAt <= now;
          if (isNew) void this.#look(id, watched);
        }
      }
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'open attempts could not be watched');
    } finally {
      this.#timer =
        this.#watched.size > 0 ? setTimeout(() => void this.#tick(), TICK_MS) : undefined;
    }
  }

  async #mark(ids: readonly string[]): Promise<void> {
    if (performance.now() - this.#markedAt < MARK_MS) return;
    this.#markedAt = performance.now();
    await markWatched(this.#parts.db, ids);
  }

  async #look(id: string, watched: Watched): Promise<void> {
    watched.isLooking = true;
    try {
      const attempt = await readAttempt(this.#parts, id);
      const isOver = attempt !== undefined && !isLive(attempt.state);
      if (attempt && attempt.revision === watched.revision && !isOver) return;
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
