import type { Context } from '../../context.ts';
import { concurrently } from '../../platform/concurrently.ts';
import { makeOldChecksDue } from '../health/rows.ts';
import { readWatched, type WatchedState } from './read-watched.ts';
import { readMarks, type WatchedInstall } from './rows.ts';

/** Between two looks for changes. */
const LOOK_EVERY_MS = 2_500;

/** After a look that took long, the database gets a rest of so many times that, as far as nobody waits too long. */
const REST_FACTOR = 20;
const LONGEST_REST_MS = 5_000;

/** Keys of one statement: enough to ask rarely, few enough for a short answer. */
const KEYS_AT_ONCE = 100;

/** Accounts read again at the same time. */
const READ_AT_ONCE = 3;

/** A channel checked this long ago is asked about when somebody begins to look on. */
const STALE_MS = 30_000;

/** While they look on, its service is asked again after this time: not every service tells by itself. */
const CHECK_EVERY_MS = 60_000;

/** How often we see to that. */
const ASK_EVERY_MS = 15_000;

/** Somebody who looks on. */
export interface Viewer {
  keyHash: string;
  install: WatchedInstall;
  /** Is told of every state that differs from the last one. */
  show(state: WatchedState): void;
  /** The key has ended. */
  end(): void;
}

interface Watched {
  install: WatchedInstall;
  /** As `readMarks` gave it when the account was read; undefined: to be read with the next look. */
  mark: string | undefined;
  /** Each viewer with the state they know, as JSON. */
  viewers: Map<Viewer, string>;
}

/**
 * Tells viewers how their account's channels are doing, no matter which process changed it. One statement looks for
 * changes in all accounts that somebody watches in this process; only those that changed are read.
 */
export class AccountWatch {
  readonly #context: Context;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #askedAt = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** How things stand. Somebody wants to know, so that services are asked where that is not known of late. */
  async begin(install: WatchedInstall): Promise<WatchedState> {
    await this.#makeDue([install], STALE_MS);
    return readWatched(this.#context, install);
  }

  /** @param known the state the viewer knows. @returns how to stop */
  watch(viewer: Viewer, known: WatchedState): () => void {
    const { install } = viewer;
    const name = `${install.accountId} ${install.epoch}`;
    const watched = this.#watched.get(name) ?? { install, mark: undefined, viewers: new Map() };
    // What changed while they came is found by reading again.
    watched.mark = undefined;
    watched.viewers.set(viewer, JSON.stringify(known));
    this.#watched.set(name, watched);
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_EVERY_MS).unref();
    return () => {
      watched.viewers.delete(viewer);
      if (watched.viewers.size === 0) this.#watched.delete(name);
    };
  }

  async #look(): Promise<void> {
    const { log } = this.#context;
    const begunAt = performance.now();
    try {
      await this.#askAgain();
      const marks = await this.#readMarks();
      const all = [...this.#watched.values()];
      const changed = all.filter((watched) => {
        const mark = markOf(watched, marks);
        return mark !== undefined && mark !== watched.mark;
      });
      const onError = (error: unknown, { install }: Watched) =>
        log.warn(
          { err: error, accountId: install.accountId },
          'a watched account could not be read',
        );
      await concurrently(changed, { limit: READ_AT_ONCE, onError }, (watched) =>
        this.#tell(watched, markOf(watched, marks)),
      );
    } catch (error) {
      log.warn({ err: error }, 'accounts could not be watched');
    } finally {
      const tookMs = performance.now() - begunAt;
      const restMs = Math.max(LOOK_EVERY_MS, Math.min(tookMs * REST_FACTOR, LONGEST_REST_MS));
      this.#timer =
        this.#watched.size > 0 ? setTimeout(() => void this.#look(), restMs) : undefined;
      this.#timer?.unref();
    }
  }

  /** Of the keys in use; viewers whose key has ended are sent away. */
  async #readMarks(): Promise<Map<string, string>> {
    const marks = new Map<string, string>();
    const viewers = [...this.#watched.values()].flatMap((watched) => [...watched.viewers.keys()]);
    const keys = [...new Set(viewers.map(({ keyHash }) => keyHash))];
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const some = keys.slice(at, at + KEYS_AT_ONCE);
      const found = await readMarks(this.#context.db, some, this.#context.now());
      for (const [key, mark] of found) marks.set(key, mark);
    }
    for (const viewer of viewers) if (!marks.has(viewer.keyHash)) viewer.end();
    return marks;
  }

  async #tell(watched: Watched, mark: string | undefined): Promise<void> {
    watched.mark = mark;
    try {
      const state = await readWatched(this.#context, watched.install);
      const json = JSON.stringify(state);
      for (const [viewer, known] of watched.viewers) {
        if (known === json) continue;
        watched.viewers.set(viewer, json);
        viewer.show(state);
      }
    } catch (error) {
      watched.mark = undefined;
      throw error;
    }
  }

  async #askAgain(): Promise<void> {
    if (performance.now() - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = performance.now();
    const installs = [...this.#watched.values()].map(({ install }) => install);
    await this.#makeDue(installs, CHECK_EVERY_MS);
  }

  async #makeDue(installs: readonly WatchedInstall[], notForMs: number): Promise<void> {
    const now = this.#context.now();
    const before = new Date(now.getTime() - notForMs);
    await makeOldChecksDue(this.#context.db, installs, { before, now });
  }
}

function markOf({ viewers }: Watched, marks: ReadonlyMap<string, string>): string | undefined {
  for (const { keyHash } of viewers.keys()) {
    const mark = marks.get(keyHash);
    if (mark !== undefined) return mark;
  }
  return undefined;
}
