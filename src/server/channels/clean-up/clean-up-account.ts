import { findAccount } from '../../accounts/rows.ts';
import type { Parts } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { concurrently } from '../../platform/concurrently.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import { isStorageUnavailable } from '../../platform/database/storage-errors.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { SYNC_SOURCES } from '../../queues.ts';
import { forgetScopes } from '../scope/rows.ts';
import { requestSync } from '../sources/rows.ts';
import { forgetEpochs, retireEpochs } from './retire-epochs.ts';
import { claimUncleanAccounts, countCleanUpFailure, settleCleanUp } from './rows.ts';

/** Failed clean-ups of one account after which its remains are removed without anybody being told. */
const MOST_FAILURES = 5;

const SWEEP_LIMIT = 50;
/** A clean-up that failed, or whose worker died, is begun again after this. */
const AGAIN_SECONDS = 15;
const AT_ONCE = 4;

/** A clean-up that takes longer, for the chat channel cannot be disconnected, holds back no other. */
const PATIENCE_MS = 2_000;

interface EndedEpoch {
  accountId: number;
  epoch: number;
}

/**
 * Finishes an uninstall: sessions at the chat services end, secrets are forgotten, and the chat channel is
 * disconnected, which Kommo usually did itself. Safe to repeat.
 */
export async function cleanUpAccount(
  parts: Parts,
  { accountId, epoch }: EndedEpoch,
): Promise<void> {
  try {
    await transaction(parts.db, async (trx) => {
      // The job and the sweep may meet: whoever comes second finds nothing left.
      await lockAccount(trx, accountId);
      await retireEpochs(trx, parts, accountId, epoch);
      await settleCleanUp(trx, accountId);
    });
  } catch (error) {
    await giveUpInTheEnd(parts, { accountId, epoch }, error);
  }
  await disconnectChannel(parts, accountId);
}

/** @throws the error while the clean-up may still be tried again */
async function giveUpInTheEnd(
  parts: Parts,
  { accountId, epoch }: EndedEpoch,
  error: unknown,
): Promise<void> {
  // A database that cannot be reached says nothing about what is stored.
  if (isStorageUnavailable(error)) throw error;
  if ((await countCleanUpFailure(parts.db, accountId)) < MOST_FAILURES) throw error;
  await transaction(parts.db, async (trx) => {
    await lockAccount(trx, accountId);
    await forgetEpochs(trx, accountId, epoch);
    await settleCleanUp(trx, accountId);
  });
  parts.log.error(
    { err: error, accountId, epoch },
    'what an ended install left behind is removed without telling the chat services',
  );
}

/** Cleans up what no job is left for. */
export async function cleanUpAccounts(parts: Parts): Promise<void> {
  const seconds = AGAIN_SECONDS * parts.pace.sweeps;
  const unclean = await claimUncleanAccounts(parts.db, SWEEP_LIMIT, seconds);
  const onError = (error: unknown, ended: EndedEpoch) =>
    parts.log.error({ err: error, ...ended }, 'an ended install could not be cleaned up yet');
  await concurrently(unclean, { limit: AT_ONCE, patienceMs: PATIENCE_MS, onError }, (ended) =>
    cleanUpAccount(parts, ended),
  );
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
