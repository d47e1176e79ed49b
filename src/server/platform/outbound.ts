// A project that has only some of the sources finds the types, too.
/// <reference path="./undici-parts.d.ts" />
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Readable, Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import requestThrough from 'undici/lib/api/api-request.js';
// Only what is used of it: the whole of undici, with its fetch and web sockets, takes ten megabytes more.
import Agent from 'undici/lib/dispatcher/agent.js';

/** One call to the outside world. */
export interface OutboundRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL | string;
  headers?: Record<string, string>;
  body?: string;
  /** From the first byte sent to the last byte read, in milliseconds. */
  deadlineMs?: number;
  /** Longest body read, in bytes. */
  maxBytes?: number;
}

/** What came back, whatever its status. Header names are lower case. */
export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * The other side could not be reached, or did not finish its answer. Holds no address and no content,
 * since either may carry a secret.
 */
export class NotReached extends Error {
  readonly reason: 'timeout' | 'connection' | 'too_large' | 'refused_address';

  constructor(reason: NotReached['reason'], cause?: unknown) {
    super(`The other side was not reached: ${reason}.`);
    this.name = 'NotReached';
    this.reason = reason;
    // Only the system's code is kept: messages of network errors repeat addresses.
    const code = (cause as { code?: unknown } | undefined)?.code;
    if (typeof code === 'string') this.cause = code;
  }
}

/** Sends one request; never follows a redirect. @throws NotReached */
export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer>;

/** One call whose answer, and perhaps whose body, is too large to be held in memory. */
export interface StreamRequest extends Omit<OutboundRequest, 'body' | 'deadlineMs'> {
  /** Read as fast as the other side takes it, and destroyed when the call fails. What it throws is thrown. */
  body?: string | Readable | AsyncIterable<Uint8Array>;
  /** Bytes of a streamed body, when they are known; the call fails if there are more or fewer. */
  contentLength?: number;
  /** Until the answer begins, in milliseconds; while a body is sent, from each of its pieces. */
  headersMs?: number;
  /** Longest silence within the answer. */
  idleMs?: number;
  /** From the first byte sent to the last byte read. */
  deadlineMs?: number;
}

/** An answer that has begun. */
export interface StreamAnswer {
  status: number;
  /** Names are lower case. */
  headers: Record<string, string>;
  /** To be read to its end, or destroyed, which frees the connection. It fails with `NotReached`. */
  body: Readable;
}

/** Sends one request and returns when its answer begins; never follows a redirect. @throws NotReached */
export type OutboundStream = (request: StreamRequest) => Promise<StreamAnswer>;

/** Ways to the outside on one pool of connections. */
export interface OutboundPool {
  send: Outbound;
  stream: OutboundStream;
  close: () => Promise<void>;
}

const USER_AGENT = 'kommo-chat-connector';
const DEFAULT_STREAM = {
  headersMs: 15_000,
  idleMs: 15_000,
  deadlineMs: 5 * 60_000,
  maxBytes: 50 * 1024 * 1024,
};
const DEFAULT_DEADLINE_MS = 15_000;
const DEFAULT_MAX_BYTES = 2 * 1024 * 1024;

/** Connects `*.localhost` to loopback, which system resolvers do not always know (RFC 6761, 6.3). */
const resolveHost: LookupFunction = (hostname, options, callback) => {
  const name = hostname === 'localhost' || hostname.endsWith('.localhost') ? '127.0.0.1' : hostname;
  systemLookup(name, options, callback);
};

/** An outbound caller with its own connection pool; `close` it when done. */
export function createOutbound(lookup: LookupFunction = resolveHost): OutboundPool {
  const agent = new Agent({
    connect: { lookup, timeout: 5_000 },
    keepAliveTimeout: 4_000,
    maxResponseSize: -1,
  });
  return {
    send: (request) => send(agent, request),
    stream: (request) => openStream(agent, request),
    close: () => agent.destroy(),
  };
}

/** As undici's own `request`, on this agent. @throws TypeError for what is no address */
function ask(
  agent: Agent,
  address: URL | string,
  options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
): Promise<Dispatcher.ResponseData> {
  const { origin, pathname, search } = new URL(address);
  return requestThrough.call(agent, { ...options, origin, path: `${pathname}${search}` });
}

