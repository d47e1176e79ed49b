import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Barriers } from './barriers.ts';
import type { Clock } from './clock.ts';
import type { Answer, Arrival, HttpExchange } from './exchange.ts';
import type { FaultAction, Faults } from './faults.ts';
import type { Log } from './log.ts';
import type { RecordedRequest, Recorder } from './recorder.ts';
import type { Router } from './router.ts';

/** What watches and disturbs the requests. */
export interface Instruments {
  clock: Clock;
  faults: Faults;
  barriers: Barriers;
  recorder: Recorder;
  log: Log;
}

/** The emulated machines, as far as the listener must know them. */
export interface Site<Exchange extends HttpExchange> {
  /** Decides which machine is meant, and builds what its handlers are given. */
  open(arrival: Omit<Arrival, 'host'> & { hostHeader: string }): Exchange;
  /** Whether the log has calls to this path. */
  isLogged(path: string): boolean;
  /** Answers in place of the routes, if somebody supplied an answer. @returns whether it did */
  answerSupplied(exchange: Exchange): Promise<boolean>;
  notFound(exchange: Exchange): void;
  wrongMethod(exchange: Exchange, allow: string[]): void;
  /** @param seconds how long to wait; null does not say */
  tooManyRequests(exchange: Exchange, seconds: number | null): void;
  /** What a blocked caller gets. */
  blocked(exchange: Exchange): void;
}

/** A server: its machines, their routes, and what watches them. */
interface Parts<Exchange extends HttpExchange> {
  instruments: Instruments;
  router: Router<Exchange>;
  site: Site<Exchange>;
}

/** More than any call carries; larger uploads are read by their route. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Builds the function node:http calls for each request. */
export function createListener<Exchange extends HttpExchange>(
  parts: Parts<Exchange>,
  changed: () => void,
) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    handle(parts, request, response)
      .catch((error: unknown) => {
        parts.instruments.log.add({ kind: 'error', name: 'emulator', detail: String(error) });
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`The emulator failed: ${String(error)}\n`);
      })
      .finally(changed);
  };
}

async function handle<Exchange extends HttpExchange>(
  { instruments, router, site }: Parts<Exchange>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client told to use the emulator as its HTTP proxy sends the whole address on the request line.
  const target = request.url ?? '/';
  const isAbsolute = /^https?:\/\//.test(target);
  const named = request.headers.host ?? 'localhost';
  const address = isAbsolute ? target : `http://${named}${target}`;
  if (!URL.canParse(address)) return void response.writeHead(400).end();
  // By the emulator's clock: a client whose own clock is off can see it here.
  response.setHeader('date', new Date(instruments.clock.now()).toUTCString());
  const url = new URL(address);
  const hostHeader = isAbsolute ? url.host : named;
  const exchange = site.open({ request, response, url, hostHeader, body: Buffer.of() });
  const found = router.find(exchange.method, exchange.host, url.pathname);
  const streamed = found.route?.streams;
  if (streamed === undefined || !exchange.header('content-type').startsWith(streamed)) {
    const body = await readBody(request);
    if (body === undefined) return;
    exchange.body = body;
  }
  // The control API can neither be broken by a fault nor fill the record of what a client did.
  if (url.pathname.startsWith('/__emulator')) {
    await run(exchange, found, site);
    if (exchange.answer !== undefined) write(response, exchange.answer);
    return;
  }
  const { clock, recorder, faults, barriers } = instruments;
  const recorded = recorder.add({
    at: clock.now(),
    method: exchange.method,
    host: exchange.host.name,
    path: url.pathname,
    query: url.search,
    headers: request.headers,
    body: exchange.text(),
  });
  const fault = faults.take(recorded);
  recorded.fault = fault === undefined ? undefined : JSON.stringify(fault);
  await barriers.pass(recorded);
  const isRefused = await refuse(exchange, fault, { site, cleared: faults.cleared });
  if (!isRefused) await run(exchange, found, site);
  await transmit(exchange, isRefused ? undefined : fault, recorded);
  if (site.isLogged(recorded.path)) logCall(instruments.log, exchange, recorded);
}

