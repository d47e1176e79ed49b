import type { Context } from '../../context.ts';
import { checkChannelsAskedFor } from './channel-health.ts';
import { listServicesAskedFor } from './rows.ts';

/**
 * Checks the channels that somebody waits for: an administrator looks at them, or the service said that something
 * happened. One question to the database for all services, as it is asked every other second.
 */
export class AskedChecks {
  readonly #context: Context;
  /** What is under way, by service: one that hangs holds back only its own channels. */
  readonly #open = new Map<string, Promise<void>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins with every service that channels wait for. Does not wait for the answers. */
  async run(stopping: AbortSignal): Promise<void> {
    for (const id of await listServicesAskedFor(this.#context.db)) {
      const connector = this.#context.connectors.find(id);
      if (!connector || this.#open.has(id)) continue;
      const checking = checkChannelsAskedFor(this.#context, connector, stopping)
        .catch((error: unknown) => {
          if (stopping.aborted) return;
          const details = { err: error, connector: id };
          this.#context.log.error(details, 'the channels that somebody waits for were not checked');
        })
        .finally(() => this.#open.delete(id));
      this.#open.set(id, checking);
    }
  }

  /** Waits for the checks under way. */
  async drain(): Promise<void> {
    await Promise.all(this.#open.values());
  }
}
