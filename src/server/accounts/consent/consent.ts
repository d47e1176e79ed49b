import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { type AccountHost, consentUrl, parseAccountHost } from '../../kommo/account-host.ts';
import type { Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { EXCHANGE_INSTALL_CODE } from '../../queues.ts';
import type { Caller } from '../caller.ts';
import { findInstallResult, insertInstallCode } from '../install/rows.ts';
import { consumeConsentState, insertConsentState } from './rows.ts';

/** Long enough for an administrator who has to sign in to Kommo first. */
const STATE_LIFE_SECONDS = 600;

/** How long the browser waits for the exchange before the page says that it is still running. */
const PAGE_PATIENCE_MS = 6_000;
const POLL_MS = 100;

/** What became of a consent. `host` is the account it was begun for, if known. */
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
 * was made for (`exchange-install-code.ts`).
 */
export async function beginConsent(context: Context, caller: Caller): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  await insertConsentState(context.db, {
    stateHash: hashState(state),
    accountId: caller.accountId,
    userId: caller.userId,
    host: caller.host.host,
    lifeSeconds: STATE_LIFE_SECONDS,
  });
  const { clientId, emulatorUrl } = context.config.kommo;
  return consentUrl({
    tld: caller.host.tld,
    clientId,
    state,
    // `popup` would navigate the page that opened it: Kommo's own, with the unsaved settings in it.
    mode: 'post_message',
    emulatorUrl,
  });
}

/**
 * Takes the code a consent ended with. Code and job are stored together: the browser only waits for what a worker
 * does, and the work goes on when it stops waiting.
 */
export async function finishConsent(
  context: Context,
  redirect: { state: string; host: AccountHost; code: string },
): Promise<ConsentOutcome> {
  const stored = await transaction(context.db, async (trx) => {
    const begun = await useState(trx, redirect.state);
    if (begun === undefined) return undefined;
    const { host, ...expected } = begun;
    if (host.host !== redirect.host.host) return { host };
    const received = { host: host.host, code: redirect.code, expected };
    const codeId = await insertInstallCode(trx, context.secrets, received);
    if (codeId !== undefined) await context.jobs.request(trx, EXCHANGE_INSTALL_CODE, { codeId });
    return { host, codeId };
  });
  if (stored === undefined) return { kind: 'unknown_state' };
  if (!('codeId' in stored)) return { kind: 'other_account', host: stored.host };
  if (stored.codeId === undefined) return { kind: 'failed', host: stored.host };
  return { kind: await waitForExchange(context, stored.codeId), host: stored.host };
}

/** The administrator pressed "deny", or Kommo ended the consent with another error. */
export async function refuseConsent(
  context: Context,
  state: string | undefined,
): Promise<ConsentOutcome> {
  if (state === undefined) return { kind: 'unknown_state' };
  const begun = await transaction(context.db, (trx) => useState(trx, state));
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

async function waitForExchange({ db }: Context, codeId: string) {
  const giveUpAt = performance.now() + PAGE_PATIENCE_MS;
  for (;;) {
    const result = await findInstallResult(db, codeId);
    if (result === 'done') return 'connected';
    if (result !== 'open') return result;
    if (performance.now() > giveUpAt) return 'finishing';
    await sleep(POLL_MS);
  }
}