async function send(agent: Agent, request: OutboundRequest): Promise<OutboundAnswer> {
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await ask(agent, request.url, {
      method: request.method ?? 'GET',
      headers: { 'user-agent': USER_AGENT, ...request.headers },
      body: request.body ?? null,
      signal,
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        answer.body.destroy();
        throw new NotReached('too_large');
      }
      chunks.push(chunk);
    }
    return {
      status: answer.statusCode,
      headers: flatten(answer.headers),
      body: Buffer.concat(chunks),
    };
  } catch (error) {
    if (error instanceof NotReached) throw error;
    throw new NotReached(signal.aborted ? 'timeout' : 'connection', error);
  }
}

async function openStream(agent: Agent, request: StreamRequest): Promise<StreamAnswer> {
  const { headersMs, idleMs, deadlineMs, maxBytes } = { ...DEFAULT_STREAM, ...request };
  const timing = new AbortController();
  const stop = () => timing.abort();
  const overall = setTimeout(stop, deadlineMs);
  const silence = setTimeout(stop, headersMs);
  const upload = uploadOf(request.body, () => silence.refresh());
  try {
    const length = request.contentLength;
    const answer = await ask(agent, request.url, {
      method: request.method ?? 'GET',
      headers: {
        'user-agent': USER_AGENT,
        ...request.headers,
        ...(length !== undefined && { 'content-length': String(length) }),
      },
      body: upload.body,
      signal: timing.signal,
      headersTimeout: 0,
      // Counts only while we want more: a reader that takes its time is no silence.
      bodyTimeout: idleMs,
    });
    const headers = flatten(answer.headers);
    const body = limitBody(answer.body, maxBytes, (error) =>
      notReached(error, timing.signal.aborted),
    );
    body.once('close', () => clearTimeout(overall));
    if (Number(headers['content-length']) > maxBytes) {
      body.destroy();
      throw new NotReached('too_large');
    }
    return { status: answer.statusCode, headers, body };
  } catch (error) {
    clearTimeout(overall);
    upload.destroy();
    if (upload.failure !== undefined) throw upload.failure.error;
    throw error instanceof NotReached ? error : notReached(error, timing.signal.aborted);
  } finally {
    clearTimeout(silence);
  }
}

/** A body to send, with a note of each piece and of what its source throws. */
function uploadOf(body: StreamRequest['body'], onPiece: () => void) {
  if (body === undefined || typeof body === 'string') {
    return { body: body ?? null, failure: undefined, destroy: () => undefined };
  }
  const source = body instanceof Readable ? body : Readable.from(body);
  const upload = {
    body: Readable.from(pieces(), { objectMode: false }),
    failure: undefined as { error: unknown } | undefined,
    destroy: () => void source.destroy(),
  };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const given: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
    // Not a loop over it: that would take what is thrown in here, when the call fails, for the source's own.
    for (;;) {
      const next = await given.next().catch((error: unknown) => {
        upload.failure = { error };
        throw error;
      });
      if (next.done === true) return;
      onPiece();
      yield next.value;
    }
  }
  // Whoever sends it hears of a failure; before that and after that, nobody needs to.
  for (const one of [source, upload.body]) one.on('error', () => undefined);
  return upload;
}

/** What a body holds, up to a number of bytes. Ending it ends the body, and its failures are told without detail. */
function limitBody(body: Readable, maxBytes: number, toFailure: (error: unknown) => NotReached) {
  let size = 0;
  const limited = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.length;
      if (size > maxBytes) done(new NotReached('too_large'));
      else done(null, piece);
    },
  });
  // It may fail before anybody reads it; the reader is told then.
  limited.on('error', () => undefined);
  limited.once('close', () => body.destroy());
  body.on('error', (error) => limited.destroy(toFailure(error)));
  return body.pipe(limited);
}

const TIMEOUTS = new Set(['UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);

function notReached(error: unknown, isTooLate: boolean): NotReached {
  const { code } = (error ?? {}) as { code?: string };
  return new NotReached(isTooLate || TIMEOUTS.has(code ?? '') ? 'timeout' : 'connection', error);
}

function flatten(given: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
