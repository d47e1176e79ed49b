import type { Settings } from '../../contract/api.ts';
import type { Clock } from '../clock.ts';

/** How long to wait before each look at a sync under way; afterwards the admin asks himself. */
const SYNC_PAUSES_MS = [1000, 2000, 3000, 5000, 8000, 13_000, 21_000];

/** How long to wait before each look at an authorization under way. */
const AUTHORIZING_PAUSES_MS = [1000, 2000, 3000, 5000, 8000, 13_000];

/** Looks again, ever more rarely, while the backend works on something the admin waits for. */
export interface ProgressWatch {
  /** Starts over with what the settings say now. */
  restart(): void;
  stop(): void;
}

export function createProgressWatch(
  clock: Clock,
  settings: {
    get(): Settings | undefined;
    read(): Promise<Settings>;
    accept(read: Settings): void;
    /** Tells of a look that failed while there is nothing else to show. */
    fail(error: unknown): void;
    /** True while looks are still to come. */
    report(isWatching: boolean): void;
  },
): ProgressWatch {
  let current = new AbortController();

  async function run({ signal }: AbortController): Promise<void> {
    for (const pause of pausesFor(settings.get())) {
      settings.report(true);
      await clock.wait(pause, signal);
      if (signal.aborted) return;
      const isAuthorizing = settings.get()?.install.state === 'authorizing';
      // A look that failed is simply followed by the next one.
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
  // A sync that failed is tried again by itself.
  return state === 'queued' || state === 'running' || state === 'failed' ? SYNC_PAUSES_MS : [];
}
