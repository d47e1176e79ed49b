import type { Generated } from 'kysely';
import type { Json, Sealed, Timestamp } from './columns.ts';

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
