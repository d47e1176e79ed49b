import { findAccount } from '../../accounts/rows.ts';
import type { Context } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { disconnectChannel } from '../../kommo/amojo/connect.ts';

import { lockAccount } from '../../platform/database/account-lock.ts';
import { isStorageUnavailable } from '../../platform/database/storage-errors.ts';
import { transaction } from '../../platform/database/transaction.ts';
import type { Run } from '../../platform/jobs.ts';
import { SYNC_SOURCES } from '../../queues.ts';
import { forgetScopes } from '../scope/rows.ts';
import { requestSync } from '../sources/rows.ts';
import { forgetEpochs, retireEpochs } from './retire-epochs.ts';

/** Tries after which the remains of an install are removed without telling anybody. */
const MOST_FAILURES = 5;

interface EndedEpoch {
  accountId: number;
  epoch: number;
}

/**
 * Finishes an uninstall: sessions at the chat services end, secrets are forgotten, and the chat channel is
 * disconnected, which Kommo usually did itself. Safe to repeat.
 *
 * @throws what went wrong, as long as the clean-up may be tried again
 */
export async function cleanUpAccount(
  context: Context,
  { accountId, epoch }: EndedEpoch,
  run: Run,
): Promise<void> {
  try {
    await transaction(context.db, async (trx) => {
      await lockAccount(trx, accountId);
      await retireEpochs(trx, context, accountId, epoch);
    });
  } catch (error) {
    // A database that cannot be reached says nothing about what is stored.
    if (isStorageUnavailable(error) || run.tries + 1 < MOST_FAILURES) throw error;
    await transaction(context.db, async (trx) => {
      await lockAccount(trx, accountId);
      await forgetEpochs(trx, accountId, epoch);
    });
    context.log.error(
      { err: error, accountId, epoch },
      'what an ended install left behind is removed without telling the chat services',
    );
  }
  await run.confirm();
  await disconnectFromAccount(context, accountId);
}

/** Best effort: Kommo itself disconnects the channel of a disabled integration. */
async function disconnectFromAccount(context: Context, accountId: number): Promise<void> {
  const account = await findAccount(context.db, accountId);
  if (account?.installState !== 'disabled' || account.amojoId === null) return;
  const tld = parseAccountHost(`${account.subdomain}.${account.tld}`)?.tld;
  if (tld === undefined) return;
  try {
    await disconnectChannel(context.kommo.background(), tld, account.amojoId);
  } catch (error) {
    context.log.warn({ err: error, accountId }, 'the chat channel could not be disconnected');
  }
  await reconnectIfReinstalled(context, accountId, account.epoch);
}

/**
 * A reinstall at the very same moment may have connected the channel that was just disconnected. Its sync
 * connects it again once the scope is forgotten.
 */
async function reconnectIfReinstalled(
  context: Context,
  accountId: number,
  epoch: number,
): Promise<void> {
  await transaction(context.db, async (trx) => {
    const now = await lockAccount(trx, accountId);
    if (now === undefined || now.installState === 'disabled') return;
    await forgetScopes(trx, accountId, epoch);
    await requestSync(trx, accountId);
    await context.jobs.request(trx, SYNC_SOURCES, { accountId });
  });
}