/** Logs a call with the reason for a refusal, but without query and body. */
function logCall(
  log: Log,
  { answer }: HttpExchange,
  { method, host, path, status, fault }: RecordedRequest,
) {
  const isRefusal = status !== undefined && status >= 400;
  const reason = isRefusal ? reasonOf(answer?.body) : undefined;
  log.add({
    kind: 'request',
    name: `${method} ${host}${path}`,
    detail: { status: status ?? 'none', ...(reason && { reason }), ...(fault && { fault }) },
  });
}

function reasonOf(body: Buffer | undefined): string | undefined {
  try {
    const { hint, detail, error_description } = JSON.parse(String(body));
    return String(hint ?? detail ?? error_description ?? '') || undefined;
  } catch {
    return undefined;
  }
}

/** Undefined if the connection breaks before the end of the body, or the body is far too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return void request.destroy();
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

async function run<Exchange extends HttpExchange>(
  exchange: Exchange,
  { route, params, allow }: ReturnType<Router<Exchange>['find']>,
  site: Site<Exchange>,
): Promise<void> {
  if (await site.answerSupplied(exchange)) return;
  if (route !== undefined) {
    exchange.params = params;
    await route.handler(exchange);
  } else if (allow.length > 0) {
    site.wrongMethod(exchange, allow);
  } else {
    site.notFound(exchange);
  }
}

/** Applies faults that keep the request from its handler. @returns whether one did */
async function refuse<Exchange extends HttpExchange>(
  exchange: Exchange,
  fault: FaultAction | undefined,
  { site, cleared }: { site: Site<Exchange>; cleared: AbortSignal },
): Promise<boolean> {
  const { request, response } = exchange;
  if (fault === undefined) return false;
  if (fault === 'hang') {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await aborted(AbortSignal.any([cleared, gone.signal]));
    request.socket.destroy();
    return true;
  }
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault === 'html403') {
    site.blocked(exchange);
    return true;
  }
  if (typeof fault === 'string') return false;
  if ('delayMs' in fault && fault.delayMs !== undefined) await delay(fault.delayMs);
  if ('rateLimited' in fault) {
    site.tooManyRequests(exchange, fault.rateLimited);
    return true;
  }
  if (!('status' in fault)) return false;
  const isText = typeof fault.body === 'string' || fault.body === undefined;
  const type = fault.status < 400 ? 'application/hal+json' : 'application/problem+json';
  exchange.send(fault.status, isText ? (fault.body as string) : JSON.stringify(fault.body), {
    'content-type': isText ? 'text/plain' : type,
    ...fault.headers,
  });
  return true;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function transmit(
  exchange: HttpExchange,
  fault: FaultAction | undefined,
  recorded: RecordedRequest,
): Promise<void> {
  const { request, response } = exchange;
  if (fault === 'loseAnswer') return void request.socket.resetAndDestroy();
  const answer = exchange.answer;
  // Absent if the handler streams its answer, or the connection is gone.
  if (answer === undefined) return;
  recorded.status = answer.status;
  answer.headers['x-request-id'] ??= randomUUID();
  if (fault === 'noContent')
    return write(response, { status: 204, headers: {}, body: Buffer.of() });
  if (fault === 'cutMidBody') {
    const { promise, resolve } = Promise.withResolvers<void>();
    response.writeHead(answer.status, headersOf(answer));
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => resolve());
    await promise;
    return void request.socket.destroy();
  }
  if (fault === 'drip') {
    response.writeHead(answer.status, headersOf(answer));
    for (let at = 0; at < answer.body.length && !response.destroyed; at += 8) {
      response.write(answer.body.subarray(at, at + 8));
      await delay(20);
    }
    return void response.end();
  }
  if (typeof fault === 'object' && 'extra' in fault) {
    const value: unknown = JSON.parse(answer.body.toString('utf8') || '{}');
    answer.body = Buffer.from(JSON.stringify({ ...(value as object), ...fault.extra }));
  }
  write(response, answer);
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.status === 204 ? undefined : answer.body);
}

function headersOf(answer: Answer): Record<string, string | string[]> {
  if (answer.status === 204) return answer.headers;
  return { ...answer.headers, 'content-length': String(answer.body.length) };
}
