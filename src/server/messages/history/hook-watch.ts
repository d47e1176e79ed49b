import type { Context } from '../../context.ts';
import { COMPARE_HISTORY } from '../../queues.ts';
import { noteReceiving } from './rows.ts';

const EVERY_MS = 5_000;
/** Between two notes of all processes together; longer, and hooks may have come to a closed door. */
const GAP_MS = 12_000;
/** A hook that could not be stored may have been sent a moment before it was refused. */
const MARGIN_MS = 10_000;

/**
 * Remembers when chat webhooks could be received. Kommo sends one once: after a time when nobody could store them,
 * the chats are compared with Kommo's history.
 */
export class HookWatch {
  readonly #context: Context;
  #timer: NodeJS.Timeout | undefined;
  #refusedAt: number | undefined;
  #noting: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
    this.#schedule(0);
  }

  /** A chat webhook could not be stored. */
  refused(): void {
    this.#refusedAt ??= Date.now();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#noting;
  }

  #schedule(afterMs: number): void {
    this.#timer = setTimeout(() => {
      this.#noting = this.#note().finally(() => this.#schedule(EVERY_MS));
    }, afterMs);
    this.#timer.unref();
  }

  async #note(): Promise<void> {
    const { db, jobs, log } = this.#context;
    try {
      const { before, now } = await noteReceiving(db);
      const isGap = before !== undefined && now.getTime() - before.getTime() > GAP_MS;
      const from = isGap ? before.getTime() : this.#refusedAt;
      if (from === undefined) return;
      const toMs = now.getTime();
      await jobs.request(db, COMPARE_HISTORY, { fromMs: Math.min(from, toMs) - MARGIN_MS, toMs });
      this.#refusedAt = undefined;
      log.info({ seconds: Math.round((toMs - from) / 1000) }, 'chat webhooks may have been missed');
    } catch {
      // Told by whoever asks the database for something. The gap shows when it answers again.
    }
  }
}
