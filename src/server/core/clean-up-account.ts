import { parseAccountHost } from '../kommo/account-host.ts';
import type { Parts } from '../parts.ts';
import { lockAccount } from '../storage/account-lock.ts';
import { findAccount } from '../storage/accounts.ts';
import type { JobData } from '../storage/jobs.ts';
import { forgetScopes } from '../storage/scopes.ts';
import { requestSync } from '../storage/syncs.ts';
import { transaction } from '../storage/transaction.ts';
import { settleCleanUp } from '../storage/unclean-accounts.ts';
import { retireEpochs } from './retire-epochs.ts';

/**
 * Finishes an uninstall: sessions at the chat services end, secrets are forgotten, and the chat channel is
 * disconnected, which Kommo usually did itself. Safe to repeat.
 */
export async function cleanUpAccount(
  parts: Parts,
  { accountId, epoch }: JobData['clean-up-account'],
): Promise<void> {
  await transaction(parts.db, async (trx) => {
    await lockAccount(trx, accountId);
    await retireEpochs(trx, parts, accountId, epoch);
    await settleCleanUp(trx, accountId);
  });
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
    await parts.jobs.send(trx, 'sync-sources', { accountId });
  });
}
