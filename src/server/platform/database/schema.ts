import type { ColumnType, Generated } from 'kysely';
import type {
  AttemptReason,
  AttemptState,
  ChannelStatus,
  LinkedAccount,
  Preferences,
  Settings,
  StatusReason,
  SyncStatus,
} from '../../../contract/api.ts';
import type { AuthKind } from '../../../contract/connectors.ts';

export interface Schema {
  accounts: AccountsTable;
  grants: GrantsTable;
  install_codes: InstallCodesTable;
  consent_states: ConsentStatesTable;
  settings: SettingsTable;
  scopes: ScopesTable;
  channels: ChannelsTable;
  attempts: AttemptsTable;
  sources: SourcesTable;
  session_endings: SessionEndingsTable;
  syncs: SyncsTable;
  idempotency_keys: IdempotencyKeysTable;
  seen_tokens: SeenTokensTable;
  user_rights: UserRightsTable;
  kommo_cache: KommoCacheTable;
  rate_buckets: RateBucketsTable;
  key_checks: KeyChecksTable;
}

/** Sealed text: see secrets.ts. Never readable without `SECRET_KEYS`, never valid in another row or column. */
export type Sealed = string;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Written as a JSON string, read back parsed. */
export type Json<T> = ColumnType<T, string, string>;
export type CreatedAt = ColumnType<Date, Date | string | undefined, never>;

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
   * `pending` until it is picked, `exchanging` while its job asks Kommo, `exchanged` once the tokens
   * are here (sealed in `tokens`) and only their owner is still to be confirmed.
   */
  state: Generated<'pending' | 'exchanging' | 'exchanged' | 'done' | 'failed'>;
  /** The token pair between exchange and confirmation; a crash in between loses nothing. */
  tokens: Sealed | null;
  /** Why it failed, as a short code for the log. */
  failure: string | null;
  /** Not used any more. */
  failed_at: Timestamp | null;
  /** How often it was picked: its code to be sent to Kommo, or the owner of its tokens to be asked for. */
  calls: Generated<number>;
  /** When it may be picked next: while its job has it not before it expires, otherwise after a pause. */
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
  status: Generated<Settings['status']>;
  default_channel_id: string | null;
  preferences: Json<Preferences>;
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

/** `slot` (1..50, unique in the account) is what makes the limit hold under concurrency. */
export interface ChannelsTable {
  id: string;
  account_id: number;
  /** The install epoch it was connected in; channels of an ended epoch are gone for everybody. */
  epoch: number;
  slot: number;
  connector: string;
  /** Id of the signed-in account at the chat service. */
  external_id: string;
  account_name: string;
  handle: string | null;
  avatar_url: string | null;
  phone: Generated<string>;
  /** The channel's display name in Kommo, as last saved. */
  name: string;
  pipeline_ids: Json<number[]>;
  status: Generated<ChannelStatus>;
  status_reason: StatusReason | null;
  credentials: Sealed;
  /** The secret the service signs or sends its events with. */
  webhook_secret: Sealed;
  /** The last four characters of a long API key, and when it was given; null for other sign-ins. */
  key_ending: string | null;
  key_set_at: Timestamp | null;
  /** False until the first save that named this channel. */
  is_saved: Generated<boolean>;
  checked_at: Timestamp | null;
  created_at: CreatedAt;
}

