import { type Kysely, sql } from 'kysely';

/**
 * Who saved the settings last, by Kommo's id of the user, and which version of them that was: a process of the release
 * before leaves both as it finds them, and what it saved is nobody's we know.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table settings add column saved_by bigint, add column saved_by_version integer`.execute(
    db,
  );
}
