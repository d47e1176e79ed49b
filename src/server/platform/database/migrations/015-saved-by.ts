import { type Kysely, sql } from 'kysely';

/** Who saved the settings last, by Kommo's id of the user. A process of the version before leaves it as it finds it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table settings add column saved_by bigint`.execute(db);
}
