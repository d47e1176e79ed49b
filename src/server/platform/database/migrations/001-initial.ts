import { type Kysely, sql } from 'kysely';

/** SQL for PostgreSQL 15 and newer; the embedded database speaks the same dialect. */
const STATEMENTS = [
  `create table accounts (
    id bigint primary key,
    host text unique,
    subdomain text not null,
    tld text not null,
    name text not null,
    language text not null,
    country text not null,
    amojo_id text,
    epoch integer not null default 1,
    install_state text not null default 'active'
      check (install_state in ('active', 'authorization_required', 'disabled')),
    disabled_at timestamptz,
    refreshed_at timestamptz,
    recheck_at timestamptz,
    rechecks integer not null default 0,
    created_at timestamptz not null default now()
  )`,
  'create index accounts_recheck on accounts (recheck_at) where recheck_at is not null',
  `create table grants (
    account_id bigint primary key references accounts on delete cascade,
    epoch integer not null,
    access_token text not null,
    refresh_token text not null,
    expires_at timestamptz not null,
    scopes jsonb not null,
    api_domain text,
    version integer not null,
    lease_owner text,
    lease_until timestamptz,
    refresh_attempts integer not null default 0,
    refresh_failures integer not null default 0,
    next_refresh_at timestamptz,
    state text not null default 'alive' check (state in ('alive', 'dead')),
    refreshed_at timestamptz not null
  )`,
  'create index grants_unsettled on grants (account_id) where refresh_attempts > 0',
  "create index grants_probes on grants (next_refresh_at) where state = 'dead'",
  "create index grants_idle on grants (refreshed_at) where state = 'alive'",
  `create table install_codes (
    id uuid primary key,
    code_hash text not null unique,
    code text,
    host text not null,
    expected_account_id bigint,
    user_id bigint,
    state text not null default 'pending'
      check (state in ('pending', 'exchanging', 'exchanged', 'done', 'failed')),
    tokens text,
    failure text,
    failed_at timestamptz,
    calls integer not null default 0,
    lease_until timestamptz,
    received_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  "create index install_codes_open on install_codes (received_at) where state in ('pending', 'exchanging', 'exchanged')",
  'create index install_codes_host on install_codes (host, received_at)',
  'create index install_codes_failures on install_codes (failed_at) where failed_at is not null',
  'create index install_codes_expiry on install_codes (expires_at)',
  `create table consent_states (
    state_hash text primary key,
    account_id bigint not null,
    user_id bigint not null,
    host text not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  'create index consent_states_expiry on consent_states (expires_at)',
  `create table settings (
    account_id bigint primary key references accounts on delete cascade,
    epoch integer not null,
    version integer not null,
    status text not null default 'new' check (status in ('new', 'active')),
    default_channel_id uuid,
    preferences jsonb not null,
    saved_at timestamptz
  )`,
  `create table scopes (
    account_id bigint not null references accounts on delete cascade,
    epoch integer not null,
    scope_id text,
    lease_owner text,
    lease_until timestamptz,
    connected_at timestamptz,
    primary key (account_id, epoch)
  )`,
  `create table channels (
    id uuid primary key,
    account_id bigint not null references accounts on delete cascade,
    epoch integer not null,
    slot smallint not null check (slot between 1 and 50),
    connector text not null,
    external_id text not null,
    account_name text not null,
    handle text,
    avatar_url text,
    phone text not null default '',
    name text not null,
    pipeline_ids jsonb not null,
    status text not null default 'connected'
      check (status in ('connected', 'connecting', 'action_needed', 'phone_offline', 'error', 'paused')),
    status_reason text,
    credentials text not null,
    webhook_secret text not null,
    is_saved boolean not null default false,
    checked_at timestamptz,
    created_at timestamptz not null default now(),
    unique (account_id, slot),
    unique (account_id, connector, external_id)
  )`,
  'create index channels_external on channels (connector, external_id)',
  'create index channels_checks on channels (checked_at)',
  `create table attempts (
    id uuid primary key,
    account_id bigint not null references accounts on delete cascade,
    epoch integer not null,
    user_id bigint not null,
    connector text not null,
    auth text not null check (auth in ('oauth', 'qr', 'api_key')),
    channel_id uuid,
    result_channel_id uuid,
    state text not null
      check (state in ('starting', 'waiting', 'confirm', 'connected', 'failed', 'expired', 'cancelled')),
    reason text,
    key_hash text not null,
    oauth_state_hash text unique,
    oauth_state_used boolean not null default false,
    opener_origin text not null,
    shown text,
    account jsonb,
    session text,
    candidate text,
    webhook_secret text,
    revision integer not null default 0,
    next_check_at timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create index attempts_account on attempts (account_id, created_at)',
  "create index attempts_open on attempts (expires_at) where state in ('starting', 'waiting', 'confirm')",
  'create index attempts_age on attempts (created_at)',
  `create table sources (
    account_id bigint not null references accounts on delete cascade,
    external_id text not null check (length(external_id) <= 36),
    channel_id uuid not null,
    pipeline_id bigint not null,
    primary key (account_id, external_id),
    unique (channel_id, pipeline_id)
  )`,
  `create table session_endings (
    id uuid primary key,
    account_id bigint not null,
    connector text not null,
    kind text not null check (kind in ('unlink', 'abandon')),
    external_id text,
    webhook_id uuid not null,
    secret text not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    give_up_at timestamptz not null
  )`,
  'create index session_endings_due on session_endings (next_attempt_at)',
  `create table syncs (
    account_id bigint primary key references accounts on delete cascade,
    requested integer not null,
    done integer not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    next_attempt_at timestamptz,
    error_code text,
    finished_at timestamptz
  )`,
  'create index syncs_open on syncs (next_attempt_at) where requested > done',
  'create index syncs_finished on syncs (finished_at) where requested = done',
  `create table idempotency_keys (
    account_id bigint not null,
    key text not null,
    request_hash text not null,
    status integer,
    body text,
    lease_until timestamptz not null,
    expires_at timestamptz not null,
    primary key (account_id, key)
  )`,
  'create index idempotency_keys_expiry on idempotency_keys (expires_at)',
  `create table seen_tokens (
    account_id bigint not null,
    jti text not null,
    uses integer not null,
    expires_at timestamptz not null,
    primary key (account_id, jti)
  )`,
  'create index seen_tokens_expiry on seen_tokens (expires_at)',
  `create table user_rights (
    account_id bigint not null,
    user_id bigint not null,
    is_admin boolean not null,
    checked_at timestamptz not null,
    primary key (account_id, user_id)
  )`,
  `create table kommo_cache (
    account_id bigint not null references accounts on delete cascade,
    kind text not null,
    body jsonb not null,
    fetched_at timestamptz not null,
    primary key (account_id, kind)
  )`,
  `create table rate_buckets (
    bucket text primary key,
    next_at timestamptz not null,
    paused_until timestamptz
  )`,
  `create table key_checks (
    key_id text primary key,
    check_value text not null
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
