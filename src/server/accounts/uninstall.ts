import type { Context } from '../context.ts';
import { findGrantVersion, forgetGrant, grantsLongGivenUp } from '../kommo/grants/rows.ts';
import { accountOfDisableHook } from '../kommo/hook-signature.ts';
import { confirmRevoked } from '../kommo/rest/account.ts';
import { AppError } from '../platform/app-error.ts';
import { concurrently } from '../platform/concurrently.ts';
import { lockAccount } from '../platform/database/account-lock.ts';
import type { Trx } from '../platform/database/database.ts';
import { transaction } from '../platform/database/transaction.ts';
import { CLEAN_UP } from '../queues.ts';
import { forgetConsentStates } from './consent/rows.ts';
import {
  claimRechecks,
  disableAccount,
  findAccount,
  forgetSettings,
  forgetUserRights,
  recordDisableHook,
  scheduleRecheck,
} from './rows.ts';

/**
 * When to ask again after a hook that Kommo did not confirm, in seconds after the last question. Kommo is
 * reported to send the hook before it revokes the tokens, so the first question comes soon; after that the
 * hook may be an old one that somebody sent again, or Kommo is in trouble.
 */
const RECHECK_DELAYS_SECONDS = [15, 60, 600, 3_600, 21_600, 86_400];

/** After Kommo has said this often that the grant is alive, the hook was an old one. */
const ALIVE_ENOUGH = 2;

/** Longer than one question takes. */
const RECHECK_LEASE_SECONDS = 60;

const RECHECKS_AT_ONCE = 20;

/** A question that takes longer goes on, and the next round begins without it. */
const RECHECK_PATIENCE_MS = 2_000;
/** For one question alone: short, so that another process soon takes over from a killed one. */
const QUESTION_SECONDS = 20;

const ENDED_AT_ONCE = 20;

/**
 * Takes Kommo's disable hook: stores it, which is all Kommo waits for. It comes once, so from here on some process
 * will ask, whatever dies. The signature covers neither time nor a nonce, so a genuine hook may be an old one sent
 * again; before anything is destroyed, Kommo is asked in the background whether the tokens are revoked, and only its
 * 401 counts.
 *
 * @throws AppError `signature_invalid`, the same for every forgery
 * @see https://developers.kommo.com/docs/oauth-20
 */
export async function receiveDisableHook(context: Context, query: URLSearchParams): Promise<void> {
  const accountId = accountOfDisableHook(query, context.config.kommo);
  if (accountId === undefined) throw new AppError('signature_invalid');
  await recordDisableHook(context.db, accountId);
  context.log.info({ accountId }, 'disable hook');
  askAboutHook(context, accountId).catch((error: unknown) => {
    context.log.warn({ err: error, accountId }, 'a disable hook could not be asked about yet');
  });
}

/** At once, in this process; where that fails, the worker's round does it. */
function askAboutHook(context: Context, accountId: number): Promise<void> {
  return askAboutDue(context, claimRechecks(context.db, 1, QUESTION_SECONDS, accountId));
}

/** Asks again about hooks that were not confirmed. Run by a worker every few seconds. */
export function recheckDisableHooks(context: Context): Promise<void> {
  return askAboutDue(context, claimRechecks(context.db, RECHECKS_AT_ONCE, RECHECK_LEASE_SECONDS));
}

async function askAboutDue(
  context: Context,
  claimed: ReturnType<typeof claimRechecks>,
): Promise<void> {
  const onError = (error: unknown, { id }: { id: number }) =>
    context.log.error({ err: error, accountId: id }, 'a disable hook could not be asked about');
  const limits = { limit: RECHECKS_AT_ONCE, patienceMs: RECHECK_PATIENCE_MS, onError };
  await concurrently(await claimed, limits, (account) => recheck(context, account));
}

async function recheck(context: Context, asked: { id: number; rechecks: number }): Promise<void> {
  const result = await endIfRevoked(context, asked.id);
  context.log.info({ accountId: asked.id, result }, 'asked about a disable hook');
  if (result === 'ended' || result === 'not_installed') return;
  const rechecks = asked.rechecks + 1;
  const afterSeconds = RECHECK_DELAYS_SECONDS[rechecks];
  const isOver = result === 'alive' && rechecks >= ALIVE_ENOUGH;
  const next = isOver || afterSeconds === undefined ? undefined : { afterSeconds, rechecks };
  await scheduleRecheck(context.db, asked, next);
}

/**
 * Ends installs whose grant was given up long ago. Kommo's disable hook comes once, if at all, and without it the
 * credentials of chat services would be kept for ever. Until then the widget announces the end.
 */
export async function endAbandonedInstalls(context: Context): Promise<void> {
  for (const { accountId, epoch, version } of await grantsLongGivenUp(context.db, ENDED_AT_ONCE)) {
    try {
      await transaction(context.db, (trx) =>
        endInstall(context, trx, accountId, { epoch, version }),
      );
      context.log.warn({ accountId }, 'an install ended: its grant was given up long ago');
    } catch (error) {
      context.log.error({ err: error, accountId }, 'an abandoned install could not be ended');
    }
  }
}

async function endIfRevoked(
  context: Context,
  accountId: number,
): Promise<'not_installed' | 'ended' | 'alive' | 'unknown'> {
  const account = await findAccount(context.db, accountId);
  if (account === undefined || account.installState === 'disabled') return 'not_installed';
  const asked = { epoch: account.epoch, version: await findGrantVersion(context.db, accountId) };
  const answer = await confirmRevoked(context.kommo.background(), accountId);
  if (answer !== 'revoked') return answer;
  const hasEnded = await transaction(context.db, (trx) =>
    endInstall(context, trx, accountId, asked),
  );
  // A new grant came while we asked about the old one: Kommo's answer says nothing about it.
  return hasEnded ? 'ended' : 'unknown';
}

/**
 * Ends an install because the operator says so, as Kommo's 401 does otherwise.
 *
 * @returns false when there is no install to end
 */
export async function endInstallForOperator(context: Ending, accountId: number): Promise<boolean> {
  return transaction(context.db, async (trx) => {
    const locked = await lockAccount(trx, accountId);
    if (locked === undefined) return false;
    const version = await findGrantVersion(trx, accountId);
    return endInstall(context, trx, accountId, { epoch: locked.epoch, version });
  });
}

/** What the end of an install needs. */
type Ending = Pick<Context, 'db' | 'jobs' | 'onUninstalled'>;

/**
 * Ends an install epoch. Tokens, settings and everything cached are forgotten at once; a job ends the sessions at
 * the chat services, after which their credentials are gone too. Nothing of the old epoch can write any more, since
 * its number is no longer the account's.
 */
async function endInstall(
  context: Ending,
  trx: Trx,
  accountId: number,
  asked: { epoch: number; version: number | undefined },
): Promise<boolean> {
  const locked = await lockAccount(trx, accountId);
  if (locked?.epoch !== asked.epoch || locked.installState === 'disabled') return false;
  if ((await findGrantVersion(trx, accountId)) !== asked.version) return false;
  await disableAccount(trx, accountId);
  await forgetGrant(trx, accountId);
  await forgetUserRights(trx, accountId);
  for (const forget of context.onUninstalled) await forget(trx, { accountId, epoch: asked.epoch });
  await forgetConsentStates(trx, accountId);
  await forgetSettings(trx, accountId);
  await context.jobs.request(trx, CLEAN_UP, { accountId, epoch: asked.epoch });
  return true;
}
