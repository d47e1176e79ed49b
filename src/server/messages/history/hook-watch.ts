import type { Context } from '../../context.ts';
import type { Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
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
  #isStopped = false;

  constructor(context: Context) {
    this.#context = context;
    this.#schedule(0);
  }

  /** A chat webhook could not be stored. */
  refused(): void {
    this.#refusedAt ??= Date.now();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#noting;
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#noting = this.#note().finally(() => this.#schedule(EVERY_MS));
    }, afterMs);
    this.#timer.unref();
  }

  async #note(): Promise<void> {
    const { db, log } = this.#context;
    const refusedAt = this.#refusedAt;
    this.#refusedAt = undefined;
    try {
      const missed = await transaction(db, (trx) => this.#noteIn(trx, refusedAt));
      if (missed) log.info(missed, 'chat webhooks may have been missed');
    } catch {
      // Told by whoever asks the database for something. The gap shows when it answers again.
      this.#refusedAt = refusedAt ?? this.#refusedAt;
    }
  }

  /** Both or neither: a gap that is noted as over and not looked into would be forgotten. */
  async #noteIn(trx: Trx, refusedAt: number | undefined): Promise<{ seconds: number } | undefined> {
    const { before, now } = await noteReceiving(trx);
    const isGap = before !== undefined && now.getTime() - before.getTime() > GAP_MS;
    const from = isGap ? before.getTime() : refusedAt;
    if (from === undefined) return undefined;
    const toMs = now.getTime();
    const fromMs = Math.min(from, toMs) - MARGIN_MS;
    await this.#context.jobs.request(trx, COMPARE_HISTORY, { fromMs, toMs });
    return { seconds: Math.round((toMs - from) / 1000) };
  }
}
