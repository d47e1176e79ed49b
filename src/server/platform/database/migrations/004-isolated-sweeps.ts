import { type Kysely, sql } from 'kysely';

/**
 * What one chat service leaves undone holds back no other: its channels and endings are found by its own name.
 * And a clean-up that fails again and again is counted, so that it comes to an end.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index channels_checks_by_connector on channels (connector, checked_at)`.execute(
    db,
  );
  await sql`create index session_endings_due_by_connector on session_endings (connector, next_attempt_at)`.execute(
    db,
  );
  await sql`create index session_endings_give_up on session_endings (give_up_at)`.execute(db);
  await sql`alter table accounts add column cleanup_failures integer not null default 0`.execute(
    db,
  );
}
