import type { Parts } from '../../context.ts';
import { type AccountHost, parseAccountHost } from '../../kommo/account-host.ts';
import { KommoError } from '../../kommo/errors.ts';
import { saveGrant, type TokenPair } from '../../kommo/grants/rows.ts';
import { decodeAccessToken, exchangeCode } from '../../kommo/oauth.ts';
import {
  getAccountOfToken,
  isAdministratorsToken,
  type KommoAccount,
  userOfToken,
} from '../../kommo/rest/account.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import type { Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { type Account, findAccount, saveInstalledAccount } from '../rows.ts';
import {
  type ClaimedCode,
  claimInstallCode,
  failInstallCode,
  findInstallCodeState,
  finishInstallCode,
  keepExchangedTokens,
  postponeInstallCode,
  renewInstallCode,
} from './rows.ts';

/** Renewed while the exchange runs, so that a killed one is soon taken up again. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;

const LONGEST_PAUSE_SECONDS = 60;

/** What became of a code. `open`: still being worked on, here or elsewhere. */
export type ExchangeResult = 'done' | 'failed' | 'open' | Mismatch;

/** Whose the new grant is, if not the one's it should be. */
type Mismatch = 'other_account' | 'other_user';

/** The grant was not given by whom the install call or the consent named. Nothing of it is kept. */
class WrongOwner extends Error {
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(`A new grant is not used: ${mismatch}.`);
    this.name = 'WrongOwner';
    this.mismatch = mismatch;
  }
}

/** What the code came down to, its text or Kommo's tokens for it, cannot be opened any more. */
class UnreadableCode extends Error {
  constructor() {
    super('A stored install code cannot be opened.');
    this.name = 'UnreadableCode';
  }
}

/**
 * Exchanges a stored code and stores the grant. Safe to run any number of times, at once and after a
 * crash: one worker holds the code at a time, Kommo's answer is kept before it is used, and a code that
 * was sent before the crash is answered "revoked", which ends in a visible "authorize again".
 */
export async function exchangeInstallCode(parts: Parts, codeId: string): Promise<ExchangeResult> {
  const code = await claimInstallCode<StoredPair>(parts.db, parts.secrets, codeId, LEASE_SECONDS);
  if (code === undefined) return resultOf(parts, codeId);
  const heartbeat = keepLease(parts, code);
  // A consent was begun by a proven user, so it goes like his other requests.
  const kommo = code.expected === undefined ? parts.kommo.forInstall(code) : parts.kommo;
  try {
    const host = parseAccountHost(code.host);
    if (host === undefined) throw new WrongOwner('other_account');
    const tokens = await exchange({ ...parts, kommo }, code, host);
    await confirmAndStore({ ...parts, kommo }, code, host, tokens);
    return 'done';
  } catch (error) {
    return await settle(parts, code, error);
  } finally {
    clearInterval(heartbeat);
  }
}

function keepLease(parts: Parts, code: { id: string; calls: number }): NodeJS.Timeout {
  return setInterval(() => {
    renewInstallCode(parts.db, code, LEASE_SECONDS).catch((error: unknown) => {
      parts.log.warn({ err: error }, 'the lease of an install code could not be renewed');
    });
  }, RENEW_EVERY_MS).unref();
}

type StoredPair = Omit<TokenPair, 'expiresAt'> & { expiresAt: string };

async function exchange(
  parts: Parts,
  code: ClaimedCode<StoredPair>,
  host: AccountHost,
): Promise<TokenPair> {
  if (code.tokens !== undefined) {
    return { ...code.tokens, expiresAt: new Date(code.tokens.expiresAt) };
  }
  if (code.code === undefined) throw new UnreadableCode();
  const tokens = await exchangeCode(parts.kommo, host, code.code);
  await keepExchangedTokens(parts.db, parts.secrets, code.id, tokens, LEASE_SECONDS);
  return tokens;
}

/**
 * Whoever can call us chooses the host; only the new token says whose account it is. Its own claim, the
 * account that this host answers with, and the account a consent was begun for must all be the same one
 * before a healthy grant may be replaced.
 */
