import type { RetriedAnswer, UndeliveredCollection } from '../../../contract/api.ts';
import type { Caller } from '../../accounts/caller.ts';
import { findChannel, isRowId } from '../../channels/rows.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { forgetFailed, listUndelivered, retryFailed } from './rows.ts';

/** What could not be carried. @throws AppError `not_found` for an id that is unknown or another account's */
export async function readUndelivered(
  context: Context,
  caller: Caller,
  channelId: string,
): Promise<UndeliveredCollection> {
  await demandChannel(context, caller, channelId);
  const undelivered = await listUndelivered(context.db, context.secrets, channelId);
  return { _embedded: { undelivered } };
}

/** Tries again; ids that are unknown, or cannot be tried again, count as none. @throws AppError `not_found` */
export async function retryUndelivered(
  context: Pick<Context, 'db' | 'wakeMessages'>,
  caller: Owner,
  channelId: string,
  ids: readonly string[] | undefined,
): Promise<RetriedAnswer> {
  await demandChannel(context, caller, channelId);
  const retried = await retryFailed(context.db, channelId, ids?.filter(isRowId));
  if (retried > 0) context.wakeMessages();
  return { retried };
}

/** @throws AppError `not_found` */
export async function forgetUndelivered(
  context: Context,
  caller: Caller,
  channelId: string,
): Promise<void> {
  await demandChannel(context, caller, channelId);
  await forgetFailed(context.db, channelId);
}

/** Whose channel it must be. */
type Owner = Pick<Caller, 'accountId' | 'account'>;

async function demandChannel(
  context: Pick<Context, 'db'>,
  caller: Owner,
  id: string,
): Promise<void> {
  const key = { id, accountId: caller.accountId, epoch: caller.account?.epoch ?? 0 };
  if (!(await findChannel(context.db, key))) throw new AppError('not_found');
}
