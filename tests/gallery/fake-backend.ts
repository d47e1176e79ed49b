import type { Page, Request, Route } from '@playwright/test';
import type {
  Attempt,
  SaveSettings,
  Settings,
  StatusChange,
  SubmitCredentials,
  Undelivered,
} from '../../src/contract/api.ts';
import { ERROR_STATUS, type ErrorCode, type FieldError } from '../../src/contract/errors.ts';
import { LOCAL_API_URL } from '../../src/pack/build-stamp.ts';
import { applySave } from '../widget/support/apply-save.ts';
import { makeSettings, makeTemplate } from '../widget/support/make.ts';

/** The backend's address in the built widget. */
export const BACKEND = process.env.WIDGET_API_URL || LOCAL_API_URL;

/** As every save ends here, at once. */
const SYNCED: Settings['sync'] = { state: 'done', finished_at: '2026-11-22T09:59:00.000Z' };

/** What the backend says instead of its usual answer. */
export type Refusal =
  /** The connection breaks. */
  | 'lost'
  /** No answer comes, ever. */
  | 'silent'
  | {
      code: ErrorCode;
      fields?: FieldError[];
      retryAfterSeconds?: number;
      reauthorizeUrl?: string;
    };

/** What the backend holds when a state begins. */
export interface Held {
  settings?: Settings;
  /** What starting an attempt leads to. */
  attempt?: Attempt;
  /** What the credentials lead to. */
  found?: Attempt | Refusal;
  /** By the channel's id. */
  undelivered?: Record<string, Undelivered[]>;
  history?: StatusChange[];
  /** Where a test message goes. */
  sentTo?: string;
  /** By method and path, such as `PUT /messenger/settings`; the path may be cut short. */
  refuses?: Record<string, Refusal>;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': '*',
  'access-control-allow-headers': '*, authorization, content-type, x-auth-token, idempotency-key',
  'access-control-expose-headers': 'Retry-After',
};

/** A backend at the browser's socket: it answers by the contract, from what a state says it holds. */
export class FakeBackend {
  settings: Settings = makeSettings();
  refuses: Record<string, Refusal> = {};
  /** Everything that was asked, as method and path. */
  requests: string[] = [];
  #held: Held = {};
  #attempt: Attempt | undefined;
  /** Event streams that wait for news, by path. */
  #streams = new Set<Route>();
  #onStream: (() => void) | undefined;

