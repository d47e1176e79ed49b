import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { createOutbound, NotReached, type Outbound } from './outbound.ts';

/**
 * For a connector that lets an admin type a server's address: keeps such an address from reaching the
 * operator's own network. A connector with a `url` field calls through `createGuardedOutbound().send`
 * instead of `tools.send`:
 *
 * ```ts
 * const outside = createGuardedOutbound();
 * // …in verify: sendJson(outside.send, { url: new URL('/api/me', values.url), … })
 * ```
 *
 * Four things together make it tight: only https to names and public addresses; the name is resolved once
 * and the connection uses exactly the address that was checked, so a second answer of the resolver cannot
 * differ; numeric addresses are checked too, since no lookup happens for them; redirects are never followed.
 *
 * @param options.allowHosts host names or addresses the operator has allowed, with plain http, whatever they resolve to
 * @param options.lookup resolver to use; the system's otherwise
 */
export function createGuardedOutbound(
  options: { allowHosts?: readonly string[]; lookup?: LookupFunction } = {},
): { send: Outbound; close: () => Promise<void> } {
  const allowed = new Set(options.allowHosts);
  const outbound = createOutbound(guardLookup(options.lookup, allowed));
  return {
    close: outbound.close,
    send: async (request) => {
      const url = URL.parse(String(request.url));
      if (url === null || !isAddressAllowed(url, allowed)) throw new NotReached('refused_address');
      try {
        return await outbound.send({ ...request, url });
      } catch (error) {
        const isRefused = error instanceof NotReached && error.cause === REFUSED;
        throw isRefused ? new NotReached('refused_address') : error;
      }
    },
  };
}

/**
 * A resolver that hands out public addresses only. A name with even one other address is refused whole: it
 * is a trap, or a name meant for the inside.
 */
export function guardLookup(
  lookup: LookupFunction = systemLookup,
  allowed: ReadonlySet<string> = new Set(),
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const first = addresses[0];
      if (error || first === undefined) return callback(error ?? refusal(), '', 0);
      if (!allowed.has(hostname) && !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(refusal(), '', 0);
      }
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

/**
 * Whether an IP address belongs to the public internet: not private, loopback, link-local (the clouds'
 * metadata services live there), shared, documentation, multicast or reserved. Anything that is no IP
 * address is not public.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 4) return !SPECIAL_V4.check(bare, 'ipv4');
  if (isIP(bare) !== 6) return false;
  const mapped = mappedV4(bare);
  if (mapped !== undefined) return !SPECIAL_V4.check(mapped, 'ipv4');
  return GLOBAL_V6.check(bare, 'ipv6') && !SPECIAL_V6.check(bare, 'ipv6');
}

const REFUSED = 'ERR_ADDRESS_REFUSED';

const SPECIAL_V4 = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

/** The only part of IPv6 that is handed out to the public. */
const GLOBAL_V6 = blockList('ipv6', [['2000::', 3]]);

/** Inside it: Teredo and other protocol blocks, documentation, and 6to4, which hides an IPv4 address. */
const SPECIAL_V6 = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

function blockList(family: 'ipv4' | 'ipv6', subnets: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

/** `::ffff:a.b.c.d` in either spelling reaches the IPv4 address. */
function mappedV4(address: string): string | undefined {
  // URL writes every IPv6 address in one canonical form: `[::ffff:a00:1]`.
  const host = URL.parse(`http://[${address}]`)?.hostname ?? '';
  const parts = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host);
  if (parts === null) return undefined;
  const high = Number.parseInt(parts[1] ?? '', 16);
  const low = Number.parseInt(parts[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether an address may be called as far as it can be seen in it: what a name resolves to comes later. */
export function isAddressAllowed(url: URL, allowed: ReadonlySet<string> = new Set()): boolean {
  if (url.username !== '' || url.password !== '') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (allowed.has(host)) return url.protocol === 'https:' || url.protocol === 'http:';
  if (url.protocol !== 'https:') return false;
  return isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
}

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('The address is not public.'), { code: REFUSED });
}
