import type { Caller } from '../accounts/caller.ts';
import { kommoReauthorize } from '../accounts/install-state.ts';
import { findUserRights, saveUserRights } from '../accounts/rows.ts';
import type { Context } from '../context.ts';
import { KommoError } from '../kommo/errors.ts';
import { findUser, isAdministrator } from '../kommo/rest/account.ts';
import { AppError } from '../platform/app-error.ts';
import { isLastingRefusal, toAppError } from '../to-app-error.ts';

/** How long an answer of Kommo's users API is trusted, and how long a demoted administrator keeps their rights. */
const RIGHTS_MAX_AGE_SECONDS = 300;

const RETRY_AFTER_SECONDS = 5;

/**
 * Lets only administrators pass. Kommo's documentation does not promise the token's `is_admin`, so anything
 * but a plain `true` is checked with Kommo's users API, where free and inactive users are not administrators.
 *
 * @throws AppError `admin_required`; `temporarily_unavailable` when Kommo cannot say, never "allowed";
 *   `kommo_reauthorize` when there is no grant to ask with, or the grant's user may not ask; `kommo_misconfigured`
 */
export async function requireAdmin(context: Context, caller: Caller): Promise<void> {
  if (caller.isAdminClaim === true) return;
  let allowed: boolean;
  try {
    allowed = await askRights(context, caller);
  } catch (error) {
    if (!(error instanceof KommoError)) throw error;
    if (isLastingRefusal(error)) throw await kommoReauthorize(context, caller, error);
    if (error.kind === 'misconfigured') throw toAppError(error);
    throw new AppError('temporarily_unavailable', {
      cause: error,
      retryAfterSeconds: error.retryAfterSeconds ?? RETRY_AFTER_SECONDS,
    });
  }
  if (!allowed) throw new AppError('admin_required');
}

/** For display only: false when Kommo cannot say. `requireAdmin` guards the writes. */
export async function isAdmin(context: Context, caller: Caller): Promise<boolean> {
  if (caller.isAdminClaim === true) return true;
  try {
    return await askRights(context, caller);
  } catch (error) {
    if (error instanceof KommoError) return false;
    throw error;
  }
}

async function askRights(
  context: Context,
  { accountId, userId, account }: Caller,
): Promise<boolean> {
  const known = await findUserRights(context.db, {
    accountId,
    userId,
    maxAgeSeconds: RIGHTS_MAX_AGE_SECONDS,
  });
  if (known !== undefined) return known;
  const epoch = account?.epoch ?? 0;
  const user = await findUser(context.kommo, accountId, userId);
  const isAdmin = isAdministrator(user);
  await saveUserRights(context.db, { accountId, epoch, userId, isAdmin });
  return isAdmin;
}
