import { NotReached, type Outbound, type OutboundRequest } from '../platform/outbound.ts';
import { isKommoHost } from './account-host.ts';
import { failureOf, type KommoAnswer } from './answers.ts';
import { type KommoApi, KommoError } from './errors.ts';
import type { KommoLog } from './log.ts';
import type { Rate, Urgency } from './rate/rate.ts';

export interface KommoRequest {
  api: KommoApi;
  method: NonNullable<OutboundRequest['method']>;
  host: string;
  /** Begins with a slash, holds no query. */
  path: string;
  query?: URLSearchParams;
  headers?: Record<string, string>;
  /** Sent byte for byte. */
  body?: string;
  deadlineMs?: number;
  /** Whose turn to take in the request budget; `unmetered` for hosts Kommo counts separately. */
  urgency: Urgency | 'unmetered';
  /** The account's host whose share of the budget this takes, where `host` is a machine of all accounts. */
  payer?: string;
}

const DEADLINE_MS = 15_000;
const MAX_BYTES = 2 * 1024 * 1024;
/** How long a banned address stays silent before it asks again. */
const BLOCKED_SECONDS = 5 * 60;

/** Failures before the request was on the wire: Kommo cannot have acted on it. */
const NEVER_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*)$/;

/** Whether a failed request certainly never reached Kommo, so that repeating it changes nothing twice. */
export function wasNeverSent(error: KommoError): boolean {
  const { cause } = error;
  if (!(cause instanceof NotReached)) return false;
  if (cause.reason === 'refused_address') return true;
  return typeof cause.cause === 'string' && NEVER_SENT.test(cause.cause);
}

/**
 * The one way out to Kommo. Whatever a caller thinks it has validated, the host is looked at again here;
 * with an emulator the connection goes there instead, after that check, and the real host travels in the
 * `Host` header. Redirects are never followed, an answer has a total deadline and a size limit.
 */
export class Transport {
  readonly #send: Outbound;
  readonly #rate: Rate;
  readonly #emulatorUrl: URL | undefined;
  readonly #now: () => Date;
  readonly #log: KommoLog;

  constructor(options: {
    send: Outbound;
    rate: Rate;
    emulatorUrl: URL | undefined;
    now: () => Date;
    log: KommoLog;
  }) {
    this.#send = options.send;
    this.#rate = options.rate;
    this.#emulatorUrl = options.emulatorUrl;
    this.#now = options.now;
    this.#log = options.log;
  }

  /**
   * Waits for the request's turn, sends it, and returns a 2xx answer.
   *
   * @param beforeSend - runs when the turn has come, immediately before the request leaves; what it throws
   *   is thrown, and nothing is sent
   * @throws KommoError for every other answer, and for none
   */
  async request(request: KommoRequest, beforeSend?: () => void): Promise<KommoAnswer> {
    const { api, urgency, host, payer = host } = request;
    const url = this.#address(host, request.path, request.query);
    if (urgency !== 'unmetered') await this.#rate.wait(payer, urgency);
    beforeSend?.();
    const answer = await this.#exchange(url, request);
    const failure = failureOf(answer, api, this.#now);
    if (failure === undefined) return answer;
    const { kind, status, retryAfterSeconds } = failure;
    this.#log.debug(
      { api, status, kommoHost: host, kommoRequestId: answer.headers['x-request-id'] },
      'Kommo refused a request',
    );
    if (kind === 'rate_limited' || kind === 'blocked') {
      const seconds = retryAfterSeconds ?? BLOCKED_SECONDS;
      const text = kind === 'blocked' ? 'Kommo blocks this address' : 'Kommo asks to slow down';
      this.#log.warn({ kommoHost: host, seconds, urgency }, text);
      // What anybody can set off stops nobody: the code it was for is put off, and that is all.
      if (urgency === 'interactive' || urgency === 'bulk') await this.#rate.pause(payer, seconds);
    }
    if (api === 'amojo' && kind === 'forbidden') {
      const theirs = Date.parse(answer.headers.date ?? '');
      const clockSkewSeconds = Math.round((this.#now().getTime() - theirs) / 1000);
      this.#log.error(
        { kommoHost: host, clockSkewSeconds },
        'The chat API refuses our signature: the channel secret is wrong, this machine’s clock is off, or the channel is not open to the account',
      );
    }
    throw failure;
  }

  async #exchange(url: URL, request: KommoRequest): Promise<KommoAnswer> {
    try {
      const { status, headers, body } = await this.#send({
        method: request.method,
        url,
        headers: {
          ...request.headers,
          ...(this.#emulatorUrl === undefined ? {} : { host: request.host }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        deadlineMs: request.deadlineMs ?? DEADLINE_MS,
        maxBytes: MAX_BYTES,
      });
      return { status, headers, body: body.toString('utf8') };
    } catch (cause) {
      if (cause instanceof NotReached) {
        throw new KommoError('unavailable', { api: request.api, cause });
      }
      throw cause;
    }
  }

  #address(host: string, path: string, query: URLSearchParams | undefined): URL {
    if (!isKommoHost(host)) throw new Error('Refused to call a host that is not Kommo’s.');
    const url = new URL(this.#emulatorUrl?.origin ?? `https://${host}`);
    url.pathname = path;
    if (query !== undefined) url.search = query.toString();
    // Whatever the path held, the address must still be the one that was checked.
    if (url.pathname !== path || (this.#emulatorUrl === undefined && url.host !== host)) {
      throw new Error('Refused to call an address that changes when it is normalised.');
    }
    return url;
  }
}
