import { requestPeriodicSyncs, wakeReauthorizedSyncs } from '../channels/sources/rows.ts';
import type { Parts } from '../context.ts';
import { transaction } from '../platform/database/transaction.ts';
import { SYNC_SOURCES } from '../queues.ts';

/** Checks begun at a time: enough for a day's round through 80,000 accounts. */
const PERIODIC_LIMIT = 5;

/** Behind what administrators wait for. */
const SOON = { afterSeconds: 1 };

/** Asks for the syncs that nobody presses a button for: after a new grant, and the daily check. */
export async function askForSyncs(parts: Parts): Promise<void> {
  await transaction(parts.db, async (trx) => {
    const woken = await wakeReauthorizedSyncs(trx);
    const periodic = await requestPeriodicSyncs(trx, parts.now(), PERIODIC_LIMIT);
    for (const accountId of [...woken, ...periodic]) {
      await parts.jobs.request(trx, SYNC_SOURCES, { accountId }, SOON);
    }
  });
}
