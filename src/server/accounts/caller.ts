import type { Config } from '../config.ts';
import { type AccountHost, hostOfOrigin } from '../kommo/account-host.ts';
import type { Account } from './rows.ts';

/** Who is behind a request: what a verified disposable token says, and nothing else from the request. */
export interface Caller {
  accountId: number;
  userId: number;
  host: AccountHost;
  /** The token's `is_admin`; Kommo's documentation does not promise it. */
  isAdminClaim: boolean | undefined;
  jti: string;
  /** The account as it was when the request came in; undefined when it never installed. */
  account: Account | undefined;
}

/** The account whose Kommo pages have this browser origin; undefined for every other page of the web. */
export function hostOfBrowserOrigin(config: Config, origin: string): AccountHost | undefined {
  return hostOfOrigin(origin, config.kommo.emulatorUrl);
}

/** The exact origin of an account's Kommo pages, for `postMessage`. */
export function browserOrigin(config: Config, host: AccountHost): string {
  const emulator = config.kommo.emulatorUrl;
  if (emulator === undefined) return `https://${host.host}`;
  // A plain loopback address has no subdomains; the emulator serves its pages under kommo.localhost then.
  const name = emulator.hostname.endsWith('localhost') ? emulator.hostname : 'kommo.localhost';
  const base = name === 'localhost' ? 'kommo.localhost' : name;
  const port = emulator.port === '' ? '' : `:${emulator.port}`;
  return `${emulator.protocol}//${host.subdomain}.${base}${port}`;
}
