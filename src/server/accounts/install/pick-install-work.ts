import type { Context } from '../../context.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { CHECK_HOST, EXCHANGE_INSTALL_CODE } from '../../queues.ts';
import { dropExcessInstallCodes, pickHostsToLookAt, pickInstallCodes } from './rows.ts';

/**
 * Picks what is to be done now among the stored install calls, and requests a job for each.
 *
 * The jobs are not requested with the calls because a queue has one order, given when a job enters it. Anybody can
 * make calls up, so whose turn it is depends on all that came since: on who was vouched for, on each host's share,
 * on what was spent in this minute. And a call has to be stored in one statement.
 */
export async function pickInstallWork({ db, jobs }: Context): Promise<void> {
  await dropExcessInstallCodes(db);
  await transaction(db, async (trx) => {
    for (const codeId of await pickInstallCodes(trx)) {
      await jobs.request(trx, EXCHANGE_INSTALL_CODE, { codeId });
    }
    for (const host of await pickHostsToLookAt(trx)) {
      await jobs.request(trx, CHECK_HOST, { host });
    }
  });
}
