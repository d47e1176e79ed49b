import type { Attempt } from '../../contract/api.ts';
import type { Api } from '../api.ts';
import { isApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import { clockOffset, isOver, isOverdue, pollPause } from './attempt.ts';
import { readEvents } from './event-stream.ts';

/** A stream that is silent for longer than this (the server sends comments) is stuck in some proxy. */
const SILENCE_MS = 40_000;

/** Answers after which there is nothing left to follow. */
const GONE: string[] = ['not_found', 'unauthorized', 'attempt_expired'];

export interface AttemptWatch {
  /** Something may have happened: look now. */
  nudge(): void;
  stop(): void;
}

interface Watched {
  attempt: Attempt;
  /** The attempt's own key. */
  key: string;
  onAttempt(attempt: Attempt): void;
  /** Whether the server could be asked the last time. */
  onContact(isReached: boolean): void;
  /** The server knows the attempt no more, or its time is up. */
  onGone(): void;
}

/**
 * Follows one attempt until it is over: by its event stream, and by asking again and again when there is
 * no stream. The server's word alone decides; messages and closed windows are only reasons to look.
 */
export function watchAttempt(
  api: Pick<Api, 'readAttempt' | 'openAttemptEvents'>,
  clock: Clock,
  watched: Watched,
): AttemptWatch {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { id } = watched.attempt;
  let latest = watched.attempt;
  let offsetMs = clockOffset(latest, clock.now());
  let isPolling = false;
  let wake = new AbortController();

  function hear(attempt: Attempt): void {
    if (signal.aborted) return;
    latest = attempt;
    offsetMs = clockOffset(attempt, clock.now());
    watched.onContact(true);
    watched.onAttempt(attempt);
    if (isOver(attempt)) stop();
  }

  function lose(): void {
    stop();
    watched.onGone();
  }

  async function look(): Promise<void> {
    try {
      hear(await api.readAttempt(id, watched.key, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (isApiError(error) && GONE.includes(error.code)) lose();
      else watched.onContact(false);
    }
  }

  async function stream(): Promise<void> {
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener('abort', end);
    let heardAt = clock.now();
    void (async () => {
      while (!ending.signal.aborted) {
        await clock.wait(SILENCE_MS / 2, ending.signal);
        if (clock.now() - heardAt > SILENCE_MS) end();
      }
    })();
    try {
      const response = await api.openAttemptEvents(id, watched.key, ending.signal);
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (!response.ok || !isStream || !response.body) return;
      const heard = () => {
        heardAt = clock.now();
      };
      for await (const data of readEvents(response.body, heard)) {
        hear(attemptOf(data));
        if (signal.aborted) return;
      }
    } catch {
      // No stream here: polling takes over.
    } finally {
      end();
      signal.removeEventListener('abort', end);
    }
  }

  async function poll(): Promise<void> {
    isPolling = true;
    for (let count = 0; !signal.aborted; count += 1) {
      await look();
      if (signal.aborted) return;
      if (isOverdue(latest, clock.now(), offsetMs)) return lose();
      wake = new AbortController();
      await clock.wait(pollPause(latest, count), wake.signal);
      await untilVisible(signal);
    }
  }

  function stop(): void {
    stopping.abort();
    wake.abort();
  }

  void stream().then(poll);
  return {
    nudge() {
      if (isPolling) wake.abort();
      else void look();
    },
    stop,
  };
}

/** Resolves at once unless the tab is hidden; nobody asks for a tab nobody sees. */
function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function check() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal.removeEventListener('abort', check);
      resolve();
    }
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check);
    check();
  });
}

function attemptOf(data: string): Attempt {
  const parsed = JSON.parse(data) as Attempt | { attempt: Attempt };
  return 'attempt' in parsed ? parsed.attempt : parsed;
}
