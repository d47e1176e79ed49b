import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { World } from '../../kommo/world.ts';
import { lookup, targetOf } from '../outside-address.ts';

const REDIRECTS_MAX = 5;

interface OutsideCall {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** One HTTP request out of the emulator; nobody reads the answer's body but the caller. @throws when there is no answer */
export async function callOutside(world: World, call: OutsideCall): Promise<IncomingMessage> {
  const target = targetOf(world, call.url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
    method: call.method,
    lookup,
    signal: call.signal,
    agent: false,
    headers: {
      host: new URL(call.url).host,
      ...call.headers,
      ...(call.body !== undefined && { 'content-length': String(Buffer.byteLength(call.body)) }),
    },
  });
  // Stays: a connection may break after the answer has begun.
  request.on('error', reject);
  request.once('response', resolve);
  request.end(call.body);
  return await promise;
}

/** The answer to a GET, after its redirects. @throws Error with the status of a refusal, as axios words it */
export async function fetchOutside(
  world: World,
  url: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let address = url;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
      throw new Error('Invalid URL');
    }
    const answer = await callOutside(world, { method: 'GET', url: address, signal });
    const { statusCode = 0, headers } = answer;
    if (statusCode >= 200 && statusCode <= 299) return answer;
    // Its body is nobody's, and may break off.
    answer.on('error', () => undefined).resume();
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
      throw new Error(`Request failed with status code ${statusCode}`);
    }
    address = new URL(headers.location, address).href;
  }
  throw new Error('Maximum number of redirects exceeded');
}
