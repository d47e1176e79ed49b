import { setTimeout as sleep } from 'node:timers/promises';
import { NotReached, type Outbound, type OutboundStream } from '../platform/outbound.ts';
import { isKommoFileHost, isKommoHost } from './account-host.ts';
import { failureOf, type KommoAnswer } from './answers.ts';
import { isKommoError, KommoError } from './errors.ts';
import {
  currentSession,
  followAccount,
  giveUp,
  markWithoutRights,
  renewSession,
  type Session,
} from './grants/session.ts';
import type { Kommo, KommoLog, KommoRequest, OpenKommoStream, SendToKommo } from './kommo.ts';
import type { Rate } from './rate/rate.ts';

/** One call to an account's REST API. */
export interface AccountRequest {
  method: KommoRequest['method'];
  /** Below `/api/v4`. */
  path: string;
  query?: URLSearchParams;
  /** Sent as JSON. */
  json?: unknown;
  /** 404 is an answer here. Elsewhere it means that the account is not at this address any more. */
  mayBeMissing?: boolean;
  /** 403 may stand for a dead token here; the caller finds out. Elsewhere it is about the user's rights. */
  mayHideDeadToken?: boolean;
}

/** A 429 this short is waited out; Kommo has not acted on the request. */
const PATIENCE_SECONDS = 5;

/** Kommo may need this long until all of its machines know a new token. */
export const SETTLING_MS = 2_000;

const DEADLINE_MS = 15_000;
const MAX_BYTES = 2 * 1024 * 1024;
/** How long a banned address stays silent before it asks again. */
const BLOCKED_SECONDS = 5 * 60;

/** What one call has tried already. */
interface Tried {
  renewal: boolean;
  move: boolean;
  settling: boolean;
  patience: boolean;
}

/**
 * Calls an account's API with the account's own grant. Renews a refused token once, follows a moved account once,
 * tries a new token again after a moment, and throws what still fails then. Marks a grant whose user may not do what
 * was asked.
 *
 * @throws KommoError for everything but 2xx
 */
export async function callAccount(
  kommo: Kommo,
  accountId: number,
  request: AccountRequest,
): Promise<KommoAnswer> {
  let session = await currentSession(kommo, accountId);
  const tried = { renewal: false, move: false, settling: false, patience: false };
  for (;;) {
    try {
      return await callWithToken(kommo, session.host.host, session.grant.accessToken, request);
    } catch (error) {
      if (!isKommoError(error)) throw error;
      session = await nextSession(kommo, session, request, error, tried);
    }
  }
}

/** Sends one request with the given token, with no second try. @throws KommoError */
export async function callWithToken(
  kommo: Kommo,
  host: string,
  accessToken: string,
  { method, path, query, json }: AccountRequest,
): Promise<KommoAnswer> {
  return await kommo.send({
    api: 'rest',
    method,
    host,
    path: `/api/v4${path}`,
    ...(query && { query }),
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: 'application/hal+json, application/json',
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    urgency: kommo.urgency,
  });
}

/** The session to try again with. @throws the error when nothing is left to try */
async function nextSession(
  kommo: Kommo,
  session: Session,
  request: AccountRequest,
  error: KommoError,
  tried: Tried,
): Promise<Session> {
  const { kind, status, retryAfterSeconds } = error;
  if (status === 429 && !tried.patience && (retryAfterSeconds ?? Infinity) <= PATIENCE_SECONDS) {
    tried.patience = true;
    return session;
  }
  if (kind === 'unauthorized' && !tried.renewal) {
    tried.renewal = true;
    const renewed = await renewSession(kommo, session);
    if (renewed !== undefined) return renewed;
  }
  if (kind === 'forbidden' && request.mayHideDeadToken !== true) {
    await markWithoutRights(kommo, session);
  }
  const seemsMoved =
    kind === 'unauthorized' || (kind === 'not_found' && request.mayBeMissing !== true);
  if (!seemsMoved) throw error;
  const followed = tried.move ? undefined : await followAccount(kommo, session);
  tried.move = true;
  if (followed !== undefined) return followed;
  if (kind !== 'unauthorized') throw error;
  if (tried.settling) return await giveUp(kommo, session, error);
  tried.settling = true;
  await sleep(SETTLING_MS);
  return session;
}

