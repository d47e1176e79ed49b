import { isAddressAllowed } from '../../platform/address-guard.ts';
import { isLoopbackHost } from '../../platform/environment.ts';
import type { Outbound, OutboundStream } from '../../platform/outbound.ts';
import type { Outside, Tools } from '../connector.ts';

/** Which addresses of a service may be called, and by what. */
export interface Addresses {
  /** By its look; what its name resolves to is checked when it is called. */
  isAllowed(address: string): boolean;
  send(tools: Tools, address: string): Outbound;
  stream(tools: Tools, address: string): OutboundStream;
}

/**
 * Addresses that people outside name: only https to public ones, so that nobody reaches the operator's own network
 * through us. In development the service may be on this machine.
 *
 * @param outside calls public addresses only; left out in development
 */
export function publicAddresses(outside: Outside | undefined): Addresses {
  return {
    isAllowed(address) {
      const url = URL.parse(address);
      if (url === null) return false;
      return isAddressAllowed(url) || (outside === undefined && isOwnMachine(url));
    },
    send: (tools) => outside?.send ?? tools.send,
    stream: (tools) => outside?.stream ?? tools.stream,
  };
}

/**
 * The same, and whatever is at the server the operator named: then it is the operator who decides what may be called.
 */
export function operatorAddresses(operators: string, outside: Outside | undefined): Addresses {
  const others = publicAddresses(outside);
  const { origin } = new URL(operators);
  const isOwn = (address: string) => URL.parse(address)?.origin === origin;
  return {
    isAllowed: (address) => isOwn(address) || others.isAllowed(address),
    send: (tools, address) => (isOwn(address) ? tools.send : others.send(tools, address)),
    stream: (tools, address) => (isOwn(address) ? tools.stream : others.stream(tools, address)),
  };
}

/** Plain http is for a service on this very machine. */
export function isOwnMachine(url: URL): boolean {
  const hasUser = url.username !== '' || url.password !== '';
  return url.protocol === 'http:' && isLoopbackHost(url.hostname) && !hasUser;
}
