import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { waitFor } from './wait-for.ts';

/** Between two questions to a replica whether it is ready; real proxies ask every second. */
const ASK_EVERY_MS = 250;
const ASK_TIMEOUT_MS = 5_000;

/** A request that came to the proxy, and what was answered: 0 for a cut connection. */
export interface Passed {
  method: string;
  path: string;
  status: number;
}

/** Stands in front of replicas as `docs/operations/Caddyfile` sets up a proxy. */
export interface ReverseProxy {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** All requests so far that were answered or cut. */
  passed: readonly Passed[];
  /** Sends to this address as long as it is ready; settles when it is. */
  add(url: string): Promise<void>;
  remove(url: string): void;
  close(): Promise<void>;
}

/**
 * Sends to a replica only while its `/health/ready` says so, on a connection for each request. A connection that is
 * refused is tried at the next replica, because nothing was sent; nothing else is tried twice.
 */
export async function startReverseProxy(): Promise<ReverseProxy> {
  const isReady = new Map<string, boolean>();
  const passed: Passed[] = [];
  let turn = 0;
  const ask = async (url: string) => {
    const ready = await asksReady(url);
    if (isReady.has(url)) isReady.set(url, ready);
  };
  const asking = setInterval(() => {
    for (const url of isReady.keys()) void ask(url);
  }, ASK_EVERY_MS);
  const server = createServer(async (inner, answer) => {
    const note = (status: number) =>
      passed.push({ method: inner.method ?? '', path: inner.url ?? '', status });
    const body = Buffer.concat(await inner.toArray());
    const ready = [...isReady].filter(([, isOne]) => isOne).map(([url]) => url);
    turn += 1;
    for (let tries = 0; tries < ready.length; tries += 1) {
      const url = ready[(turn + tries) % ready.length] ?? '';
      const outcome = await pass({ url, inner, body, answer });
      if (outcome !== 'refused') return void note(outcome);
    }
    note(502);
    answer.writeHead(502).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    add: async (url) => {
      isReady.set(url, false);
      await waitFor(() => isReady.get(url));
    },
    remove: (url) => void isReady.delete(url),
    close: async () => {
      clearInterval(asking);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function asksReady(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  const headers = { connection: 'close' };
  const answer = await fetch(`${url}/health/ready`, { headers, signal }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

/** @returns the status once it is on its way; 0 when the connection was cut before, which cuts the caller's, too */
function pass(one: {
  url: string;
  inner: IncomingMessage;
  body: Buffer;
  answer: ServerResponse;
}): Promise<number | 'refused'> {
  const { url, inner, body, answer } = one;
  const { promise, resolve } = Promise.withResolvers<number | 'refused'>();
  const outer = request(url + inner.url, {
    method: inner.method ?? 'GET',
    headers: { ...inner.headers, connection: 'close' },
    agent: false,
  });
  outer.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') return resolve('refused');
    answer.destroy();
    resolve(0);
  });
  outer.on('response', (response) => {
    const { connection: _, 'keep-alive': __, ...headers } = response.headers;
    answer.writeHead(response.statusCode ?? 502, headers);
    pipeline(response, answer, () => undefined);
    resolve(response.statusCode ?? 502);
  });
  outer.end(body);
  return promise;
}
