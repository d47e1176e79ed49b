import type { Context } from '../../context.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { CHECK_HOST, EXCHANGE_INSTALL_CODE } from '../../queues.ts';
import { dropExcessInstallCodes, pickHostsToLookAt, pickInstallCodes } from './rows.ts';

/**
 * Picks the stored install calls whose turn it is, and requests a job for each.
 *
 * The jobs are not requested with the calls because a queue fixes a job's turn when the job enters it. Anybody can
 * make calls up, so whose turn it is depends on all that came since: who was vouched for, each host's share, what
 * this minute has spent. And a call has to be stored in one statement.
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
