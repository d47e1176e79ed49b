import { type Kysely, sql } from 'kysely';

/** How an API key ends, and when it was given: what the admin may see of a secret. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table channels add column key_ending text, add column key_set_at timestamptz`.execute(
    db,
  );
}
