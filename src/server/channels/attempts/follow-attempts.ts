import { setTimeout as wait } from 'node:timers/promises';
import type { QrConnector } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { progressQr } from './qr-progress.ts';
import { type ClaimedCheck, claimDueChecks } from './rows.ts';

/** Questions to one service at the same time, in one process. Hanging ones take nothing from other services. */
const AT_ONCE = 50;

/** Between two rounds while any attempt is asked about: somebody may be waiting in front of the screen. */
const BUSY_PAUSE_MS = 150;

/** How long a worker keeps that pace after the last question. */
const BUSY_MS = 3_000;

/**
 * Moves the open QR sign-ins on, whether or not anybody watches: an administrator who scans the code and closes the
 * window has the channel all the same.
 */
export class AttemptFollower {
  readonly #context: Context;
  /** Unanswered questions, by service. */
  readonly #open = new Map<string, Set<Promise<void>>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Asks about everything that is due until nothing is left. Does not wait for the answers. */
  async run(stopping: AbortSignal): Promise<void> {
    let busyUntil = 0;
    do {
      if ((await this.#askAll()) > 0) busyUntil = performance.now() + BUSY_MS;
      if (performance.now() >= busyUntil) return;
      await wait(BUSY_PAUSE_MS, undefined, { signal: stopping }).catch(() => undefined);
    } while (!stopping.aborted);
  }

  /** Waits for the questions under way. */
  async drain(): Promise<void> {
    await Promise.all([...this.#open.values()].flatMap((open) => [...open]));
  }

  async #askAll(): Promise<number> {
    let asked = 0;
    for (const connector of this.#context.connectors.all()) {
      if (connector.auth === 'qr') asked += await this.#ask(connector);
    }
    return asked;
  }

  async #ask(connector: QrConnector): Promise<number> {
    const { db, secrets } = this.#context;
    const open = this.#open.get(connector.id) ?? new Set();
    this.#open.set(connector.id, open);
    const limit = AT_ONCE - open.size;
    if (limit <= 0) return 0;
    const due = await claimDueChecks(db, secrets, { connector: connector.id, limit });
    for (const claimed of due) {
      const following = this.#follow(claimed, connector).finally(() => open.delete(following));
      open.add(following);
    }
    return due.length;
  }

  async #follow({ id, open }: ClaimedCheck, connector: QrConnector): Promise<void> {
    try {
      await progressQr(this.#context, open(), connector);
    } catch (error) {
      const details = { err: error, attemptId: id };
      this.#context.log.error(details, 'a QR sign-in could not be followed');
    }
  }
}
