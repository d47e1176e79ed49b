import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** PostgreSQL's channel on which workers hear of new messages. */
export const WAKE_CHANNEL = 'kommo_chat_connector_messages';

/** @see https://www.postgresql.org/docs/current/sql-notify.html */
export async function notifyWorkers(db: Db): Promise<void> {
  await sql`select pg_notify(${WAKE_CHANNEL}::text, '')`.execute(db);
}