export interface AttemptsTable {
  id: string;
  account_id: number;
  epoch: number;
  user_id: number;
  connector: string;
  auth: AuthKind;
  /** The channel being reconnected, or null for a new one. */
  channel_id: string | null;
  /** The channel this attempt made or renewed. */
  result_channel_id: string | null;
  state: AttemptState;
  reason: AttemptReason | null;
  key_hash: string;
  /** SHA-256 of the OAuth `state`; single use. */
  oauth_state_hash: string | null;
  oauth_state_used: Generated<boolean>;
  /** Origin of the Kommo page that opened the attempt: the callback page posts to it and to no other. */
  opener_origin: string;
  /** What the admin's screen shows: consent address, QR text, pairing code; sealed JSON. */
  shown: Sealed | null;
  account: ColumnType<LinkedAccount | null, string | null, string | null>;
  /** The connector's private session (QR session name, PKCE verifier); sealed JSON. */
  session: Sealed | null;
  /** The signed-in account with its credentials, waiting for the admin's confirmation; sealed JSON. */
  candidate: Sealed | null;
  /** Becomes the channel's webhook secret. */
  webhook_secret: Sealed | null;
  /** Rises with every change; SSE and conditional updates compare it. */
  revision: Generated<number>;
  /** When the worker may ask the chat service again; further away than any pause while somebody is asking. */
  next_check_at: Timestamp | null;
  /** Somebody looks on until then: the worker asks more often. */
  watched_until: Timestamp | null;
  /** Whether the service ever gave a code: without one nobody can be blamed for not scanning it. */
  has_shown_code: Generated<boolean>;
  /** The trouble that the log was last told of; each is told once. */
  warned_of: AttemptReason | null;
  expires_at: Timestamp;
  created_at: CreatedAt;
  updated_at: Timestamp;
}

/** Which source stands for which pipeline of a channel. Kommo's own ids are read when needed, never kept. */
export interface SourcesTable {
  account_id: number;
  external_id: string;
  channel_id: string;
  pipeline_id: number;
}

/** A session at a chat service that nobody uses any more and that must still be ended there. */
export interface SessionEndingsTable {
  id: string;
  account_id: number;
  connector: string;
  /** `unlink` a signed-in account, or `abandon` a QR session that nobody scanned. */
  kind: 'unlink' | 'abandon';
  /** Null for an abandoned session: nobody was signed in. */
  external_id: string | null;
  /** Id in the webhook address the session was made with. */
  webhook_id: string;
  /** Credentials or session, and the webhook secret; sealed JSON. */
  secret: Sealed;
  attempts: Generated<number>;
  /** The secret is forgotten then, ended or not. */
  give_up_at: Timestamp;
}

/** One sync a row: asking twice raises `requested`, finishing copies the claimed value to `done`. */
export interface SyncsTable {
  account_id: number;
  requested: number;
  done: number;
  state: Exclude<SyncStatus['state'], 'never'>;
  attempts: Generated<number>;
  next_attempt_at: Timestamp | null;
  error_code: string | null;
  finished_at: Timestamp | null;
  /** The grant the last run began with. */
  grant_version: number | null;
}

export interface IdempotencyKeysTable {
  account_id: number;
  key: string;
  /** SHA-256 of method, route and body. */
  request_hash: string;
  status: number | null;
  /** The stored answer, sealed: it may hold an attempt key. */
  body: Sealed | null;
  lease_until: Timestamp;
  expires_at: Timestamp;
}

/** Seen disposable tokens, keyed by account and `jti`. */
export interface SeenTokensTable {
  account_id: number;
  jti: string;
  uses: number;
  expires_at: Timestamp;
}

/** Admin rights from Kommo's users API; trusted for at most 5 minutes. */
export interface UserRightsTable {
  account_id: number;
  user_id: number;
  is_admin: boolean;
  checked_at: Timestamp;
}

/** Last good answer of Kommo, shown while Kommo is in trouble. `kind` is `pipelines` or `templates`. */
export interface KommoCacheTable {
  account_id: number;
  kind: string;
  body: Json<unknown>;
  fetched_at: Timestamp;
}

/** Request budget towards Kommo: one row per installation and one per egress address. */
export interface RateBucketsTable {
  bucket: string;
  /** The next free instant of this bucket. */
  next_at: Timestamp;
  paused_until: Timestamp | null;
  /** When an installation was last told to stop. */
  refused_at: Timestamp | null;
  /** Of the shared bucket: how often in a row all were stopped. */
  stops: Generated<number>;
}

/** Proves at start that `SECRET_KEYS` can open what is stored. */
export interface KeyChecksTable {
  key_id: string;
  check_value: Sealed;
}
