import type { Attempt, Channel, StartAttempt, StartedAttempt } from '../../contract/api.ts';
import type { ConnectorDescription } from '../../contract/connectors.ts';
import type { Api } from '../api.ts';
import { ApiError, asApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import type { PendingAttempt, PendingAttempts } from '../pending-attempts.ts';
import { createStore, type Store } from '../store.ts';
import { clockOffset, isOver, newerOf } from './attempt.ts';
import { type AttemptWatch, watchAttempt } from './attempt-watch.ts';
import { resumeAttempt } from './resume-attempt.ts';

/** What is being connected: a new account of a service, or an existing channel again. */
export interface Target {
  connector: ConnectorDescription;
  channel?: Channel;
}

/** Everything the panel renders. */
export interface ConnectionState {
  /** Undefined while no connection panel is open. */
  target: Target | undefined;
  attempt: Attempt | undefined;
  /** The attempt is being created, or looked for after a reload. */
  isStarting: boolean;
  /** The attempt started before this modal opened, so its sign-in window may still be open. */
  isResumed: boolean;
  /** Something the admin submitted is in progress. */
  isBusy: boolean;
  error: ApiError | undefined;
  /** The server could not be reached the last time. The attempt continues. */
  isCutOff: boolean;
  /** The server's clock minus the browser's, in milliseconds. */
  offsetMs: number;
}

const CLOSED: ConnectionState = {
  target: undefined,
  attempt: undefined,
  isStarting: false,
  isResumed: false,
  isBusy: false,
  error: undefined,
  isCutOff: false,
  offsetMs: 0,
};

/** True for errors that mean the attempt is over and a new one must be started. */
function isStale(error: unknown): boolean {
  const stale: string[] = ['attempt_expired', 'attempt_state', 'not_found'];
  return error instanceof ApiError && stale.includes(error.code);
}

/** The admin's current connection attempt. Survives a closed modal and a page reload. */
export interface ConnectionStore extends Pick<Store<ConnectionState>, 'get' | 'subscribe'> {
  open(target: Target): void;
  /**
   * Continues an attempt from before the page was loaded. If it has led to a channel since then, closes the
   * panel and returns that channel.
   */
  restore(target: Target, pending: PendingAttempt): Promise<Channel | undefined>;
  /** Starts an attempt and ends the previous one. */
  start(): Promise<void>;
  /** Submits what the admin typed. Starts an attempt first if there is none. */
  submit(values: Record<string, string>): Promise<void>;
  /** Asks how the server reads the phone number; undefined when it cannot read it. */
  readPhone(phone: string): Promise<string | undefined>;
  /** Confirms the account that was found. */
  confirm(): Promise<void>;
  /** Something may have happened at the service: asks the server now. */
  checkNow(): void;
  /** Forgets the attempt and ends it at the service; the panel stays. */
  reset(): void;
  /** Closes the panel, and ends an attempt that is not over. */
  close(): void;
  /** The modal closes: stops following the attempt, which stays open. */
  pause(): void;
  /** The modal is open again: follows the attempt from its current state. */
  resume(): void;
}

/** Effects of an attempt outside the panel. */
export interface ConnectionEvents {
  onConnected(channel: Channel): void;
  /** Kommo's grant no longer works; `url` is the consent page. */
  onReauthorize(url: string): void;
}

export function createConnectionStore(
  api: Api,
  clock: Clock,
  events: ConnectionEvents,
  pending: PendingAttempts,
): ConnectionStore {
  const store = createStore<ConnectionState>(CLOSED);
  let key = '';
  let watch: AttemptWatch | undefined;
  /** Counts attempts that were started or abandoned, so that a late answer cannot bring one back. */
  let turn = 0;

  function receive(received: Attempt): void {
    const known = store.get().attempt;
    const attempt = newerOf(known, received);
    const isNews = attempt.state === 'connected' && known?.state !== 'connected';
    store.set({ attempt, offsetMs: clockOffset(attempt, clock.now()) });
    // The admin sees the outcome now; there is no need to show it again after a reload.
    if (isOver(attempt)) pending.forget();
    if (isNews && attempt.channel) events.onConnected(attempt.channel);
  }

  function follow(): void {
    watch?.stop();
    const { attempt } = store.get();
    // With an API key every step gets its answer at once, so there is nothing to follow.
    if (!attempt || isOver(attempt) || attempt.auth === 'api_key') return;
    watch = watchAttempt(api, clock, {
      attempt,
      key,
      onAttempt: receive,
      onContact: (isReached) => store.set({ isCutOff: !isReached }),
      onGone: expire,
    });
  }

  function expire(): void {
    const { attempt } = store.get();
    if (!attempt) return;
    pending.forget();
    store.set({ attempt: { ...attempt, state: 'expired', reason: 'timed_out' } });
  }

  /** If this call fails, the attempt simply expires on the server. */
  function cancel(attempt: Attempt | undefined): void {
    if (attempt && !isOver(attempt)) void api.cancelAttempt(attempt.id).catch(() => undefined);
  }

  function abandon(): void {
    turn += 1;
    watch?.stop();
    pending.forget();
    cancel(store.get().attempt);
  }

  function fail(caught: unknown): void {
    const error = asApiError(caught);
    store.set({ error });
    if (error.reauthorizeUrl) events.onReauthorize(error.reauthorizeUrl);
  }

  async function start(): Promise<void> {
    const { target } = store.get();
    if (!target || store.get().isStarting) return;
    abandon();
    store.set({ ...CLOSED, target, isBusy: store.get().isBusy, isStarting: true });
    const { connector, channel } = target;
    const request: StartAttempt = {
      connector: connector.id,
      ...(channel ? { channel_id: channel.id } : {}),
    };
    const idempotencyKey = crypto.randomUUID();
    pending.write({
      idempotencyKey,
      connector: request.connector,
      channelId: request.channel_id,
      startedAt: clock.now(),
    });
    const isBegun = await adopt(api.startAttempt(request, idempotencyKey));
    if (isBegun === false) pending.forget();
  }

  /** Makes a starting attempt the current one. False when it failed, undefined when it was abandoned. */
  async function adopt(beginning: Promise<StartedAttempt>): Promise<boolean | undefined> {
    const mine = turn;
    try {
      const started = await beginning;
      if (mine !== turn) return void cancel(started.attempt);
      key = started.attempt_key;
      receive(started.attempt);
      follow();
      return true;
    } catch (caught) {
      if (mine !== turn) return undefined;
      fail(caught);
      return false;
    } finally {
      if (mine === turn) store.set({ isStarting: false });
    }
  }

  async function restore(target: Target, found: PendingAttempt): Promise<Channel | undefined> {
    turn += 1;
    store.set({ ...CLOSED, target, isStarting: true, isResumed: true });
    const isBegun = await adopt(resumeAttempt(api, clock, found, target.connector.auth));
    const { attempt, error } = store.get();
    // If the server was just unreachable, the next reload may still find the attempt.
    if (isBegun === false && error?.code !== 'unreachable') pending.forget();
    if (!isBegun || attempt?.state !== 'connected' || !attempt.channel) return undefined;
    store.set(CLOSED);
    return attempt.channel;
  }

  async function send(values: Record<string, string>, isConfirmed: boolean): Promise<void> {
    const { attempt } = store.get();
    if (!attempt) return;
    const mine = turn;
    const answer = await api.submitCredentials(attempt.id, {
      values,
      ...(isConfirmed ? { confirm: true } : {}),
    });
    if (mine !== turn) return;
    receive(answer.attempt);
  }

  async function act(work: () => Promise<void>): Promise<void> {
    const { target, isBusy } = store.get();
    if (!target || isBusy) return;
    store.set({ isBusy: true, error: undefined });
    try {
      await work();
    } catch (caught) {
      if (store.get().target === target) fail(caught);
    } finally {
      if (store.get().target === target) store.set({ isBusy: false });
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    open(target) {
      abandon();
      store.set({ ...CLOSED, target });
      // The sign-in address must be known before the click that opens the window.
      if (target.connector.auth === 'oauth') void start();
    },
    restore,
    start,
    submit: (values) =>
      act(async () => {
        const { attempt, target } = store.get();
        if (!attempt || isOver(attempt)) await start();
        try {
          await send(values, false);
        } catch (caught) {
          if (!isStale(caught) || target?.connector.auth !== 'api_key') throw caught;
          await start();
          await send(values, false);
        }
      }),
    async readPhone(phone) {
      let understood: string | undefined;
      await act(async () => {
        const { attempt } = store.get();
        if (!attempt) return;
        const submitted = { values: { phone }, preview: true } as const;
        const answer = await api.submitCredentials(attempt.id, submitted);
        understood = answer.understood?.phone;
      });
      return understood;
    },
    confirm: () =>
      act(async () => {
        try {
          await send({}, true);
        } catch (caught) {
          if (!isStale(caught)) throw caught;
          expire();
        }
      }),
    checkNow: () => watch?.checkNow(),
    reset() {
      abandon();
      store.set({ ...CLOSED, target: store.get().target });
    },
    close() {
      abandon();
      store.set(CLOSED);
    },
    pause() {
      watch?.stop();
      store.set({ isResumed: true });
    },
    resume: follow,
  };
}
