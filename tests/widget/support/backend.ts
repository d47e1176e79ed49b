import { HttpResponse, http } from 'msw';
import type {
  Attempt,
  DeleteChannels,
  RetryUndelivered,
  SaveSettings,
  Settings,
  StatusChange,
  SubmitCredentials,
  Undelivered,
  WatchEvent,
} from '../../../src/contract/api.ts';
import { ERROR_STATUS, type ErrorCode, type FieldError } from '../../../src/contract/errors.ts';
import { applySave } from './apply-save.ts';
import { makeAttempt, makeSettings, makeTemplate } from './make.ts';
import { network } from './network.ts';

const ORIGIN = 'https://backend.test';

/** One write as it arrived. */
export interface Write {
  method: string;
  path: string;
  key: string | null;
  body: unknown;
}

/** A backend at the socket: it answers by the contract, and a test changes what it holds. */
export interface Backend {
  settings: Settings;
  attempt: Attempt;
  /** Messages that could not be carried, by channel. The channel's figures follow them. */
  undelivered: Record<string, Undelivered[]>;
  /** Changes of the channels' status, the newest first. */
  history: Record<string, StatusChange[]>;
  /** Who gets test messages. */
  sentTo: string;
  /** Every write, in order. */
  writes: Write[];
  /** How often the settings and the attempt were read. */
  reads: { settings: number; attempt: number };
  /** The next request whose line starts with this (`PUT /messenger/settings`) fails so. */
  failNext(line: string, ...failures: Failure[]): void;
  /** What happens to an attempt when credentials arrive. */
  onCredentials: (body: { values: Record<string, string>; confirm?: boolean }) => Attempt | Failure;
  /** How a phone number is read, before a code is asked for. */
  onPreview: (phone: string | undefined) => string | Exclude<Failure, 'lost'>;
  /** Sends an attempt down the open event streams. */
  push(attempt: Attempt): void;
  /** From now on a repeated start of an attempt is taken for a new one. */
  forgetAnswers(): void;
  /** Answers the event stream with 404, as a proxy without streaming would. */
  hasEvents: boolean;
  /** Gives keys to watch the channels with; a test that is about something else does without. */
  hasWatch: boolean;
  /** Watches that were begun, and streams of events that were opened. */
  watches: { begun: number; opened: number };
  /** Tells everybody who watches how `settings` stand, or what is laid over it. */
  tell(change?: Partial<WatchEvent>): void;
  /** Cuts all streams of events; with `isOver` their key opens nothing more. */
  cutWatches(isOver?: boolean): void;
}

export type Failure =
  | 'lost'
  | {
      code: ErrorCode;
      fields?: FieldError[];
      /** The channel that has the account already. */
      channelId?: string;
      refreshTokenUrl?: string;
      retryAfterSeconds?: number;
    };

