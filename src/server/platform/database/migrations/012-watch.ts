import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table watch_keys (
    key_hash text primary key,
    account_id bigint not null references accounts on delete cascade,
    epoch integer not null,
    user_id bigint not null,
    expires_at timestamptz not null,
    created_at timestamptz not null
  )`,
  'create index watch_keys_of_user on watch_keys (account_id, user_id, created_at)',
  'create index watch_keys_expiry on watch_keys (expires_at)',
  'alter table channels add column status_at timestamptz, add column check_due_at timestamptz',
  `create index channels_checks_asked_for on channels (connector, check_due_at)
    where check_due_at is not null`,
];

/** Keys to watch an account with, when a channel's status was last found, and checks that somebody waits for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
