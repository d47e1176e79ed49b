import { findAccount } from '../../accounts/rows.ts';
import type { Parts } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import { isStorageUnavailable } from '../../platform/database/storage-errors.ts';
import { transaction } from '../../platform/database/transaction.ts';
import type { Run } from '../../platform/jobs.ts';
import { SYNC_SOURCES } from '../../queues.ts';
import { forgetScopes } from '../scope/rows.ts';
import { requestSync } from '../sources/rows.ts';
import { forgetEpochs, retireEpochs } from './retire-epochs.ts';

/** Tries after which the remains of an install are removed without anybody being told. */
const MOST_FAILURES = 5;

interface EndedEpoch {
  accountId: number;
  epoch: number;
}

/**
 * Finishes an uninstall: sessions at the chat services end, secrets are forgotten, and the chat channel is
 * disconnected, which Kommo usually did itself. Safe to repeat.
 *
 * @throws what went wrong while the clean-up may still be tried again
 */
export async function cleanUpAccount(
  parts: Parts,
  { accountId, epoch }: EndedEpoch,
  run: Run,
): Promise<void> {
  try {
    await transaction(parts.db, async (trx) => {
      await lockAccount(trx, accountId);
      await retireEpochs(trx, parts, accountId, epoch);
    });
  } catch (error) {
    // A database that cannot be reached says nothing about what is stored.
    if (isStorageUnavailable(error) || run.tries + 1 < MOST_FAILURES) throw error;
    await transaction(parts.db, async (trx) => {
      await lockAccount(trx, accountId);
      await forgetEpochs(trx, accountId, epoch);
    });
    parts.log.error(
      { err: error, accountId, epoch },
      'what an ended install left behind is removed without telling the chat services',
    );
  }
  await run.confirm();
  await disconnectChannel(parts, accountId);
}

/** Best effort: Kommo disconnects the channel of a disabled integration on its own. */
async function disconnectChannel(parts: Parts, accountId: number): Promise<void> {
  const account = await findAccount(parts.db, accountId);
  if (account?.installState !== 'disabled' || account.amojoId === null) return;
  const tld = parseAccountHost(`${account.subdomain}.${account.tld}`)?.tld;
  if (tld === undefined) return;
  try {
    await parts.kommo.background().disconnectChannel(tld, account.amojoId);
  } catch (error) {
    parts.log.warn({ err: error, accountId }, 'the chat channel could not be disconnected');
  }
  await reconnectIfReinstalled(parts, accountId, account.epoch);
}

/**
 * A reinstall at the very same moment may have connected the channel that was just disconnected. Its sync
 * connects it again once the scope is forgotten.
 */
async function reconnectIfReinstalled(
  parts: Parts,
  accountId: number,
  epoch: number,
): Promise<void> {
  await transaction(parts.db, async (trx) => {
    const now = await lockAccount(trx, accountId);
    if (now === undefined || now.installState === 'disabled') return;
    await forgetScopes(trx, accountId, epoch);
    await requestSync(trx, accountId);
    await parts.jobs.request(trx, SYNC_SOURCES, { accountId });
  });
}
