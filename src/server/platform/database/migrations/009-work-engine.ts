import { type Kysely, sql } from 'kysely';

/** Who works on what, and what is due, is the queue's to know. Work that is left gets its jobs when a worker starts. */
const STATEMENTS = [
  'alter table syncs drop column lease_owner, drop column lease_until',
  'alter table session_endings drop column next_attempt_at',
  // Last: nobody reads accounts until the migration is through.
  'alter table accounts drop column cleanup_due_at, drop column cleanup_failures',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
