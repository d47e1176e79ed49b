import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // When an installation was last told to stop, and how often in a row all were.
  'alter table rate_buckets add column refused_at timestamptz, add column stops integer not null default 0',
  'create index rate_buckets_refusals on rate_buckets (refused_at) where refused_at is not null',
  'create index rate_buckets_recent on rate_buckets (next_at)',
  // What is known of a code that anybody may have sent.
  `alter table install_codes add column proven_at timestamptz, add column tried_at timestamptz,
    add column host_check text check (host_check in ('account', 'unknown'))`,
  'create index install_codes_tried on install_codes (tried_at) where tried_at is not null',
];

/** What keeps shared budgets fair: evidence for stopping everybody, and ranks of unproven install codes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
