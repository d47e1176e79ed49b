import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request as undiciRequest } from 'undici';

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

const DEFAULT_DEADLINE_MS = 15_000;
const DEFAULT_MAX_BYTES = 2 * 1024 * 1024;

/** Connects `*.localhost` to loopback, which system resolvers do not always know (RFC 6761, 6.3). */
const resolveHost: LookupFunction = (hostname, options, callback) => {
  const name = hostname === 'localhost' || hostname.endsWith('.localhost') ? '127.0.0.1' : hostname;
  systemLookup(name, options, callback);
};

/** An outbound caller with its own connection pool; `close` it when done. */
export function createOutbound(lookup: LookupFunction = resolveHost): {
  send: Outbound;
  close: () => Promise<void>;
} {
  const agent = new Agent({
    connect: { lookup, timeout: 5_000 },
    keepAliveTimeout: 4_000,
    maxResponseSize: -1,
  });
  return { send: (request) => send(agent, request), close: () => agent.destroy() };
}

async function send(agent: Agent, request: OutboundRequest): Promise<OutboundAnswer> {
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await undiciRequest(request.url, {
      dispatcher: agent,
      method: request.method ?? 'GET',
      headers: { 'user-agent': 'kommo-chat-connector', ...request.headers },
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
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    return { status: answer.statusCode, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof NotReached) throw error;
    throw new NotReached(signal.aborted ? 'timeout' : 'connection', error);
  }
}
