import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Integration } from '../entities.ts';
import type { World } from '../world.ts';

export interface Hook {
  /** What it is, for the log: `install`, `disable`, `chat webhook`, `crm webhook`. */
  name: string;
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** In milliseconds, from connecting to the status line. */
  timeoutMs: number;
  integration?: Integration;
  /** Breaks the connection in the middle of the body. */
  isCut?: boolean;
}

/** `*.localhost` is loopback (RFC 6761), which system resolvers do not always know. */
export const localLookup: LookupFunction = (hostname, options, callback) => {
  const name = /(^|\.)localhost$/.test(hostname) ? '127.0.0.1' : hostname;
  systemLookup(name, options, callback);
};

/** Calls an integration's own address, once. @returns the status, 0 for no answer in time */
export async function callHook(world: World, hook: Hook): Promise<number> {
  const status = await send(hook).catch(() => 0);
  const address = URL.canParse(hook.url) ? new URL(hook.url) : undefined;
  world.log.add({
    kind: 'hook',
    name: hook.name,
    // The query carries codes and signatures, so only the address is logged.
    detail: { to: `${address?.origin ?? 'an invalid address'}${address?.pathname ?? ''}`, status },
  });
  return status;
}

async function send(hook: Hook): Promise<number> {
  const named = new URL(hook.url);
  const via = hook.integration?.deliver_to;
  const target = via ? new URL(`${named.pathname}${named.search}`, via) : named;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const body = hook.body === undefined ? undefined : Buffer.from(hook.body);
  const request = open(target, {
    method: hook.method,
    lookup: localLookup,
    signal: AbortSignal.timeout(hook.timeoutMs),
    agent: false,
    headers: {
      host: named.host,
      'user-agent': 'Kommo emulator',
      ...(body !== undefined && { 'content-length': body.length }),
      ...hook.headers,
    },
  });
  request.once('error', reject);
  request.once('response', (response) => {
    response.resume();
    // Kommo ignores the body.
    response.once('error', () => undefined);
    resolve(response.statusCode ?? 0);
  });
  if (hook.isCut === true && body !== undefined) {
    request.write(body.subarray(0, Math.floor(body.length / 2)), () => request.destroy());
  } else {
    request.end(body);
  }
  return promise;
}
