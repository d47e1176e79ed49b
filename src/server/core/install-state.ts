import type { InstallStatus } from '../../contract/api.ts';
import { AppError } from '../app-error.ts';
import type { Parts } from '../parts.ts';
import { type Account, findAccount as findStoredAccount } from '../storage/accounts.ts';
import { vouchForInstallCodes } from '../storage/install-code-lists.ts';
import type { Caller } from './caller.ts';
import { beginConsent } from './consent.ts';

/** The account with this id, whatever its state; undefined when it never installed. */
export async function findAccount(parts: Parts, accountId: number): Promise<Account | undefined> {
  return findStoredAccount(parts.db, accountId);
}

/**
 * The caller's account, for routes that need its grant.
 *
 * @throws AppError `kommo_reauthorize` with a consent page when there is no working grant
 */
export async function requireActiveAccount(parts: Parts, caller: Caller): Promise<Account> {
  const { account } = caller;
  if (account?.installState === 'active') return account;
  throw await kommoReauthorize(parts, caller);
}

/** The 1015 answer of the guide, with a consent page that this caller alone can finish. */
export async function kommoReauthorize(
  parts: Parts,
  caller: Caller,
  cause?: unknown,
): Promise<AppError> {
  return new AppError('kommo_reauthorize', {
    cause,
    refreshTokenUrl: await beginConsent(parts, caller),
  });
}

/** Whether the integration works, and if not, where an administrator makes it work. */
export async function installStatus(
  parts: Parts,
  caller: Caller,
  account: Account | undefined,
): Promise<InstallStatus> {
  // The epoch rises with every uninstall.
  const isReinstall = account !== undefined && account.epoch > 1;
  if (account?.installState === 'active') {
    return { state: 'active', ...(isReinstall && { is_reinstall: true }) };
  }
  // Kommo's install call may still be worked on; the consent page is offered all the same.
  const isAuthorizing = await vouchForInstallCodes(parts.db, caller.host.host);
  return {
    state: isAuthorizing ? 'authorizing' : 'authorization_required',
    authorize_url: await beginConsent(parts, caller),
  };
}
