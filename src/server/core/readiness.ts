import { sql } from 'kysely';
import type { Parts } from '../parts.ts';

/** Whether the database answers. It was brought up to date before the process began to listen. */
export async function checkReadiness(parts: Pick<Parts, 'db'>): Promise<void> {
  await sql`select 1`.execute(parts.db);
}
