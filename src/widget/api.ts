import type {
  Attempt,
  AttemptAnswer,
  ChannelCollection,
  ChannelHistory,
  CreateTemplate,
  DeleteChannels,
  RetriedAnswer,
  RetryUndelivered,
  SaveSettings,
  Settings,
  StartAttempt,
  StartedAttempt,
  StartedWatch,
  SubmitCredentials,
  SubmittedAnswer,
  Template,
  TestAnswer,
  UndeliveredCollection,
} from '../contract/api.ts';
import { ApiError, toApiError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { Host, HostRequest } from './host.ts';

/** Pauses before a write whose answer was lost is sent again, with the same key. */
const RETRY_PAUSES_MS = [1000, 3000];

/** Pauses while the backend is still working on the same key. */
const IN_PROGRESS_PAUSES_MS = [1000, 2000, 3000, 5000, 8000];

/** The backend, one function per endpoint. Each throws {@link ApiError}. */
export interface Api {
  loadSettings(): Promise<Settings>;
  saveSettings(settings: SaveSettings): Promise<Settings>;
  /** With the key of an earlier call, returns that call's answer again. */
  startAttempt(start: StartAttempt, idempotencyKey: string): Promise<StartedAttempt>;
  /** With `preview`, the backend only reads the values and changes nothing. */
  submitCredentials(attemptId: string, submitted: SubmitCredentials): Promise<SubmittedAnswer>;
  cancelAttempt(attemptId: string): Promise<void>;
  loadChannels(): Promise<ChannelCollection>;
  deleteChannel(channelId: string): Promise<void>;
  /** All of them or, when it fails, none. Those that are gone already count as deleted. */
  deleteChannels(channels: DeleteChannels): Promise<void>;
  pauseChannel(channelId: string): Promise<void>;
  /** Once it is answered, the service has been asked how the channel is. */
  resumeChannel(channelId: string): Promise<void>;
  /** Sends a test message at once; answered when the service took it. */
  testChannel(channelId: string): Promise<TestAnswer>;
  /** The channel's last changes of status: at most 20, the newest first. */
  loadHistory(channelId: string): Promise<ChannelHistory>;
  /** The channel's messages that could not be carried: at most 100, the newest first. */
  loadUndelivered(channelId: string): Promise<UndeliveredCollection>;
  /** Without `ids`, everything that can be tried again. */
  retryUndelivered(channelId: string, retry: RetryUndelivered): Promise<RetriedAnswer>;
  forgetUndelivered(channelId: string): Promise<void>;
  createTemplate(template: CreateTemplate): Promise<Template>;
  /** Uses the attempt's own key, not Kommo's token: Kommo forbids requesting its token in loops. */
  readAttempt(attemptId: string, key: string, signal: AbortSignal): Promise<Attempt>;
  /** Opens the stream of the attempt's states. */
  openAttemptEvents(attemptId: string, key: string, signal: AbortSignal): Promise<Response>;
  /** A key for the events of the channels; services that were not asked for a while are asked. */
  startWatch(): Promise<StartedWatch>;
  openWatchEvents(key: string, signal: AbortSignal): Promise<Response>;
}

export function createApi(host: Pick<Host, 'request' | 'apiUrl'>, clock: Clock): Api {
  async function call<T>(request: HostRequest): Promise<T> {
    const answer = await host.request(request);
    if (answer.status < 200 || answer.status > 299) throw toApiError(answer);
    return answer.body as T;
  }

  /** One key per click, so that a request that is sent again cannot act twice. */
  async function write<T>(
    request: Omit<HostRequest, 'idempotencyKey'>,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<T> {
    const pauses = {
      unreachable: RETRY_PAUSES_MS.values(),
      in_progress: IN_PROGRESS_PAUSES_MS.values(),
    };
    for (;;) {
      try {
        return await call<T>({ ...request, idempotencyKey });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code !== 'unreachable' && error.code !== 'in_progress') throw error;
        const pause = pauses[error.code].next();
        if (pause.done) throw error;
        await clock.wait(pause.value);
      }
    }
  }

  async function fetchWithKey(path: string, key: string, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(host.apiUrl + path, {
        headers: { Authorization: `Bearer ${key}` },
        cache: 'no-store',
        signal,
      });
    } catch {
      throw new ApiError('unreachable');
    }
  }

  return {
    loadSettings: () => call<Settings>({ method: 'GET', path: '/messenger/settings' }),
    saveSettings: (settings) =>
      write<Settings>({ method: 'PUT', path: '/messenger/settings', body: settings }),
    startAttempt: (start, idempotencyKey) =>
      write<StartedAttempt>(
        { method: 'POST', path: '/messenger/channels', body: start },
        idempotencyKey,
      ),
    submitCredentials: (attemptId, submitted) => {
      const path = `/messenger/attempts/${encodeURIComponent(attemptId)}/credentials`;
      return write<SubmittedAnswer>({ method: 'POST', path, body: submitted });
    },
    cancelAttempt: (attemptId) =>
      write<void>({
        method: 'DELETE',
        path: `/messenger/attempts/${encodeURIComponent(attemptId)}`,
      }),
    loadChannels: () => call<ChannelCollection>({ method: 'GET', path: '/messenger/channels' }),
    deleteChannel: (channelId) => write<void>({ method: 'DELETE', path: channelPath(channelId) }),
    deleteChannels: (channels) =>
      write<void>({ method: 'POST', path: '/messenger/channels/delete', body: channels }),
    pauseChannel: (channelId) =>
      write<void>({ method: 'POST', path: `${channelPath(channelId)}/pause` }),
    resumeChannel: (channelId) =>
      write<void>({ method: 'POST', path: `${channelPath(channelId)}/resume` }),
    testChannel: (channelId) =>
      write<TestAnswer>({ method: 'POST', path: `${channelPath(channelId)}/test` }),
    loadHistory: (channelId) =>
      call<ChannelHistory>({ method: 'GET', path: `${channelPath(channelId)}/history` }),
    loadUndelivered: (channelId) =>
      call<UndeliveredCollection>({
        method: 'GET',
        path: `${channelPath(channelId)}/undelivered`,
      }),
    retryUndelivered: (channelId, retry) =>
      write<RetriedAnswer>({
        method: 'POST',
        path: `${channelPath(channelId)}/undelivered/retry`,
        body: retry,
      }),
    forgetUndelivered: (channelId) =>
      write<void>({ method: 'DELETE', path: `${channelPath(channelId)}/undelivered` }),
    createTemplate: (template) =>
      write<Template>({ method: 'POST', path: '/messenger/templates', body: template }),
    readAttempt: async (attemptId, key, signal) => {
      const response = await fetchWithKey(attemptPath(attemptId), key, signal);
      const body: unknown = await response.json().catch(() => undefined);
      if (!response.ok) throw toApiError({ status: response.status, body });
      return (body as AttemptAnswer).attempt;
    },
    openAttemptEvents: (attemptId, key, signal) =>
      fetchWithKey(`${attemptPath(attemptId)}/events`, key, signal),
    startWatch: () => call<StartedWatch>({ method: 'POST', path: '/messenger/watch' }),
    openWatchEvents: (key, signal) => fetchWithKey('/watch/events', key, signal),
  };
}

function attemptPath(attemptId: string): string {
  return `/connect/attempts/${encodeURIComponent(attemptId)}`;
}

function channelPath(channelId: string): string {
  return `/messenger/channels/${encodeURIComponent(channelId)}`;
}
