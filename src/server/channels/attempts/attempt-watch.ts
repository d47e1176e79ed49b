import type { Attempt } from '../../../contract/api.ts';
import type { Context } from '../../context.ts';
import { readAttempt, viewAttempt } from './read-attempt.ts';
import { isLive, markWatched, readRevisions, type StoredAttempt } from './rows.ts';

/** How often we look for changes; the worker's own pause comes on top. */
const TICK_MS = 200;

/** How often the worker is told that an attempt is being watched. */
const MARK_MS = 1_000;

/** `undefined`: the attempt is gone. */
type Listener = (attempt: Attempt | undefined) => void;

/** An attempt as a viewer last saw it. */
export type SeenAttempt = Pick<StoredAttempt, 'id' | 'revision' | 'expiresAt'>;

interface Watched {
  revision: number;
  expiresAt: Date;
  isReading: boolean;
  listeners: Set<Listener>;
}

/**
 * Tells viewers about changes to the attempts they watch, no matter which process made them. One query serves all
 * viewers of this process; only attempts that changed or ran out are read again.
 */
export class AttemptWatch {
  readonly #context: Context;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #markedAt = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Calls `listener` with every state from the next change on. @returns how to stop */
  watch({ id, revision, expiresAt }: SeenAttempt, listener: Listener): () => void {
    const watched = this.#watched.get(id) ?? {
      revision,
      expiresAt,
      isReading: false,
      listeners: new Set(),
    };
    // A viewer that came with an older state must be told of the newer one too.
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
        const revisions = await readRevisions(this.#context.db, ids);
        const now = this.#context.now();
        for (const id of ids) {
          const watched = this.#watched.get(id);
          if (!watched || watched.isReading) continue;
          // An attempt that is gone has no revision, and its viewers are told in the same way.
          const isNew = revisions.get(id) !== watched.revision || watched.expiresAt <= now;
          if (isNew) void this.#look(id, watched);
        }
      }
    } catch (error) {
      this.#context.log.warn({ err: error }, 'open attempts could not be watched');
    } finally {
      this.#timer =
        this.#watched.size > 0 ? setTimeout(() => void this.#tick(), TICK_MS) : undefined;
    }
  }

  async #mark(ids: readonly string[]): Promise<void> {
    if (performance.now() - this.#markedAt < MARK_MS) return;
    this.#markedAt = performance.now();
    await markWatched(this.#context.db, ids);
  }

  async #look(id: string, watched: Watched): Promise<void> {
    watched.isReading = true;
    try {
      const attempt = await readAttempt(this.#context, id);
      const isOver = attempt !== undefined && !isLive(attempt.state);
      if (attempt && attempt.revision === watched.revision && !isOver) return;
      const view = attempt && (await viewAttempt(this.#context, attempt));
      watched.revision = attempt?.revision ?? watched.revision;
      for (const listener of [...watched.listeners]) listener(view);
    } catch (error) {
      this.#context.log.warn({ err: error, attemptId: id }, 'an attempt could not be read');
    } finally {
      watched.isReading = false;
    }
  }
}
