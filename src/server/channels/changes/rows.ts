import type { StatusChange } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';

/** Most that one answer lists; the database keeps no more of a channel. */
const MOST_LISTED = 20;

/** The newest first. */
export async function listChanges(db: Db, channelId: string): Promise<StatusChange[]> {
  const rows = await db
    .selectFrom('channelChanges')
    .select(['at', 'status', 'statusReason'])
    .where('channelId', '=', channelId)
    .orderBy('id', 'desc')
    .limit(MOST_LISTED)
    .execute();
  return rows.map(({ at, status, statusReason }) => ({
    at: at.toISOString(),
    status,
    status_reason: statusReason,
  }));
}
