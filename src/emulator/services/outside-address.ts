import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { World } from '../kommo/world.ts';

/** `*.localhost` is loopback (RFC 6761), which system resolvers do not always know. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  const name = /(^|\.)localhost$/.test(hostname) ? '127.0.0.1' : hostname;
  systemLookup(name, options, callback);
};

/** Where a call really goes: an integration may say that its public address does not resolve here. */
export function targetOf(world: World, url: string): URL {
  const named = new URL(url);
  const via = world.state.integrations.find(
    ({ redirect_uri, deliver_to }) =>
      deliver_to !== null &&
      URL.canParse(redirect_uri) &&
      new URL(redirect_uri).origin === named.origin,
  )?.deliver_to;
  return via ? new URL(`${named.pathname}${named.search}`, via) : named;
}
