import type { WatchEvent } from '../../contract/api.ts';
import type { Api } from '../api.ts';
import type { Clock } from '../clock.ts';
import { followEvents, untilVisible } from '../event-stream.ts';

/** Pauses before a stream that broke is opened again. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000, 30_000];

/** A stream that lasted so long was sound: the next pause is the shortest again. */
const SOUND_MS = 30_000;

/** A service asked within this time before a watch began is not asked again. */
const FRESH_MS = 35_000;

/** How long the services may take to answer. */
const PATIENCE_MS = 20_000;

/**
 * `failed`: no watch could be begun, and it is not tried again by itself, because beginning one asks Kommo for its
 * token, and Kommo forbids that in loops.
 */
export type LiveState = 'off' | 'opening' | 'live' | 'broken' | 'failed';

/** What became of a refresh. `late`: not every service has answered yet. */
export type Refreshed = 'fresh' | 'late' | 'failed';

/** Follows the channels' statuses, the figures of their messages and the sync, while the page is visible. */
export interface LiveWatch {
  state(): LiveState;
  /** Begins a watch, unless there is one. */
  start(): void;
  /** Begins another one, so that services are asked, and waits for their answers. */
  refresh(): Promise<Refreshed>;
  stop(): void;
}

export function createLiveWatch(
  api: Pick<Api, 'startWatch' | 'openWatchEvents'>,
  clock: Clock,
  on: { event(event: WatchEvent): void; state(state: LiveState): void },
): LiveWatch {
  let current: AbortController | undefined;
  let state: LiveState = 'off';
  /** What a refresh waits for; one at a time. */
  let onNews: ((event: WatchEvent | undefined) => void) | undefined;

  function become(next: LiveState): void {
    if (next === state) return;
    state = next;
    on.state(next);
    if (next === 'failed') onNews?.(undefined);
  }

  async function run({ signal }: AbortController): Promise<void> {
    let key: string | undefined;
    let isProven = false;
    let failures = 0;
    become('opening');
    while (!signal.aborted) {
      await untilVisible(signal);
      if (signal.aborted) return;
      if (key === undefined) {
        key = await api.startWatch().then(
          (started) => started.watch_key,
          () => undefined,
        );
        isProven = false;
        if (signal.aborted) return;
        if (key === undefined) return become('failed');
      }
      const own = key;
      const visible = whileVisible(signal);
      const openedAt = clock.now();
      const open = (ending: AbortSignal) => api.openWatchEvents(own, ending);
      const status = await followEvents(clock, visible.signal, open, (data) => {
        if (signal.aborted) return;
        isProven = true;
        const event = JSON.parse(data) as WatchEvent;
        on.event(event);
        become('live');
        onNews?.(event);
      });
      const wasHidden = visible.signal.aborted;
      visible.abort();
      if (signal.aborted) return;
      if (wasHidden) continue;
      if (status === 401) {
        // One that never opened anything would be followed by others like it.
        if (!isProven) return become('failed');
        key = undefined;
        continue;
      }
      become('broken');
      failures = clock.now() - openedAt > SOUND_MS ? 0 : failures;
      const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0;
      failures += 1;
      const waiting = whileVisible(signal);
      await clock.wait(pause, waiting.signal);
      // Somebody who comes back to the page waits for nothing.
      if (waiting.signal.aborted) failures = 0;
      waiting.abort();
    }
  }

  function begin(): void {
    current?.abort();
    current = new AbortController();
    void run(current);
  }

  return {
    state: () => state,
    start() {
      if (state === 'off' || state === 'failed') begin();
    },
    refresh() {
      onNews?.(undefined);
      const ending = new AbortController();
      return new Promise<Refreshed>((resolve) => {
        function end(result: Refreshed): void {
          ending.abort();
          onNews = undefined;
          resolve(result);
        }
        let since: number | undefined;
        begin();
        onNews = (event) => {
          if (!event) return end('failed');
          since ??= Date.parse(event.server_time) - FRESH_MS;
          if (isFresh(event, since)) end('fresh');
        };
        void clock.wait(PATIENCE_MS, ending.signal).then(() => {
          if (!ending.signal.aborted) end(since === undefined ? 'failed' : 'late');
        });
      });
    },
    stop() {
      current?.abort();
      become('off');
      onNews?.(undefined);
    },
  };
}

/** Whether every service that is asked at all has answered since then, in milliseconds of the backend's clock. */
function isFresh({ channels }: WatchEvent, since: number): boolean {
  return channels.every(
    ({ status, checked_at }) => status === 'paused' || Date.parse(checked_at ?? '') >= since,
  );
}

/** Aborted when the page is hidden, or together with `outer`. Abort it when it is no longer needed. */
function whileVisible(outer: AbortSignal): AbortController {
  const own = new AbortController();
  const end = () => own.abort();
  const look = () => {
    if (document.hidden) end();
  };
  document.addEventListener('visibilitychange', look);
  outer.addEventListener('abort', end);
  own.signal.addEventListener('abort', () => {
    document.removeEventListener('visibilitychange', look);
    outer.removeEventListener('abort', end);
  });
  if (outer.aborted) end();
  look();
  return own;
}