export function startBackend(settings: Settings = makeSettings()): Backend {
  const failures = new Map<string, Failure[]>();
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const viewers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let liveKey = '';
  /** What starts were answered with, by their idempotency key. */
  const answers = new Map<string | null, object>();

  const backend: Backend = {
    settings,
    attempt: makeAttempt(),
    undelivered: {},
    history: {},
    sentTo: 'Ana Souza',
    writes: [],
    reads: { settings: 0, attempt: 0 },
    failNext: (line, ...list) => failures.set(line, [...(failures.get(line) ?? []), ...list]),
    onCredentials: () => ({ code: 'attempt_state' }),
    onPreview: () => ({ code: 'attempt_state' }),
    push(attempt) {
      backend.attempt = attempt;
      const event = new TextEncoder().encode(`data: ${JSON.stringify({ attempt })}\n\n`);
      for (const stream of streams) stream.enqueue(event);
    },
    forgetAnswers: () => answers.clear(),
    hasEvents: true,
    hasWatch: false,
    watches: { begun: 0, opened: 0 },
    tell(change) {
      for (const viewer of viewers) viewer.enqueue(watchEvent(backend.settings, change));
    },
    cutWatches(isOver = false) {
      if (isOver) liveKey = '';
      for (const viewer of viewers) viewer.close();
      viewers.clear();
    },
  };

  async function record(request: Request): Promise<unknown> {
    const text = await request.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const path = new URL(request.url).pathname;
    const key = request.headers.get('idempotency-key');
    backend.writes.push({ method: request.method, path, key, body });
    return body;
  }

  function failure(request: Request): Response | undefined {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    for (const [start, list] of failures) {
      const next = line.startsWith(start) ? list.shift() : undefined;
      if (next) return answerFailure(next);
    }
    return undefined;
  }

  /** Takes messages out of the undelivered ones; the channel's figures follow. */
  function take(channelId: string, isTaken: (message: Undelivered) => boolean): number {
    const before = backend.undelivered[channelId] ?? [];
    const left = before.filter((message) => !isTaken(message));
    backend.undelivered[channelId] = left;
    backend.settings = {
      ...backend.settings,
      channels: backend.settings.channels.map((channel) =>
        channel.id === channelId
          ? { ...channel, messages: { ...channel.messages, undelivered: left.length } }
          : channel,
      ),
    };
    return before.length - left.length;
  }

  network.use(
    http.get(`${ORIGIN}/messenger/channels`, ({ request }) => {
      const { channels } = backend.settings;
      return (
        failure(request) ??
        HttpResponse.json({
          _total_items: channels.length,
          _embedded: { channels },
          _links: { self: { href: request.url } },
        })
      );
    }),
    http.get(`${ORIGIN}/messenger/channels/:id/undelivered`, ({ request, params }) => {
      const undelivered = backend.undelivered[String(params.id)] ?? [];
      return failure(request) ?? HttpResponse.json({ _embedded: { undelivered } });
    }),
    http.post(`${ORIGIN}/messenger/channels/:id/undelivered/retry`, async ({ request, params }) => {
      const { ids } = ((await record(request)) as RetryUndelivered) ?? {};
      const failed = failure(request);
      if (failed) return failed;
      const retried = take(
        String(params.id),
        ({ id, can_retry }) => can_retry && (ids?.includes(id) ?? true),
      );
      return HttpResponse.json({ retried }, { status: 202 });
    }),
    http.delete(`${ORIGIN}/messenger/channels/:id/undelivered`, async ({ request, params }) => {
      await record(request);
      const failed = failure(request);
      if (failed) return failed;
      take(String(params.id), () => true);
      return new HttpResponse(null, { status: 204 });
    }),
    http.post(`${ORIGIN}/messenger/watch`, ({ request }) => {
      if (!backend.hasWatch) return answerFailure({ code: 'not_found' });
      const failed = failure(request);
      if (failed) return failed;
      backend.watches.begun += 1;
      liveKey = `watch-${backend.watches.begun}`;
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return HttpResponse.json({ watch_key: liveKey, expires_at }, { status: 201 });
    }),
    http.get(`${ORIGIN}/watch/events`, ({ request }) => {
      const failed = failure(request);
      if (failed) return failed;
      if (request.headers.get('authorization') !== `Bearer ${liveKey}`)
        return answerFailure({ code: 'unauthorized' });
      backend.watches.opened += 1;
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          viewers.add(controller);
          controller.enqueue(watchEvent(backend.settings));
        },
        cancel: () => void viewers.delete(own),
      });
      request.signal.addEventListener('abort', () => viewers.delete(own));
      return new HttpResponse(body, { headers: { 'Content-Type': 'text/event-stream' } });
    }),
    http.get(`${ORIGIN}/messenger/settings`, ({ request }) => {
      backend.reads.settings += 1;
      return failure(request) ?? HttpResponse.json(backend.settings);
    }),
    http.put(`${ORIGIN}/messenger/settings`, async ({ request }) => {
      const body = (await record(request)) as SaveSettings;
      const failed = failure(request);
      if (failed) return failed;
      if (body.version !== backend.settings.version)
        return answerFailure({ code: 'version_conflict' });
      backend.settings = applySave(backend.settings, body, { state: 'queued' });
      return HttpResponse.json(backend.settings);
    }),
    http.post(`${ORIGIN}/messenger/channels`, async ({ request }) => {
      await record(request);
      const failed = failure(request);
      if (failed) return failed;
      const key = request.headers.get('idempotency-key');
      const answer = answers.get(key) ?? { attempt: backend.attempt, attempt_key: 'key-1' };
      answers.set(key, answer);
      return HttpResponse.json(answer, { status: 201 });
    }),
    http.delete(`${ORIGIN}/messenger/channels/:id`, async ({ request, params }) => {
      await record(request);
      const failed = failure(request);
      if (failed) return failed;
      const channels = backend.settings.channels.filter(({ id }) => id !== params.id);
      backend.settings = makeSettings({ ...backend.settings, channels });
      return new HttpResponse(null, { status: 204 });
    }),
    http.post(`${ORIGIN}/messenger/channels/delete`, async ({ request }) => {
      const { ids } = (await record(request)) as DeleteChannels;
      const failed = failure(request);
      if (failed) return failed;
      const channels = backend.settings.channels.filter(({ id }) => !ids.includes(id));
      backend.settings = makeSettings({ ...backend.settings, channels });
      return new HttpResponse(null, { status: 204 });
    }),
    ...(['pause', 'resume'] as const).map((act) =>
      http.post(`${ORIGIN}/messenger/channels/:id/${act}`, async ({ request, params }) => {
        await record(request);
        const failed = failure(request);
        if (failed) return failed;
        const status = act === 'pause' ? 'paused' : 'connected';
        const channels = backend.settings.channels.map((channel) =>
          channel.id === params.id ? { ...channel, status, status_reason: null } : channel,
        );
        backend.settings = { ...backend.settings, channels } as Settings;
        return new HttpResponse(null, { status: 204 });
      }),
    ),
    http.post(`${ORIGIN}/messenger/channels/:id/test`, async ({ request }) => {
      await record(request);
      return failure(request) ?? HttpResponse.json({ sent_to: backend.sentTo }, { status: 202 });
    }),
    http.get(`${ORIGIN}/messenger/channels/:id/history`, ({ request, params }) => {
      const history = backend.history[String(params.id)] ?? [];
      return failure(request) ?? HttpResponse.json({ _embedded: { history } });
    }),
    http.post(`${ORIGIN}/messenger/attempts/:id/credentials`, async ({ request }) => {
      const body = (await record(request)) as SubmitCredentials;
      const failed = failure(request);
      if (failed) return failed;
      if (body.preview) {
        const phone = backend.onPreview(body.values.phone);
        if (typeof phone !== 'string') return answerFailure(phone);
        return HttpResponse.json({ attempt: backend.attempt, understood: { phone } });
      }
      const result = backend.onCredentials(body);
      if (!isAttempt(result)) return answerFailure(result);
      backend.attempt = result;
      return HttpResponse.json({ attempt: result });
    }),
    http.delete(`${ORIGIN}/messenger/attempts/:id`, async ({ request }) => {
      await record(request);
      return failure(request) ?? new HttpResponse(null, { status: 204 });
    }),
    http.post(`${ORIGIN}/messenger/templates`, async ({ request }) => {
      const body = (await record(request)) as { name: string; content: string };
      return (
        failure(request) ?? HttpResponse.json(makeTemplate({ id: 99, ...body }), { status: 201 })
      );
    }),
    http.get(`${ORIGIN}/connect/attempts/:id`, ({ request }) => {
      backend.reads.attempt += 1;
      return failure(request) ?? HttpResponse.json({ attempt: backend.attempt });
    }),
    http.get(`${ORIGIN}/connect/attempts/:id/events`, ({ request }) => {
      if (!backend.hasEvents) return new HttpResponse(null, { status: 404 });
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          streams.add(controller);
        },
        cancel: () => void streams.delete(own),
      });
      request.signal.addEventListener('abort', () => streams.delete(own));
      return new HttpResponse(body, { headers: { 'Content-Type': 'text/event-stream' } });
    }),
  );
  return backend;
}

/** How the settings stand, as one server-sent event. */
function watchEvent(settings: Settings, change: Partial<WatchEvent> = {}): Uint8Array<ArrayBuffer> {
  const { channels, sync } = settings;
  const event: WatchEvent = {
    channels: channels.map(({ id, status, status_reason, checked_at, messages }) => ({
      id,
      status,
      status_reason,
      checked_at,
      messages,
    })),
    sync,
    server_time: new Date().toISOString(),
    ...change,
  };
  return new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);
}

function isAttempt(result: Attempt | Failure): result is Attempt {
  return typeof result === 'object' && 'state' in result;
}

function answerFailure(failure: Failure): Response {
  if (failure === 'lost') return HttpResponse.error();
  return HttpResponse.json(
    {
      error: {
        code: failure.code,
        fields: failure.fields,
        channel_id: failure.channelId,
        request_id: 'request-1',
      },
      ...(failure.refreshTokenUrl
        ? { error_code: 1015, refresh_token_url: failure.refreshTokenUrl }
        : {}),
    },
    {
      status: ERROR_STATUS[failure.code],
      headers:
        failure.retryAfterSeconds === undefined
          ? {}
          : { 'Retry-After': String(failure.retryAfterSeconds) },
    },
  );
}
