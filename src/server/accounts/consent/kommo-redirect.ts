import type { Config } from '../../config.ts';
import { type AccountHost, parseReferer } from '../../kommo/account-host.ts';

/** Kommo's codes are several hundred characters of `def502…`; anything far longer is not one. */
const LONGEST_CODE = 4_096;

/** What a request to the redirect URI means. Nothing in it is proven; see each use. */
export type KommoRedirect =
  /** Kommo's server says that the widget was installed. */
  | { kind: 'install'; host: AccountHost; code: string }
  /** A browser comes back from the consent page. */
  | { kind: 'consent'; host: AccountHost; code: string; state: string }
  /** A browser comes back without a code. */
  | { kind: 'denied'; state: string | undefined }
  | { kind: 'invalid'; isBrowser: boolean; parameter: string; problem: string };

const PARAMETERS = [
  'code',
  'referer',
  'client_id',
  'platform',
  'state',
  'from_widget',
  'from_exchange',
  'error',
] as const;

/**
 * Reads the query of the redirect URI. The host is checked before anything else and must be on the list, because
 * our client secret is sent there. A call from the widget (`from_widget`) never answers a consent: otherwise
 * anyone who saw a `state` could finish it from outside a browser.
 *
 * @see https://developers.kommo.com/docs/authorization-public
 */
export function readKommoRedirect(
  query: URLSearchParams,
  { clientId }: Pick<Config['kommo'], 'clientId'>,
): KommoRedirect {
  const isBrowser = !query.has('from_widget') && (query.has('state') || query.has('error'));
  const invalid = (parameter: string, problem: string): KommoRedirect => ({
    kind: 'invalid',
    isBrowser,
    parameter,
    problem,
  });
  for (const name of PARAMETERS) {
    if (query.getAll(name).length > 1) return invalid(name, 'repeated');
  }
  const state = query.get('state') ?? undefined;
  if (isBrowser && query.has('error')) return { kind: 'denied', state: readState(state) };

  const host = parseReferer(query.get('referer') ?? '');
  if (host === undefined) return invalid('referer', 'not_a_kommo_account');
  if (query.has('client_id') && query.get('client_id') !== clientId) {
    return invalid('client_id', 'not_ours');
  }
  if (query.has('platform') && !isPlatformOf(query.get('platform'), host)) {
    return invalid('platform', 'not_of_this_host');
  }
  // An older way to hand over a code, for integrations that once used API keys; ours never did.
  if (query.has('from_exchange')) return invalid('from_exchange', 'not_supported');
  const code = query.get('code') ?? '';
  // A firewall in front of Kommo must not take anything we pass on for an attack.
  if (code.length > LONGEST_CODE || !/^[\w.~-]+$/.test(code)) return invalid('code', 'invalid');
  if (!isBrowser) return { kind: 'install', host, code };
  const known = readState(state);
  return known === undefined
    ? invalid('state', 'invalid')
    : { kind: 'consent', host, code, state: known };
}

/** 1 is amocrm.ru; 2 is the international platform. */
function isPlatformOf(platform: string | null, host: AccountHost): boolean {
  return platform === (host.tld === 'amocrm.ru' ? '1' : '2');
}

/** Ours are 32 random bytes; anything of another shape need not be looked up. */
function readState(state: string | undefined): string | undefined {
  return state !== undefined && /^[A-Za-z0-9_-]{43}$/.test(state) ? state : undefined;
}