/**
 * The one way out to Kommo. Whatever a caller thinks it has validated, the host is checked again here; with
 * an emulator the connection goes there instead, after that check, and the real host travels in the `Host`
 * header. It never follows a redirect, and bounds answers in time and size.
 */
export function createTransport(options: {
  send: Outbound;
  rate: Pick<Rate, 'wait' | 'pause'>;
  emulatorUrl: URL | undefined;
  now: () => Date;
  log: KommoLog;
}): SendToKommo {
  const { send, rate, emulatorUrl, now, log } = options;

  return async (request, beforeSend) => {
    const { api, urgency, host, payer = host } = request;
    const url = addressOf(request, emulatorUrl);
    if (urgency !== 'unmetered') await rate.wait(payer, urgency);
    beforeSend?.();
    const answer = await exchange(url, request);
    const failure = failureOf(answer, api, now);
    if (failure === undefined) return answer;
    const { kind, status, retryAfterSeconds } = failure;
    log.debug(
      { api, status, kommoHost: host, kommoRequestId: answer.headers['x-request-id'] },
      'Kommo refused a request',
    );
    if (kind === 'rate_limited' || kind === 'blocked') {
      const seconds = retryAfterSeconds ?? BLOCKED_SECONDS;
      const text = kind === 'blocked' ? 'Kommo blocks this address' : 'Kommo asks to slow down';
      log.warn({ kommoHost: host, seconds, urgency }, text);
      // A call that anybody can cause must stop nobody else: only its own code waits.
      if (urgency === 'interactive' || urgency === 'bulk') await rate.pause(payer, seconds);
    }
    if (api === 'amojo' && kind === 'forbidden') {
      const theirs = Date.parse(answer.headers.date ?? '');
      const clockSkewSeconds = Math.round((now().getTime() - theirs) / 1000);
      log.error(
        { kommoHost: host, clockSkewSeconds },
        'The chat API refuses our signature: the channel secret is wrong, this machine’s clock is off, or the channel is not open to the account',
      );
    }
    throw failure;
  };

  async function exchange(url: URL, request: KommoRequest): Promise<KommoAnswer> {
    try {
      const { status, headers, body } = await send({
        method: request.method,
        url,
        headers: { ...request.headers, ...(emulatorUrl && { host: request.host }) },
        ...(request.body !== undefined && { body: request.body }),
        deadlineMs: request.deadlineMs ?? DEADLINE_MS,
        maxBytes: MAX_BYTES,
      });
      return { status, headers, body: body.toString('utf8') };
    } catch (cause) {
      if (!(cause instanceof NotReached)) throw cause;
      throw new KommoError('unavailable', { api: request.api, cause });
    }
  }
}

/** How long Kommo's file server may take to begin, to go on, and to end. */
const FILE_DEADLINES = { headersMs: 15_000, idleMs: 15_000, deadlineMs: 5 * 60_000 };

/** The way to a file at Kommo. The host is checked again here, as for every other request. */
export function createOpenStream(
  stream: OutboundStream,
  emulatorUrl: URL | undefined,
): OpenKommoStream {
  return async (address, options) => {
    const isPlain = address.username === '' && address.password === '' && address.port === '';
    if (address.protocol !== 'https:' || !isPlain || !isKommoFileHost(address.hostname)) {
      throw new Error('Refused to open a file that is not at Kommo.');
    }
    const url = new URL(`${address.pathname}${address.search}`, emulatorUrl ?? address.origin);
    // A path with two slashes would name another host.
    if (url.origin !== (emulatorUrl ?? address).origin) {
      throw new Error('Refused to open an address that changes when it is normalised.');
    }
    return await stream({
      url,
      ...(emulatorUrl && { headers: { host: address.hostname } }),
      ...FILE_DEADLINES,
      ...options,
    });
  };
}

function addressOf({ host, path, query }: KommoRequest, emulatorUrl: URL | undefined): URL {
  if (!isKommoHost(host)) throw new Error('Refused to call a host that is not Kommo’s.');
  const url = new URL(emulatorUrl?.origin ?? `https://${host}`);
  url.pathname = path;
  if (query !== undefined) url.search = query.toString();
  // Whatever the path held, the address must still be the one that was checked.
  if (url.pathname !== path || (emulatorUrl === undefined && url.host !== host)) {
    throw new Error('Refused to call an address that changes when it is normalised.');
  }
  return url;
}
