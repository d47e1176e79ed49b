import type { ColumnType, Generated } from 'kysely';
import type { AttemptReason, LinkedAccount, StatusReason } from '../../contract/api.ts';
import type { CreatedAt, Json, Sealed, Timestamp } from './columns.ts';

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
  status: Generated<
    'connected' | 'connecting' | 'action_needed' | 'phone_offline' | 'error' | 'paused'
  >;
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
  auth: 'oauth' | 'qr' | 'api_key';
  /** The channel being reconnected, or null for a new one. */
  channel_id: string | null;
  /** The channel this attempt made or renewed. */
  result_channel_id: string | null;
  state: 'starting' | 'waiting' | 'confirm' | 'connected' | 'failed' | 'expired' | 'cancelled';
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
  next_attempt_at: Timestamp;
  /** The secret is forgotten then, ended or not. */
  give_up_at: Timestamp;
}

/** One sync a row: asking twice raises `requested`, finishing copies the claimed value to `done`. */
export interface SyncsTable {
  account_id: number;
  requested: number;
  done: number;
  state: 'queued' | 'running' | 'done' | 'failed';
  attempts: Generated<number>;
  lease_owner: string | null;
  lease_until: Timestamp | null;
  next_attempt_at: Timestamp | null;
  error_code: string | null;
  finished_at: Timestamp | null;
  /** The grant the last run began with. */
  grant_version: number | null;
}
