import type { WatchEvent } from '../../../contract/api.ts';
import type { Context } from '../../context.ts';
import { viewChannel } from '../channels.ts';
import { listChannels } from '../rows.ts';
import { findSync } from '../sources/rows.ts';
import { viewSync } from '../sources/view-sync.ts';
import type { WatchedInstall } from './rows.ts';

/** How an account's channels and its sync stand. */
export type WatchedState = Omit<WatchEvent, 'server_time'>;

export async function readWatched(
  context: Context,
  { accountId, epoch }: WatchedInstall,
): Promise<WatchedState> {
  const [channels, sync] = await Promise.all([
    listChannels(context.db, accountId, epoch),
    findSync(context.db, accountId),
  ]);
  return {
    channels: channels.map((channel) => {
      const { id, status, status_reason, checked_at, messages } = viewChannel(
        context,
        channel,
        null,
      );
      return { id, status, status_reason, checked_at, messages };
    }),
    sync: viewSync(sync),
  };
}
