import type {
  Attempt,
  AttemptAnswer,
  ChannelCollection,
  CreateTemplate,
  RetriedAnswer,
  RetryUndelivered,
  SaveSettings,
  Settings,
  StartAttempt,
  StartedAttempt,
  SubmitCredentials,
  SubmittedAnswer,
  Template,
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

  async function fetchAttempt(path: string, key: string, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(`${host.apiUrl}/connect/attempts/${path}`, {
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
      const response = await fetchAttempt(encodeURIComponent(attemptId), key, signal);
      const body: unknown = await response.json().catch(() => undefined);
      if (!response.ok) throw toApiError({ status: response.status, body });
      return (body as AttemptAnswer).attempt;
    },
    openAttemptEvents: (attemptId, key, signal) =>
      fetchAttempt(`${encodeURIComponent(attemptId)}/events`, key, signal),
  };
}

function channelPath(channelId: string): string {
  return `/messenger/channels/${encodeURIComponent(channelId)}`;
}
