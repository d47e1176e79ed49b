import type { StartedWatch } from '../../../contract/api.ts';
import type { Caller } from '../../accounts/caller.ts';
import { kommoReauthorize } from '../../accounts/install-state.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { hashKey, newKey } from '../../platform/bearer-key.ts';
import { findWatched, insertWatchKey, type WatchedInstall } from './rows.ts';

const LIFETIME_MS = 60 * 60_000;

/**
 * Makes a key that opens the events of the caller's account, and nothing else, for an hour: Kommo forbids asking for
 * its token in loops.
 *
 * @throws AppError `kommo_reauthorize` where nothing is installed
 */
export async function startWatch(context: Context, caller: Caller): Promise<StartedWatch> {
  const { account, userId } = caller;
  if (account === undefined || account.installState === 'disabled') {
    throw await kommoReauthorize(context, caller);
  }
  const key = newKey();
  const createdAt = context.now();
  const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS);
  const { id: accountId, epoch } = account;
  await insertWatchKey(context.db, {
    keyHash: hashKey(key),
    accountId,
    epoch,
    userId,
    createdAt,
    expiresAt,
  });
  return { watch_key: key, expires_at: expiresAt.toISOString() };
}

/**
 * What the key opens.
 *
 * @throws AppError `unauthorized`, the same for a wrong key and one that has ended
 */
export async function openWithKey(
  context: Context,
  key: string | undefined,
): Promise<WatchedInstall> {
  const install = key && (await findWatched(context.db, hashKey(key), context.now()));
  if (!install) throw new AppError('unauthorized');
  return install;
}
