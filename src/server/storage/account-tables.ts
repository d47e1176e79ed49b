import type { Generated } from 'kysely';
import type { CreatedAt, Json, Sealed, Timestamp } from './columns.ts';

/** A Kommo account that installed the integration at least once. */
export interface AccountsTable {
  /** Kommo's numeric account id. */
  id: number;
  /** Whole host, `sub.kommo.com`. Unique among installed accounts: a reused subdomain evicts the old holder's host. */
  host: string | null;
  subdomain: string;
  /** `kommo.com`, `amocrm.com` or `amocrm.ru`. */
  tld: string;
  name: string;
  language: string;
  country: string;
  amojo_id: string | null;
  /** Counts installs; rises when the integration was disabled. */
  epoch: Generated<number>;
  install_state: Generated<'active' | 'authorization_required' | 'disabled'>;
  /** Set when a confirmed uninstall ended this epoch. */
  disabled_at: Timestamp | null;
  /** When Kommo last told us name, language, country. */
  refreshed_at: Timestamp | null;
  /** A genuine disable hook arrived that Kommo has not confirmed yet; next time to ask. */
  recheck_at: Timestamp | null;
  /** How often a hook's uninstall was asked about again and not confirmed; -1 before the first answer. */
  rechecks: Generated<number>;
  /** Something of an ended epoch is left; next time to look. */
  cleanup_due_at: Timestamp | null;
  /** How often what the last ended epoch left behind could not be cleaned up. */
  cleanup_failures: Generated<number>;
  /** When Kommo was last asked about a hook. */
  hook_asked_at: Timestamp | null;
  created_at: CreatedAt;
}

/** Kommo's OAuth tokens. One row an account; `version` fences late writers. */
export interface GrantsTable {
  account_id: number;
  epoch: number;
  access_token: Sealed;
  refresh_token: Sealed;
  expires_at: Timestamp;
  scopes: Json<string[]>;
  /** API host from the access token's `api_domain` claim; used for the domain lookup. */
  api_domain: string | null;
  version: number;
  /** A refresh in flight: who holds it and until when (renewed while the call runs). */
  lease_owner: string | null;
  lease_until: Timestamp | null;
  /** Token calls whose answer may have been lost; bounds what a lost answer may cost. 0: nothing is open. */
  refresh_attempts: Generated<number>;
  /** Refreshes in a row that brought nothing; spaces the next ones. */
  refresh_failures: Generated<number>;
  /** No refresh before this. In a dead grant: when to see whether it came back, null for never. */
  next_refresh_at: Timestamp | null;
  /** `alive`, or `dead`: Kommo refused it for good. */
  state: Generated<'alive' | 'dead'>;
  /** Dead because its user may not do what the integration needs. */
  lacks_rights: Generated<boolean>;
  /** When nothing was left to try with a dead grant; some time later its install ends. */
  given_up_at: Timestamp | null;
  /** Refusals of our client in a row, which say nothing about the grant. */
  client_refusals: Generated<number>;
  /** Refreshes because the API refused a token, in the hour that began at `forced_since`. */
  forced_refreshes: Generated<number>;
  forced_since: Timestamp | null;
  refreshed_at: Timestamp;
}

/** A code from an install call, stored before the call is answered. */
export interface InstallCodesTable {
  id: string;
  /** SHA-256 of host and code: the same call twice is one row. */
  code_hash: string;
  code: Sealed | null;
  host: string;
  /** The account and user a consent state was bound to; null for the server-to-server install call. */
  expected_account_id: number | null;
  user_id: number | null;
  /**
   * `pending` until a worker claims it, `exchanging` while Kommo is asked, `exchanged` once the tokens
   * are here (sealed in `tokens`) and only their owner is still to be confirmed.
   */
  state: Generated<'pending' | 'exchanging' | 'exchanged' | 'done' | 'failed'>;
  /** The token pair between exchange and confirmation; a crash in between loses nothing. */
  tokens: Sealed | null;
  /** Why it failed, as a short code for the log. */
  failure: string | null;
  failed_at: Timestamp | null;
  /** How often the code was sent to Kommo, or its owner asked for. */
  calls: Generated<number>;
  /** Who works on it until when; or, while nobody does, the earliest next try. */
  lease_until: Timestamp | null;
  /** When a signed token of this host was seen while the code was open. */
  proven_at: Timestamp | null;
  /** When an exchange that nobody vouched for was last begun. */
  tried_at: Timestamp | null;
  /** What the host showed when it was looked at before it was sent anything; null: not looked at yet. */
  host_check: 'account' | 'unknown' | null;
  received_at: CreatedAt;
  expires_at: Timestamp;
}

/** Pending browser consents (widget -> Kommo consent page -> our callback). Single use. */
export interface ConsentStatesTable {
  state_hash: string;
  account_id: number;
  user_id: number;
  host: string;
  expires_at: Timestamp;
  used_at: Timestamp | null;
}

/** What the admin saved. No row before the first save. */
export interface SettingsTable {
  account_id: number;
  epoch: number;
  version: number;
  status: Generated<'new' | 'active'>;
  default_channel_id: string | null;
  preferences: Json<{
    language: { mode: 'account' | 'fixed'; value: string };
    country: { mode: 'account' | 'fixed'; value: string };
  }>;
  saved_at: Timestamp | null;
}

/** The connected amojo chat channel, one an account and epoch. */
export interface ScopesTable {
  account_id: number;
  epoch: number;
  /** Null while the first connect call is still under way. */
  scope_id: string | null;
  /** Who is connecting right now, and until when the others wait for him. */
  lease_owner: string | null;
  lease_until: Timestamp | null;
  connected_at: Timestamp | null;
}
