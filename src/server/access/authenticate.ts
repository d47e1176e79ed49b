import { type Caller, hostOfBrowserOrigin } from '../accounts/caller.ts';
import { type Account, findAccount, findAccountByHost, moveAccount } from '../accounts/rows.ts';
import type { Context } from '../context.ts';
import type { AccountHost } from '../kommo/account-host.ts';
import {
  type DisposableToken,
  InvalidToken,
  verifyDisposableToken,
} from '../kommo/disposable-token.ts';
import { getAccount } from '../kommo/rest/account.ts';
import { AppError } from '../platform/app-error.ts';
import { isLastingRefusal } from '../to-app-error.ts';
import { countTokenUse } from './rows.ts';

/**
 * Requests one token may make in `reuse` mode. Kommo's page is reported to send the same token for about 25
 * minutes; an administrator's busiest half hour stays far below this.
 */
const MOST_USES = 300;

/**
 * Proves who is calling. Kommo signed the token, so its account id is the tenant; nothing else in a request can
 * name one.
 *
 * @param origin the browser's `Origin`, when there is one
 * @throws AppError `unauthorized`, the same for every fault of the token; `origin_forbidden` when the page that
 *   uses the token is not the account's own; `rate_limited` when the account asks too often, before any query
 */
export async function authenticate(
  context: Context,
  credentials: { token: string; origin: string | undefined },
): Promise<Caller> {
  try {
    return await prove(context, credentials);
  } catch (error) {
    if (error instanceof AppError && error.code === 'unauthorized') {
      const { cause } = error;
      const isFault = cause instanceof InvalidToken || cause instanceof TokenRefused;
      context.metrics.tokenRefused(isFault ? cause.reason : '');
    }
    throw error;
  }
}

async function prove(
  context: Context,
  credentials: { token: string; origin: string | undefined },
): Promise<Caller> {
  const token = await verify(context, credentials.token);
  const { origin } = credentials;
  if (
    origin !== undefined &&
    hostOfBrowserOrigin(context.config, origin)?.host !== token.host.host
  ) {
    throw new AppError('origin_forbidden');
  }
  context.requestLimit?.count(token.accountId);
  const isStrict = context.config.disposableTokens === 'strict';
  const { uses, account } = await countTokenUse(context.db, token, isStrict);
  if (uses > (isStrict ? 1 : MOST_USES)) throw refused('used_too_often');
  return {
    accountId: token.accountId,
    userId: token.userId,
    host: token.host,
    isAdminClaim: token.isAdmin,
    jti: token.jti,
    account: await confirmHost(context, account, token),
  };
}

async function verify(context: Context, token: string): Promise<DisposableToken> {
  const { clientId, clientSecret } = context.config.kommo;
  try {
    return await verifyDisposableToken(token, {
      clientId,
      clientSecret,
      publicUrl: context.config.publicUrl,
      now: context.now,
    });
  } catch (cause) {
    throw new AppError('unauthorized', { cause });
  }
}

/**
 * A subdomain can be renamed, and Kommo gives a free one to another account. So the token's host must be the
 * one stored for its account. If it is not, only Kommo can say whether the account moved, the host changed
 * hands, or the token mixes two accounts.
 *
 * @returns the account as it is afterwards
 */
async function confirmHost(
  context: Context,
  account: Account | undefined,
  { accountId, host }: DisposableToken,
): Promise<Account | undefined> {
  if (account?.host === host.host) return account;
  if (account?.installState === 'active') {
    const isThere = await isAccountAt(context, accountId, host);
    if (isThere === false) throw refused('host_of_another_account');
    if (isThere === true) return findAccount(context.db, accountId);
  }
  const holder = await findAccountByHost(context.db, host.host);
  if (holder?.installState === 'active' && holder.id !== accountId) {
    if (await isAccountAt(context, holder.id, host)) throw refused('host_of_another_account');
  }
  // Read again: asking Kommo may have shown that its grant is dead.
  return account && findAccount(context.db, accountId);
}

/**
 * Asks Kommo where the account is now, which follows a rename.
 *
 * @returns undefined when the account's grant is dead, so that Kommo cannot be asked
 */
async function isAccountAt(
  context: Context,
  accountId: number,
  host: AccountHost,
): Promise<boolean | undefined> {
  try {
    const { subdomain } = await getAccount(context.kommo, accountId);
    const stored = await findAccount(context.db, accountId);
    if (stored?.host === host.host) return true;
    if (subdomain !== host.subdomain || stored?.tld !== host.tld) return false;
    await moveAccount(context.db, accountId, host);
    return true;
  } catch (error) {
    if (isLastingRefusal(error)) return undefined;
    throw error;
  }
}

/** A correctly signed token that is refused all the same. For the log only: the caller is not told why. */
class TokenRefused extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`The disposable token is refused: ${reason}.`);
    this.name = 'TokenRefused';
    this.reason = reason;
  }
}

function refused(reason: string): AppError {
  return new AppError('unauthorized', { cause: new TokenRefused(reason) });
}
