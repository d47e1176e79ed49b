import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createOutbound, NotReached, type OutboundPool } from './outbound.ts';

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
): OutboundPool {
  const allowed = new Set(options.allowHosts);
  const outbound = createOutbound(guardLookup(options.lookup, allowed));
  function guarded<Request extends { url: URL | string }, Answer>(
    call: (request: Request) => Promise<Answer>,
  ) {
    return async (request: Request): Promise<Answer> => {
      const url = URL.parse(String(request.url));
      if (url === null || !isAddressAllowed(url, allowed)) throw new NotReached('refused_address');
      try {
        return await call({ ...request, url });
      } catch (error) {
        const isRefused = error instanceof NotReached && error.cause === REFUSED;
        throw isRefused ? new NotReached('refused_address') : error;
      }
    };
  }
  return {
    close: outbound.close,
    send: guarded(outbound.send),
    stream: guarded(outbound.stream),
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
  // The library also reads notations such as 0x7f.1, which resolvers do not agree about.
  if (isIP(bare) === 0) return false;
  // An address such as ::ffff:10.0.0.1 reaches the IPv4 address inside.
  const parsed = ipaddr.process(bare);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_V6);
}

const REFUSED = 'ERR_ADDRESS_REFUSED';

/** The only part of IPv6 that is handed out to the public; the library counts the unassigned rest to it. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether the address itself may be called; what its name resolves to is checked later. */
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
