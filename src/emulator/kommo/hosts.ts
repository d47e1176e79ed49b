import type { Tld } from './entities.ts';

/** Which of Kommo's machines a request is meant for. */
export type HostKind = 'account' | 'amojo' | 'www' | 'api' | 'control';

export interface EmulatedHost {
  /** Lower case, without port. */
  name: string;
  kind: HostKind;
  /** First label of an account host. */
  subdomain: string;
  /** Undefined if the name does not say (`demo.anything.localhost`). */
  tld: Tld | undefined;
}

const BRANDS: Record<string, Tld> = {
  'kommo.com': 'kommo.com',
  'amocrm.com': 'amocrm.com',
  'amocrm.ru': 'amocrm.ru',
  'kommo.localhost': 'kommo.com',
  'amocrm.localhost': 'amocrm.ru',
};

/**
 * Reads a Host header. Kommo's real names and their `*.localhost` stand-ins are the same machines; any
 * other name is the emulator's own (its control API).
 */
export function parseHost(header: string): EmulatedHost {
  const name = header.trim().toLowerCase().replace(/:\d+$/, '');
  const dot = name.indexOf('.');
  const label = name.slice(0, dot);
  const rest = name.slice(dot + 1);
  const isStandIn = /^[a-z0-9-]+\.localhost$/.test(rest);
  const tld = BRANDS[rest];
  if (dot <= 0 || (tld === undefined && !isStandIn)) {
    return { name, kind: 'control', subdomain: '', tld: undefined };
  }
  const kind = kindOf(label);
  return { name, kind, subdomain: kind === 'account' ? label : '', tld };
}

function kindOf(label: string): HostKind {
  if (label === 'www' || label === 'amojo') return label;
  return label.startsWith('api-') ? 'api' : 'account';
}
