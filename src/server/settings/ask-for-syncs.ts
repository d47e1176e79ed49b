import { findSettings } from '../accounts/rows.ts';
import {
  requestPeriodicSyncs,
  requestSync,
  wakeReauthorizedSyncs,
} from '../channels/sources/rows.ts';
import type { Context } from '../context.ts';
import { lockAccount } from '../platform/database/account-lock.ts';
import { transaction } from '../platform/database/transaction.ts';
import { SYNC_SOURCES } from '../queues.ts';

/** Checks requested at a time: enough for 80,000 accounts a day. */
const PERIODIC_LIMIT = 5;

/** Behind what administrators wait for. */
const SOON = { afterSeconds: 1 };

/** Requests the syncs that nobody presses a button for: after a new grant, and the daily check. */
export async function askForSyncs(context: Context): Promise<void> {
  await transaction(context.db, async (trx) => {
    const woken = await wakeReauthorizedSyncs(trx);
    const periodic = await requestPeriodicSyncs(trx, context.now(), PERIODIC_LIMIT);
    for (const accountId of [...woken, ...periodic]) {
      await context.jobs.request(trx, SYNC_SOURCES, { accountId }, SOON);
    }
  });
}

/**
 * Requests the sync of one account, as a save does.
 *
 * @returns why not: the install has ended, or nothing was saved in it
 */
export async function askForSync(
  { db, jobs }: Pick<Context, 'db' | 'jobs'>,
  accountId: number,
): Promise<'asked' | 'ended' | 'not_saved'> {
  return transaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId);
    if (account === undefined || account.installState === 'disabled') return 'ended';
    const { status } = await findSettings(trx, accountId, account.epoch);
    if (status !== 'active') return 'not_saved';
    await requestSync(trx, accountId);
    await jobs.request(trx, SYNC_SOURCES, { accountId });
    return 'asked';
  });
}
