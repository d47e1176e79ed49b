import type { InstallStatus } from '../../contract/api.ts';
import type { Context } from '../context.ts';
import { findGrantFault } from '../kommo/grants/rows.ts';
import { AppError } from '../platform/app-error.ts';
import type { Caller } from './caller.ts';
import { beginConsent } from './consent/consent.ts';
import { vouchForInstallCodes } from './install/rows.ts';
import { type Account, findUserRights } from './rows.ts';

/**
 * The caller's account, for routes that need its grant.
 *
 * @throws AppError `kommo_reauthorize` with a consent page when there is no working grant
 */
export async function requireActiveAccount(context: Context, caller: Caller): Promise<Account> {
  const { account } = caller;
  if (account?.installState === 'active') return account;
  throw await kommoReauthorize(context, caller);
}

/** How long an answer of the users API counts here: without a grant there is no asking for a newer one. */
const RIGHTS_MAX_AGE_SECONDS = 300;

/**
 * The 1015 answer of the guide, with a consent page that only this caller can finish. Callers who are not
 * administrators get no page: their grant would carry their lesser rights.
 */
export async function kommoReauthorize(
  context: Context,
  caller: Caller,
  cause?: unknown,
): Promise<AppError> {
  return new AppError('kommo_reauthorize', {
    cause,
    refreshTokenUrl: await consentPageFor(context, caller),
  });
}

async function consentPageFor(context: Context, caller: Caller): Promise<string | undefined> {
  return (await isNoAdministrator(context, caller)) ? undefined : beginConsent(context, caller);
}

/**
 * Whether the caller is known not to be an administrator. Kommo's documentation does not promise the token's
 * `is_admin`. A caller without it of whom nothing is known counts as one: otherwise nobody could authorize first.
 */
async function isNoAdministrator(context: Context, caller: Caller): Promise<boolean> {
  const { accountId, userId, isAdminClaim } = caller;
  if (isAdminClaim === true) return false;
  const user = { accountId, userId, maxAgeSeconds: RIGHTS_MAX_AGE_SECONDS };
  const known = await findUserRights(context.db, user);
  return known === undefined ? isAdminClaim === false : !known;
}

/** Whether the integration works; if not, why, and where an administrator can make it work. */
export async function installStatus(
  context: Context,
  caller: Caller,
  account: Account | undefined,
): Promise<InstallStatus> {
  // The epoch rises with every uninstall.
  const isReinstall = account !== undefined && account.epoch > 1;
  if (account?.installState === 'active') {
    return { state: 'active', ...(isReinstall && { is_reinstall: true }) };
  }
  // Kommo's install call may still be under way; the consent page is offered all the same.
  const isAuthorizing = await vouchForInstallCodes(context.db, caller.host.host);
  const fault = await findGrantFault(context.db, caller.accountId);
  const url = await consentPageFor(context, caller);
  return {
    state: isAuthorizing ? 'authorizing' : 'authorization_required',
    ...(url !== undefined && { authorize_url: url }),
    ...(fault?.lacksRights === true && { reason: 'rights_missing' }),
    ...(fault?.endsAt && { ends_at: fault.endsAt.toISOString() }),
  };
}
