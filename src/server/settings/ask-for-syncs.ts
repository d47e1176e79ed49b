import { requestPeriodicSyncs, wakeReauthorizedSyncs } from '../channels/sources/rows.ts';
import type { Context } from '../context.ts';
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
