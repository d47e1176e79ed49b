import type { Attempt } from '../../contract/api.ts';
import type { Api } from '../api.ts';
import { ApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import { followEvents, untilVisible } from '../event-stream.ts';
import { clockOffset, isOver, isOverdue, pollPause } from './attempt.ts';

/** Answers after which there is nothing left to follow. */
const GONE: string[] = ['not_found', 'unauthorized', 'attempt_expired'];

export interface AttemptWatch {
  /** Something may have happened: asks the server now. */
  checkNow(): void;
  stop(): void;
}

interface Watched {
  attempt: Attempt;
  /** The attempt's own key. */
  key: string;
  onAttempt(attempt: Attempt): void;
  /** Reports whether the server was reached the last time. */
  onContact(isReached: boolean): void;
  /** The server no longer knows the attempt, or its time is up. */
  onGone(): void;
}

/**
 * Follows one attempt until it is over: by its event stream, or by polling when there is no stream. Only the
 * server's answer counts; messages and closed windows are just reasons to ask.
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

  function receive(attempt: Attempt): void {
    if (signal.aborted) return;
    latest = attempt;
    offsetMs = clockOffset(attempt, clock.now());
    watched.onContact(true);
    watched.onAttempt(attempt);
    if (isOver(attempt)) stop();
  }

  function giveUp(): void {
    stop();
    watched.onGone();
  }

  async function check(): Promise<void> {
    try {
      receive(await api.readAttempt(id, watched.key, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && GONE.includes(error.code)) giveUp();
      else watched.onContact(false);
    }
  }

  /** Without a stream, polling takes over. */
  async function stream(): Promise<void> {
    const open = (ending: AbortSignal) => api.openAttemptEvents(id, watched.key, ending);
    await followEvents(clock, signal, open, (data) => receive(attemptOf(data)));
  }

  async function poll(): Promise<void> {
    isPolling = true;
    for (let count = 0; !signal.aborted; count += 1) {
      await check();
      if (signal.aborted) return;
      if (isOverdue(latest, clock.now(), offsetMs)) return giveUp();
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
    checkNow() {
      if (isPolling) wake.abort();
      else void check();
    },
    stop,
  };
}

function attemptOf(data: string): Attempt {
  const parsed = JSON.parse(data) as Attempt | { attempt: Attempt };
  return 'attempt' in parsed ? parsed.attempt : parsed;
}
