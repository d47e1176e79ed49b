import type { ChannelHistory } from '../../../contract/api.ts';
import type { Caller } from '../../accounts/caller.ts';
import type { Context } from '../../context.ts';
import { getChannel } from '../channels.ts';
import { listChanges } from './rows.ts';

/** How a channel's status changed, the newest first. @throws AppError `not_found` */
export async function readChanges(
  context: Context,
  caller: Caller,
  id: string,
): Promise<ChannelHistory> {
  await getChannel(context, caller, id);
  return { _embedded: { history: await listChanges(context.db, id) } };
}
