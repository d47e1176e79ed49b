import { type Kysely, sql } from 'kysely';

/** SQL for PostgreSQL 15 and newer; the embedded database speaks the same dialect. */
const STATEMENTS = [
  // What a pause of the request budget looks for among all installations.
  `create index if not exists rate_buckets_paused on rate_buckets (paused_until)
    where paused_until is not null`,
  'alter table syncs add column grant_version integer',
  // Last: nobody reads accounts until the migration is through.
  'alter table accounts add column cleanup_due_at timestamptz',
  `update accounts set cleanup_due_at = now() where epoch > 1 and (
    exists (select 1 from channels where account_id = accounts.id and channels.epoch < accounts.epoch)
    or exists (select 1 from attempts where account_id = accounts.id and attempts.epoch < accounts.epoch))`,
  'create index accounts_cleanup on accounts (cleanup_due_at) where cleanup_due_at is not null',
];

/** Marks what is left to do, so that nobody has to look through whole tables for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
