import type { ChannelStatus, StatusReason } from '../../contract/api.ts';
import { type StoredChannel, toChannel } from './channels.ts';
import type { Db } from './database.ts';
import type { Secrets } from './secrets.ts';

/**
 * Notes how a channel is doing, unless it signed in anew after `asOf`: an older answer says nothing about
 * the new session. `credentials` come along when asking renewed them.
 */
export async function storeHealth(
  db: Db,
  secrets: Secrets,
  id: string,
  health: {
    status: ChannelStatus;
    statusReason: StatusReason | null;
    credentials?: Record<string, unknown>;
    asOf: Date;
  },
): Promise<void> {
  await db
    .updateTable('channels')
    .set({
      status: health.status,
      status_reason: health.statusReason,
      ...(health.credentials && {
        credentials: secrets.seal(JSON.stringify(health.credentials), `channels:${id}:credentials`),
      }),
    })
    .where('id', '=', id)
    .where('status', '!=', 'paused')
    .where((where) =>
      where.or([where('checked_at', 'is', null), where('checked_at', '<=', health.asOf)]),
    )
    .execute();
}

/** Takes the channels of one service whose last check is older than `before`, so that no other replica asks about them. */
export async function claimChannelsToCheck(
  db: Db,
  claim: { connector: string; before: Date; now: Date; limit: number },
): Promise<StoredChannel[]> {
  const due = db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.account_id')
    .select('channels.id')
    .where('channels.connector', '=', claim.connector)
    .where('channels.checked_at', '<', claim.before)
    .where('channels.status', '!=', 'paused')
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .orderBy('channels.checked_at')
    .limit(claim.limit)
    .forUpdate('channels')
    .skipLocked();
  const rows = await db
    .updateTable('channels')
    .set({ checked_at: claim.now })
    .where('id', 'in', due)
    .where('checked_at', '<', claim.before)
    .returningAll()
    .execute();
  return rows.map(toChannel);
}
