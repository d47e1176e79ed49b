import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseHost } from '../kommo/hosts.ts';
import { NGINX_403, problem, tooManyRequests } from '../kommo/problems.ts';
import type { World } from '../kommo/world.ts';
import { type Answer, Exchange } from './exchange.ts';
import type { FaultAction } from './faults.ts';
import type { RecordedRequest } from './recorder.ts';
import type { Router } from './router.ts';

/** More than any Kommo call carries; uploads of files are not imitated. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Builds the function node:http calls for each request. */
export function createListener(world: World, router: Router, changed: () => void) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    handle(world, router, request, response)
      .catch((error: unknown) => {
        world.log.add({ kind: 'error', name: 'emulator', detail: String(error) });
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`The emulator failed: ${String(error)}\n`);
      })
      .finally(changed);
  };
}

async function handle(
  world: World,
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return;
  // A client told to use the emulator as its HTTP proxy sends the whole address on the request line.
  const target = request.url ?? '/';
  const isAbsolute = /^https?:\/\//.test(target);
  const named = request.headers.host ?? 'localhost';
  const address = isAbsolute ? target : `http://${named}${target}`;
  if (!URL.canParse(address)) return void response.writeHead(400).end();
  const url = new URL(address);
  const host = parseHost(isAbsolute ? url.host : named);
  const exchange = new Exchange({ world, request, response, url, host, body });
  const found = router.find(exchange.method, host, url.pathname);
  // The control API can neither be broken by a fault nor fill the record of what a client did.
  if (url.pathname.startsWith('/__emulator')) {
    await run(exchange, found);
    if (exchange.answer !== undefined) write(response, exchange.answer);
    return;
  }
  const recorded = world.recorder.add({
    at: world.clock.now(),
    method: exchange.method,
    host: host.name,
    path: url.pathname,
    query: url.search,
    headers: request.headers,
    body: body.toString('utf8'),
  });
  const fault = world.faults.take(recorded);
  recorded.fault = fault === undefined ? undefined : JSON.stringify(fault);
  await world.barriers.pass(recorded);
  const isRefused = await refuse(exchange, fault);
  if (!isRefused) await run(exchange, found);
  await transmit(exchange, isRefused ? undefined : fault, recorded);
  logCall(exchange, recorded);
}

/** Tells the log of calls to Kommo's servers, with the reason of a refusal; never the query or a body. */
function logCall(
  { world, answer }: Exchange,
  { method, host, path, status, fault }: RecordedRequest,
) {
  if (!/^\/(api|oauth2|ajax|v2\/origin)\//.test(path)) return;
  const isRefusal = status !== undefined && status >= 400;
  const reason = isRefusal ? reasonOf(answer?.body) : undefined;
  world.log.add({
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

/** Undefined when the connection broke before the end of the body, or it is far too long. */
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

async function run(exchange: Exchange, found: ReturnType<Router['find']>): Promise<void> {
  if (found.route !== undefined) {
    exchange.params = found.params;
    await found.route.handler(exchange);
  } else if (found.allow.length > 0) {
    problem(exchange, 405, 'Method is not allowed', { allow: found.allow.join(', ') });
  } else {
    problem(exchange, 404, 'Not found');
  }
}

/** Carries out faults that keep the request from being acted upon. @returns whether it did */
async function refuse(exchange: Exchange, fault: FaultAction | undefined): Promise<boolean> {
  const { world, request, response } = exchange;
  if (fault === undefined) return false;
  if (fault === 'hang') {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await aborted(AbortSignal.any([world.faults.cleared, gone.signal]));
    request.socket.destroy();
    return true;
  }
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault === 'html403') {
    exchange.sendHtml(403, NGINX_403);
    return true;
  }
  if (typeof fault === 'string') return false;
  if ('delayMs' in fault && fault.delayMs !== undefined) await delay(fault.delayMs);
  if ('rateLimited' in fault) {
    tooManyRequests(exchange, fault.rateLimited);
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
  exchange: Exchange,
  fault: FaultAction | undefined,
  recorded: RecordedRequest,
): Promise<void> {
  const { request, response } = exchange;
  if (fault === 'loseAnswer') return void request.socket.resetAndDestroy();
  const answer = exchange.answer;
  // Absent when the handler streams its own answer, or the connection is gone.
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
