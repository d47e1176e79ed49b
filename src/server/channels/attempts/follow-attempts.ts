import { setTimeout as wait } from 'node:timers/promises';
import type { QrConnector } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { progressQr } from './qr-progress.ts';
import { type ClaimedCheck, claimDueChecks } from './rows.ts';

/** Questions to one service at the same time, in one process. Those that hang take no other service's. */
const AT_ONCE = 50;

/** Between two rounds while something is asked about: somebody may be waiting before the screen. */
const BUSY_PAUSE_MS = 150;

/** How long a worker keeps that pace after the last question. */
const BUSY_MS = 3_000;

/**
 * Moves the open QR sign-ins on, whether anybody looks at them or not: who scans the code and closes the
 * window has the channel all the same.
 */
export class AttemptFollower {
  readonly #context: Context;
  /** The questions that each service has not answered yet. */
  readonly #open = new Map<string, Set<Promise<void>>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Asks about everything that is due, and goes on for as long as there is something. Waits for no answer. */
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
