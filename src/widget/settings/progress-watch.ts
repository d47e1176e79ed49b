import type { Settings } from '../../contract/api.ts';
import type { Clock } from '../clock.ts';

/** Pauses between checks of a sync in progress. After that, the admin checks with a button. */
const SYNC_PAUSES_MS = [1000, 2000, 3000, 5000, 8000, 13_000, 21_000];

/** Pauses between checks of an authorization in progress. */
const AUTHORIZING_PAUSES_MS = [1000, 2000, 3000, 5000, 8000, 13_000];

/**
 * Checks at growing intervals while the backend works on something the admin is waiting for. Where the backend tells by
 * itself how a sync ends, nobody asks.
 */
export interface ProgressWatch {
  /** Starts over from the current settings. */
  restart(): void;
  stop(): void;
}

export function createProgressWatch(
  clock: Clock,
  settings: {
    get(): Settings | undefined;
    /** Whether the backend tells how a sync is doing. */
    isTold(): boolean;
    read(): Promise<Settings>;
    accept(read: Settings): void;
    /** Reports a failed check while there is nothing else to show. */
    fail(error: unknown): void;
    /** True while there are more checks to come. */
    report(isWatching: boolean): void;
  },
): ProgressWatch {
  let current = new AbortController();

  async function run({ signal }: AbortController): Promise<void> {
    for (const pause of pausesFor(settings.get())) {
      settings.report(true);
      if (settings.isTold() && settings.get()?.install.state === 'active') return;
      await clock.wait(pause, signal);
      if (signal.aborted) return;
      const isAuthorizing = settings.get()?.install.state === 'authorizing';
      // After a failed check, the next one simply follows.
      const read = await settings.read().catch((error: unknown) => {
        if (isAuthorizing && !signal.aborted) settings.fail(error);
        return undefined;
      });
      if (signal.aborted) return;
      if (read) settings.accept(read);
      if (pausesFor(settings.get()).length === 0) break;
    }
    settings.report(false);
  }

  return {
    restart() {
      current.abort();
      current = new AbortController();
      void run(current);
    },
    stop: () => current.abort(),
  };
}

function pausesFor(settings: Settings | undefined): number[] {
  if (settings?.install.state === 'authorizing') return AUTHORIZING_PAUSES_MS;
  const state = settings?.sync.state;
  // The backend retries a failed sync by itself.
  return state === 'queued' || state === 'running' || state === 'failed' ? SYNC_PAUSES_MS : [];
}
