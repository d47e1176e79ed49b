import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Media } from '../chat-entities.ts';
import type { Integration } from '../entities.ts';
import { contentTypeOf } from '../file-store.ts';
import type { World } from '../world.ts';
import { localLookup } from './call-hook.ts';

/** Until the last byte. No source says how patient Kommo is. */
const TIMEOUT_MS = 60_000;
const LATE_MS = 2000;
/** Files fetched at a time. */
const AT_ONCE = 16;

export interface MediaLink {
  url: string;
  /** Bytes that were announced. */
  size: number | undefined;
  name: string;
  integration: Integration;
}

/**
 * Begins to fetch what a link names, as Kommo does some time after the call that brought it.
 * https://www.amocrm.ru/developers/content/chats/chat-step-by-step
 *
 * @param settled called once, when the returned object has its result
 */
export function fetchMedia(world: World, link: MediaLink, settled: () => void): Media {
  const media: Media = {
    ...{ state: 'waiting', reason: null, status: null, content_type: null },
    ...{ size: null, sha256: null, at: null },
  };
  const when = world.switch('mediaFetch');
  if (when === 'never') return media;
  const { life } = world;
  const work = async () => {
    if (when !== 'at once') await delay(LATE_MS, undefined, { signal: life, ref: false });
    const result = await inTurn(world, () => fetchLink(world, link, life));
    if (life.aborted) return;
    Object.assign(media, result, { at: world.clock.now() });
    settled();
  };
  work().catch(() => undefined);
  return media;
}

const queues = new WeakMap<World, { running: number; waiting: (() => void)[] }>();

async function inTurn<T>(world: World, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(world) ?? { running: 0, waiting: [] };
  queues.set(world, queue);
  if (queue.running >= AT_ONCE) {
    await new Promise<void>((resolve) => queue.waiting.push(resolve));
  }
  queue.running += 1;
  try {
    return await work();
  } finally {
    queue.running -= 1;
    queue.waiting.shift()?.();
  }
}

async function fetchLink(
  world: World,
  link: MediaLink,
  life: AbortSignal,
): Promise<Partial<Media>> {
  const address = new URL(link.url);
  if (world.switch('privateMediaHosts') === 'refused' && (await isPrivate(address.hostname))) {
    return { state: 'refused', reason: 'a private host' };
  }
  const signal = AbortSignal.any([life, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await get(address, link.integration, signal);
    return await judge(world, link, response);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return { state: 'failed', status: 0, reason: `no answer (${String(code ?? 'broken')})` };
  }
}

/** Sends the request. An address of the integration itself goes to `deliver_to`, if it has that. */
function get(
  address: URL,
  { deliver_to: via, redirect_uri: known }: Integration,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isOwn = URL.canParse(known) && new URL(known).origin === address.origin;
  const path = `${address.pathname}${address.search}`;
  const target = via !== null && isOwn ? new URL(path, via) : address;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(target, {
    lookup: localLookup,
    signal,
    agent: false,
    headers: { host: address.host, 'user-agent': 'Kommo emulator', accept: '*/*' },
  });
  request.once('error', reject);
  request.once('response', resolve);
  request.end();
  return promise;
}

async function judge(
  world: World,
  { name, size: announced }: MediaLink,
  response: IncomingMessage,
): Promise<Partial<Media>> {
  const status = response.statusCode ?? 0;
  const type = response.headers['content-type'] ?? null;
  const seen = { status, content_type: type };
  if (status !== 200) {
    response.destroy();
    const isRedirect = status >= 300 && status < 400;
    return { ...seen, state: 'failed', reason: isRedirect ? 'a redirect' : `status ${status}` };
  }
  const contentType = type ?? contentTypeOf(name);
  const { size, sha256, file } = await world.files.drain(response, { name, contentType });
  const path = file && { path: `/__emulator/files/${file.id}` };
  const isRight = announced === undefined || announced === size;
  return {
    ...{ ...seen, size, sha256, ...path },
    state: isRight ? 'fetched' : 'failed',
    reason: isRight ? null : `${size} bytes instead of ${announced}`,
  };
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

async function isPrivate(hostname: string): Promise<boolean> {
  const name = hostname.replace(/^\[|\]$/g, '');
  if (/(^|\.)(localhost|local|internal)$/.test(name)) return true;
  const found = isIP(name) === 0 ? await lookup(name, { all: true }).catch(() => []) : undefined;
  const addresses = found?.map(({ address }) => address) ?? [name];
  return addresses.some((address) => {
    return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  });
}