  static async serve(page: Page): Promise<FakeBackend> {
    const backend = new FakeBackend();
    await page.route(`${BACKEND}/**`, (route) => backend.#answer(route));
    return backend;
  }

  /** Forgets everything and holds this. */
  hold(held: Held): void {
    this.#held = held;
    this.settings = held.settings ?? makeSettings();
    this.refuses = { ...held.refuses };
    this.requests = [];
    this.#attempt = held.attempt;
    this.#streams.clear();
  }

  /** The attempt gets on: whoever follows it hears of it. Waits until somebody does. */
  async push(attempt: Attempt): Promise<void> {
    const stream = await this.#followed();
    this.#take(attempt);
    const body = `data: ${JSON.stringify({ attempt })}\n\n`;
    await stream.fulfill({
      status: 200,
      headers: { ...CORS, 'content-type': 'text/event-stream' },
      body,
    });
  }

  async #followed(): Promise<Route> {
    for (;;) {
      const stream = [...this.#streams].find((route) =>
        route.request().url().includes('/attempts/'),
      );
      if (stream) {
        this.#streams.delete(stream);
        return stream;
      }
      await new Promise<void>((resolve) => {
        this.#onStream = resolve;
      });
    }
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: CORS });
    const { pathname } = new URL(request.url());
    const line = `${request.method()} ${pathname}`;
    this.requests.push(line);
    const refused = Object.entries(this.refuses).find(([start]) => line.startsWith(start))?.[1];
    if (refused === 'lost') return route.abort('connectionrefused');
    if (refused === 'silent') return;
    if (refused === undefined && pathname.endsWith('/events')) {
      this.#streams.add(route);
      this.#onStream?.();
      return;
    }
    const answer = refused ? refusal(refused) : this.#usual(request, line);
    const headers = { ...CORS, 'content-type': 'application/json', ...answer.headers };
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    // The page may be gone by now.
    await route.fulfill({ status: answer.status, headers, body }).catch(() => undefined);
  }

  #usual(request: Request, line: string): Answer {
    const { settings } = this;
    if (line === 'GET /messenger/settings') return { status: 200, body: settings };
    if (line === 'PUT /messenger/settings') {
      this.settings = applySave(settings, request.postDataJSON() as SaveSettings, SYNCED);
      return { status: 200, body: this.settings };
    }
    if (line === 'GET /messenger/channels') return { status: 200, body: collection(settings) };
    if (line === 'POST /messenger/channels') {
      if (!this.#attempt) return refusal({ code: 'temporarily_unavailable' });
      return { status: 201, body: { attempt: this.#attempt, attempt_key: 'gallery-key' } };
    }
    if (line === 'POST /messenger/templates') {
      const body = request.postDataJSON() as { name: string; content: string };
      return { status: 201, body: makeTemplate({ id: 99, ...body }) };
    }
    if (line === 'POST /messenger/watch')
      return {
        status: 201,
        body: { watch_key: 'gallery-watch-key', expires_at: '2026-11-22T11:00:00.000Z' },
      };
    if (line.endsWith('/credentials')) return this.#credentials(request);
    if (line.startsWith('GET /connect/attempts/'))
      return this.#attempt
        ? { status: 200, body: { attempt: this.#attempt } }
        : refusal({ code: 'not_found' });
    return this.#aboutChannel(request, line);
  }

  #credentials(request: Request): Answer {
    const submitted = request.postDataJSON() as SubmitCredentials;
    if (submitted.preview) {
      const understood = { phone: '+55 11 91234-5678' };
      return { status: 200, body: { attempt: this.#attempt, understood } };
    }
    const { found } = this.#held;
    if (found === undefined || found === 'lost' || found === 'silent')
      return refusal({ code: 'temporarily_unavailable' });
    if ('code' in found) return refusal(found);
    this.#take(found);
    return { status: 200, body: { attempt: found } };
  }

  /** A channel that was connected is among the settings from now on. */
  #take(attempt: Attempt): void {
    this.#attempt = attempt;
    const { channel } = attempt;
    const isKnown = this.settings.channels.some(({ id }) => id === channel?.id);
    if (attempt.state !== 'connected' || !channel || isKnown) return;
    const channels = [...this.settings.channels, channel];
    const limits = { channels: { ...this.settings.limits.channels, used: channels.length } };
    this.settings = { ...this.settings, channels, limits };
  }

  #aboutChannel(request: Request, line: string): Answer {
    const id = /\/channels\/([^/]+)/.exec(line)?.[1] ?? '';
    if (line === 'POST /messenger/channels/delete') {
      const { ids } = request.postDataJSON() as { ids: string[] };
      return this.#withoutChannels(ids);
    }
    if (/^DELETE \/messenger\/channels\/[^/]+$/.test(line)) return this.#withoutChannels([id]);
    if (line.endsWith('/undelivered/retry')) return { status: 202, body: { retried: 1 } };
    if (line.startsWith('GET') && line.endsWith('/undelivered'))
      return {
        status: 200,
        body: { _embedded: { undelivered: this.#held.undelivered?.[id] ?? [] } },
      };
    if (line.endsWith('/history'))
      return { status: 200, body: { _embedded: { history: this.#held.history ?? [] } } };
    if (line.endsWith('/test'))
      return { status: 202, body: { sent_to: this.#held.sentTo ?? 'Ana Souza' } };
    return { status: 204 };
  }

  #withoutChannels(ids: string[]): Answer {
    const channels = this.settings.channels.filter((channel) => !ids.includes(channel.id));
    const { max } = this.settings.limits.channels;
    const limits = { channels: { max, used: channels.length } };
    this.settings = { ...this.settings, channels, limits };
    return { status: 204 };
  }
}

function refusal(refused: Exclude<Refusal, 'lost' | 'silent'>): Answer {
  const { code, fields, retryAfterSeconds, reauthorizeUrl } = refused;
  return {
    status: ERROR_STATUS[code],
    body: {
      error: { code, fields, request_id: '01KB-GALLERY-0001' },
      ...(reauthorizeUrl ? { error_code: 1015, refresh_token_url: reauthorizeUrl } : {}),
    },
    headers: retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  };
}

function collection(settings: Settings) {
  const { channels } = settings;
  const self = { href: `${BACKEND}/messenger/channels` };
  return { _total_items: channels.length, _embedded: { channels }, _links: { self } };
}
