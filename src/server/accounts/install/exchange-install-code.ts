import type { Context } from '../../context.ts';
import { type AccountHost, parseAccountHost } from '../../kommo/account-host.ts';
import { KommoError, type KommoFailure } from '../../kommo/errors.ts';
import { saveGrant, type TokenPair } from '../../kommo/grants/rows.ts';
import { decodeAccessToken, exchangeCode } from '../../kommo/oauth.ts';
import {
  getAccountOfToken,
  isAdministratorsToken,
  type KommoAccount,
  userOfToken,
} from '../../kommo/rest/account.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import { transaction } from '../../platform/database/transaction.ts';
import type { Run } from '../../platform/jobs.ts';
import { type Account, findAccount, saveInstalledAccount } from '../rows.ts';
import {
  failInstallCode,
  finishInstallCode,
  keepExchangedTokens,
  type Mismatch,
  type OpenCode,
  openInstallCode,
  postponeInstallCode,
} from './rows.ts';

const LONGEST_PAUSE_SECONDS = 60;

/** What Kommo says of a code for which waiting does not help. */
const FINAL: ReadonlySet<KommoFailure> = new Set<KommoFailure>([
  'misconfigured',
  'rejected',
  'unauthorized',
  'reauthorize',
  'not_found',
  'forbidden',
]);

/** The grant is not from the account or user that the install call or the consent named. Nothing of it is kept. */
class WrongOwner extends Error {
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(`A new grant is not used: ${mismatch}.`);
    this.name = 'WrongOwner';
    this.mismatch = mismatch;
  }
}

/**
 * The job of a picked code: exchanges it and stores the grant. After a crash it runs again: Kommo's answer is
 * kept before it is used, and a code that was sent before the crash is answered "revoked", which ends in a
 * visible "authorize again".
 */
export async function exchangeInstallCode(
  context: Context,
  { codeId }: { codeId: string },
  run: Run,
): Promise<void> {
  const code = await openInstallCode(context.db, context.secrets, codeId);
  if (code === undefined) return;
  if (code.tokens === undefined && code.code === undefined) {
    await failInstallCode(context.db, codeId, 'unreadable');
    context.log.error(
      { host: code.host, codeId },
      'an install was lost: its code cannot be opened',
    );
    return;
  }
  // A consent was begun by a proven user, so it goes like their other requests.
  const kommo = code.expected === undefined ? context.kommo.forInstall(code) : context.kommo;
  try {
    const host = parseAccountHost(code.host);
    if (host === undefined) throw new WrongOwner('other_account');
    const tokens = code.tokens ?? (await exchange({ ...context, kommo }, code, host, run));
    await confirmAndStore({ ...context, kommo }, code, host, tokens);
  } catch (error) {
    await settle(context, code, error);
  }
}

async function exchange(
  { kommo, db, secrets }: Context,
  { id, code = '' }: OpenCode,
  host: AccountHost,
  run: Run,
): Promise<TokenPair> {
  // The code works once: a run that was taken for dead and taken over must not send it as well.
  await run.confirm();
  const tokens = await exchangeCode(kommo, host, code);
  await keepExchangedTokens(db, secrets, id, tokens);
  return tokens;
}

/**
 * Any caller can choose the host; only the new token says whose account it is. Its own claim, the
 * account that this host answers with, and the account a consent was begun for must all be the same one
 * before a healthy grant may be replaced.
 */
async function confirmAndStore(
  context: Context,
  code: OpenCode,
  host: AccountHost,
  tokens: TokenPair,
): Promise<void> {
  const { kommo, db, log } = context;
  const { expected } = code;
  const claimed = decodeAccessToken(tokens.accessToken).accountId;
  for (;;) {
    const account = await getAccountOfToken(kommo, host.host, tokens.accessToken);
    const isConfirmed =
      account.id === claimed &&
      account.subdomain === host.subdomain &&
      (expected === undefined || expected.accountId === account.id);
    if (!isConfirmed) throw new WrongOwner('other_account');
    const user = await userOfToken(kommo, host.host, tokens.accessToken);
    if (expected !== undefined && user !== undefined && user !== expected.userId) {
      throw new WrongOwner('other_user');
    }
    const before = await findAccount(db, account.id);
    // A user who is no administrator gives a grant with their own, lesser rights. Better that than none.
    const mayBeReplaced =
      before?.installState !== 'active' ||
      (await isAdministratorsToken(kommo, host.host, tokens.accessToken));
    if (!mayBeReplaced) throw new WrongOwner('other_user');
    if (await storeGrant(context, code.id, { ...account, ...host }, tokens, before)) break;
    // The integration was disabled, or another grant came, in between: ask again.
  }
  log.info({ accountId: claimed, host: host.host }, 'installed');
}

/** @returns false when the install epoch changed under our hands, or a working grant came */
async function storeGrant(
  { db, secrets, now }: Context,
  codeId: string,
  account: KommoAccount & AccountHost,
  tokens: TokenPair,
  before: Account | undefined,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    await lockAccount(trx, account.id, account.host);
    const found = await findAccount(trx, account.id);
    const hasCome = found?.installState === 'active' && before?.installState !== 'active';
    if (hasCome || found?.epoch !== before?.epoch) return false;
    const epoch = await saveInstalledAccount(trx, account);
    if (await finishInstallCode(trx, codeId)) {
      const grant = { accountId: account.id, epoch, ...tokens, refreshedAt: now() };
      await saveGrant(trx, secrets, grant);
    }
    return true;
  });
}

/** A failed exchange changes nothing in an account that works. */
async function settle({ db, log }: Context, code: OpenCode, error: unknown): Promise<void> {
  const { id, host } = code;
  if (error instanceof WrongOwner) {
    await failInstallCode(db, id, error.mismatch);
    log.warn({ host, err: error }, 'an install was refused');
    return;
  }
  if (!(error instanceof KommoError)) throw error;
  const { kind: failure, hint, retryAfterSeconds } = error;
  // For a call that anybody can make, to a host that may not exist, this says nothing about us.
  const isOurFault = failure === 'misconfigured' && code.expected !== undefined;
  if (isOurFault) log.error({ host, hint }, 'Kommo refuses our client id or secret');
  if (FINAL.has(failure) && !isOurFault) {
    await failInstallCode(db, id, failure);
    log.warn({ host, failure }, 'an install code was refused');
    return;
  }
  const pause = isOurFault ? LONGEST_PAUSE_SECONDS : 2 ** code.calls;
  await postponeInstallCode(db, id, retryAfterSeconds ?? Math.min(pause, LONGEST_PAUSE_SECONDS));
  log.warn({ host, failure, hint }, 'an install code has to wait');
}
