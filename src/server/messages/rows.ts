import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';
import { newPass, type ResealPass, reseal } from '../platform/database/reseal.ts';
import type { Secrets } from '../platform/database/secrets.ts';

/** PostgreSQL's channel on which workers hear of new messages. */
export const WAKE_CHANNEL = 'kommo_chat_connector_messages';

/** @see https://www.postgresql.org/docs/current/sql-notify.html */
export async function notifyWorkers(db: Db, payload: string): Promise<void> {
  await sql`select pg_notify(${WAKE_CHANNEL}::text, ${payload}::text)`.execute(db);
}

/** Seals people again that were sealed under an older key; see reseal.ts. Messages are gone before a key is. @returns how many */
export function resealConversations(
  db: Db,
  secrets: Secrets,
  limit: number,
  pass: ResealPass = newPass(),
): Promise<number> {
  return reseal(
    db,
    secrets,
    { table: 'conversations', id: 'id', columns: ['person'] },
    limit,
    pass,
  );
}