async function confirmAndStore(
  parts: Parts,
  code: ClaimedCode<StoredPair>,
  host: AccountHost,
  tokens: TokenPair,
): Promise<void> {
  const claimed = decodeAccessToken(tokens.accessToken).accountId;
  for (;;) {
    const account = await getAccountOfToken(parts.kommo, host.host, tokens.accessToken);
    const isConfirmed =
      account.id === claimed &&
      account.subdomain === host.subdomain &&
      (code.expected === undefined || code.expected.accountId === account.id);
    if (!isConfirmed) throw new WrongOwner('other_account');
    const user = await userOfToken(parts.kommo, host.host, tokens.accessToken);
    if (code.expected !== undefined && user !== undefined && user !== code.expected.userId) {
      throw new WrongOwner('other_user');
    }
    const before = await findAccount(parts.db, account.id);
    // A user who is no administrator would give a grant with his own, lesser rights. Better that than none.
    if (before?.installState === 'active') {
      if (!(await isAdministratorsToken(parts.kommo, host.host, tokens.accessToken))) {
        throw new WrongOwner('other_user');
      }
    }
    if (await storeGrant(parts, code, host, account, tokens, before)) break;
    // The integration was disabled, or another grant came, in between: ask again.
  }
  parts.log.info({ accountId: claimed, host: host.host }, 'installed');
}

/** @returns false when the install epoch changed under our hands, or a working grant came */
async function storeGrant(
  parts: Parts,
  code: ClaimedCode<StoredPair>,
  host: AccountHost,
  account: KommoAccount,
  tokens: TokenPair,
  before: Account | undefined,
): Promise<boolean> {
  return transaction(parts.db, async (trx) => {
    const locked = await lockAccount(trx, account.id, host.host);
    if (locked?.epoch !== before?.epoch) return false;
    const hasCome = before?.installState !== 'active' && (await isActive(trx, account.id));
    if (hasCome) return false;
    const { id, name, language, country, amojoId } = account;
    const epoch = await saveInstalledAccount(trx, {
      id,
      name,
      language,
      country,
      amojoId,
      ...host,
    });
    if (await finishInstallCode(trx, code.id)) {
      await saveGrant(trx, parts.secrets, {
        accountId: id,
        epoch,
        ...tokens,
        refreshedAt: parts.now(),
      });
    }
    return true;
  });
}

async function isActive(trx: Trx, accountId: number): Promise<boolean> {
  return (await findAccount(trx, accountId))?.installState === 'active';
}

/** A failed exchange changes nothing in an account that works. */
async function settle(
  parts: Parts,
  code: ClaimedCode<StoredPair>,
  error: unknown,
): Promise<ExchangeResult> {
  if (error instanceof WrongOwner) {
    await failInstallCode(parts.db, code.id, error.mismatch);
    parts.log.warn({ host: code.host, err: error }, 'an install was refused');
    return error.mismatch;
  }
  if (error instanceof UnreadableCode) {
    await failInstallCode(parts.db, code.id, 'unreadable');
    parts.log.error({ host: code.host, codeId: code.id, err: error }, 'an install was lost');
    return 'failed';
  }
  if (!(error instanceof KommoError)) throw error;
  if (error.kind === 'misconfigured' && code.expected !== undefined) {
    parts.log.error({ host: code.host, hint: error.hint }, 'Kommo refuses our client id or secret');
    await postponeInstallCode(parts.db, code.id, LONGEST_PAUSE_SECONDS);
    return 'open';
  }
  switch (error.kind) {
    // Of a call that anybody can make, for a host that may not exist, it says nothing about us.
    case 'misconfigured':
    case 'rejected':
    case 'unauthorized':
    case 'reauthorize':
    case 'not_found':
    case 'forbidden':
      await failInstallCode(parts.db, code.id, error.kind);
      parts.log.warn({ host: code.host, failure: error.kind }, 'an install code was refused');
      return 'failed';
    default: {
      const seconds = error.retryAfterSeconds ?? Math.min(2 ** code.calls, LONGEST_PAUSE_SECONDS);
      await postponeInstallCode(parts.db, code.id, seconds);
      parts.log.warn({ host: code.host, failure: error.kind }, 'an install code has to wait');
      return 'open';
    }
  }
}

async function resultOf(parts: Parts, codeId: string): Promise<ExchangeResult> {
  const found = await findInstallCodeState(parts.db, codeId);
  if (found?.state === 'done') return 'done';
  if (found?.state === 'open') return 'open';
  const isMismatch = found?.failure === 'other_account' || found?.failure === 'other_user';
  return isMismatch ? (found.failure as Mismatch) : 'failed';
}
