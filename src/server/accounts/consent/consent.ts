import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Parts } from '../../context.ts';
import { type AccountHost, consentUrl, parseAccountHost } from '../../kommo/account-host.ts';
import type { Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
import type { Caller } from '../caller.ts';
import { type ExchangeResult, exchangeInstallCode } from '../install/exchange-install-code.ts';
import { storeInstallCode } from '../install/install.ts';
import { consumeConsentState, insertConsentState } from './rows.ts';

/** Long enough for an administrator who has to sign in to Kommo first. */
const STATE_LIFE_SECONDS = 600;

/** How long the browser waits for the exchange before the page says that it is still running. */
const PAGE_PATIENCE_MS = 6_000;
const LOOK_AGAIN_MS = 100;

/** What became of a consent. `host` is the account it was begun for, as far as that is known. */
export type ConsentOutcome =
  | {
      kind: 'connected' | 'finishing' | 'refused' | 'failed' | 'other_account' | 'other_user';
      host: AccountHost;
    }
  /** The state is missing, made up, used or too old. */
  | { kind: 'unknown_state' };

/**
 * Builds Kommo's consent page for this caller. The `state` is random, stored as a hash, lives ten
 * minutes, works once, and is bound to the caller's account and user. There is no cookie to bind it to
 * the browser with: the address is handed out across origins, where browsers store none. What a stolen
 * state could do is bounded by the check of the new grant's owner: it must be the very account the state
 * was made for (`install.ts`).
 */
export async function beginConsent(parts: Parts, caller: Caller): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  await insertConsentState(parts.db, {
    stateHash: hashState(state),
    accountId: caller.accountId,
    userId: caller.userId,
    host: caller.host.host,
    lifeSeconds: STATE_LIFE_SECONDS,
  });
  const { clientId, emulatorUrl } = parts.config.kommo;
  return consentUrl({
    tld: caller.host.tld,
    clientId,
    state,
    // `popup` would navigate the page that opened it: Kommo's own, with the unsaved settings in it.
    mode: 'post_message',
    emulatorUrl,
  });
}

/** Takes the code a consent ended with. The code is stored before anything is tried with it. */
export async function finishConsent(
  parts: Parts,
  redirect: { state: string; host: AccountHost; code: string },
): Promise<ConsentOutcome> {
  const stored = await transaction(parts.db, async (trx) => {
    const begun = await useState(trx, redirect.state);
    if (begun === undefined) return undefined;
    if (begun.host.host !== redirect.host.host) return { host: begun.host };
    const codeId = await storeInstallCode(parts, trx, {
      host: begun.host,
      code: redirect.code,
      expected: { accountId: begun.accountId, userId: begun.userId },
    });
    return { host: begun.host, codeId };
  });
  if (stored === undefined) return { kind: 'unknown_state' };
  if (!('codeId' in stored)) return { kind: 'other_account', host: stored.host };
  if (stored.codeId === undefined) return { kind: 'failed', host: stored.host };
  const result = await waitForExchange(parts, stored.codeId);
  const kinds = { done: 'connected', open: 'finishing' } as const;
  const kind = result === 'done' || result === 'open' ? kinds[result] : result;
  return { kind, host: stored.host };
}

/** The administrator pressed "deny", or Kommo ended the consent with another error. */
export async function refuseConsent(
  parts: Parts,
  state: string | undefined,
): Promise<ConsentOutcome> {
  if (state === undefined) return { kind: 'unknown_state' };
  const begun = await transaction(parts.db, (trx) => useState(trx, state));
  return begun === undefined ? { kind: 'unknown_state' } : { kind: 'refused', host: begun.host };
}

async function useState(
  trx: Trx,
  state: string,
): Promise<{ accountId: number; userId: number; host: AccountHost } | undefined> {
  const begun = await consumeConsentState(trx, hashState(state));
  const host = begun && parseAccountHost(begun.host);
  return host && { accountId: begun.accountId, userId: begun.userId, host };
}

function hashState(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

/** Exchanges the code here, or watches whoever was faster. The work goes on when the time is over. */
async function waitForExchange(parts: Parts, codeId: string): Promise<ExchangeResult> {
  const stopWaiting = new AbortController();
  const patience = sleep(PAGE_PATIENCE_MS, 'open' as const, { signal: stopWaiting.signal });
  const watch = async () => {
    for (;;) {
      const result = await exchangeInstallCode(parts, codeId);
      if (result !== 'open' || stopWaiting.signal.aborted) return result;
      await sleep(LOOK_AGAIN_MS);
    }
  };
  try {
    return await Promise.race([watch(), patience]);
  } finally {
    stopWaiting.abort();
    await patience.catch(() => undefined);
  }
}
