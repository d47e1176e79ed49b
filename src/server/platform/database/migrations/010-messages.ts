import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  'create index scopes_scope_id on scopes (scope_id)',
  'alter table sources add column is_at_kommo boolean not null default false',
  // What the last sync of an account made is there.
  `update sources set is_at_kommo = true from syncs
    where syncs.account_id = sources.account_id and syncs.state = 'done'`,
  "alter table channels add column options jsonb not null default '{}'",
  `create table conversations (
    id uuid primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    epoch integer not null,
    channel_id uuid not null,
    person text not null,
    person_mark text not null,
    is_group boolean not null default false,
    kommo_chat_id text,
    kommo_person_id text,
    is_bound boolean not null default true,
    known_as text,
    seen_on date not null default current_date,
    created_at timestamptz not null default now()
  )`,
  'create index conversations_channel on conversations (channel_id)',
  `create index conversations_kommo_chat on conversations (kommo_chat_id)
    where kommo_chat_id is not null`,
  'create index conversations_seen on conversations (seen_on)',
  'create index conversations_account on conversations (account_id, epoch)',
  `create table messages (
    id uuid primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    channel_id uuid not null,
    conversation_id uuid,
    direction text not null check (direction in ('in', 'out')),
    event text not null,
    kind text not null,
    key text not null,
    service_id text,
    kommo_id text,
    lane text not null,
    state text not null,
    part integer not null default 0,
    reported smallint not null default 0,
    reason text,
    tries integer not null default 0,
    due_at timestamptz,
    content text,
    media text,
    at timestamptz not null,
    stored_at timestamptz not null default now()
  ) with (fillfactor = 85)`,
  // The same event twice is one row. Ids grow with time, so that the newest rows share their pages.
  'create unique index messages_key on messages (channel_id, direction, key)',
  'create index messages_due on messages (due_at, lane) where due_at is not null',
  'create index messages_lane on messages (lane, at, id) where due_at is not null',
  'create index messages_newest on messages (channel_id, direction, stored_at)',
  `create index messages_service_id on messages (channel_id, service_id)
    where direction = 'out' and service_id is not null`,
  `create index messages_kommo_id on messages (kommo_id)
    where direction = 'in' and kommo_id is not null`,
  `create index messages_open on messages (channel_id, state)
    where state in ('waiting', 'sending', 'failed')`,
  'create index messages_account on messages (account_id)',
  `create table marks (
    name text primary key,
    at timestamptz not null,
    value text
  )`,
];

/** Messages in both directions, the chats they belong to, and moments that are remembered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
