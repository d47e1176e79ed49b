import type { AttemptReason, AttemptState, LinkedAccount } from '../../../contract/api.ts';
import type { Caller } from '../../accounts/caller.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { concurrently } from '../../platform/concurrently.ts';
import type { Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { webhookIdOf } from '../connector-tools.ts';
import { signOutLater } from '../sign-outs/sign-out.ts';
import {
  changeAttempt,
  deleteOldAttempts,
  findAttempt,
  isLive,
  listOverdueAttempts,
  lockAttempt,
  type StoredAttempt,
} from './rows.ts';

/** How an attempt ends without a channel. */
export interface AttemptEnd {
  state: Extract<AttemptState, 'failed' | 'expired' | 'cancelled'>;
  reason: AttemptReason | null;
  /** Who had signed in, where it came to that. */
  account?: LinkedAccount;
  /** The channel that has this account already. */
  existingChannelId?: string;
  giveUpSeconds?: number;
}

/** Ended attempts are kept for a day, so that a late callback can still be told what became of it. */
const KEEP_MS = 24 * 60 * 60_000;
const SWEEP_LIMIT = 100;
const AT_ONCE = 4;

/**
 * Ends an open attempt and has its session ended at the service. Give it the attempt as read under lock
 * in this transaction; undefined when it was over already.
 */
export async function endAttempt(
  trx: Trx,
  context: Context,
  attempt: StoredAttempt,
  end: AttemptEnd,
): Promise<StoredAttempt | undefined> {
  const ended = await changeAttempt(trx, context.secrets, attempt.id, {
    state: end.state,
    reason: end.reason,
    ...(end.account !== undefined && { account: end.account }),
    ...(end.existingChannelId !== undefined && { resultChannelId: end.existingChannelId }),
    now: context.now(),
  });
  if (!ended) return undefined;
  if (!attempt.isReadable) {
    const details = { attemptId: attempt.id, accountId: attempt.accountId };
    context.log.error(details, 'an attempt holds a secret that cannot be opened, and is ended');
  }
  const common = {
    accountId: attempt.accountId,
    connector: attempt.connector,
    webhookId: webhookIdOf(attempt),
    webhookSecret: attempt.webhookSecret ?? '',
  };
  if (attempt.auth === 'qr' && attempt.session !== null) {
    const abandoned = { ...common, kind: 'abandon' as const, externalId: null };
    await signOutLater(trx, context, { ...abandoned, content: attempt.session }, end.giveUpSeconds);
  } else if (attempt.auth === 'oauth' && attempt.candidate !== null) {
    const { externalId, credentials } = attempt.candidate;
    const unlinked = { ...common, kind: 'unlink' as const, externalId };
    await signOutLater(trx, context, { ...unlinked, content: credentials }, end.giveUpSeconds);
  }
  return ended;
}

/** Ends an attempt in a transaction of its own. @returns the attempt as it is then, ended now or before */
export async function endAttemptById(
  context: Context,
  id: string,
  end: AttemptEnd,
): Promise<StoredAttempt | undefined> {
  return transaction(context.db, async (trx) => {
    const attempt = await lockAttempt(trx, context.secrets, id);
    if (!attempt || !isLive(attempt.state)) return attempt;
    return endAttempt(trx, context, attempt, end);
  });
}

/** Ends an open attempt if one of its secrets cannot be opened: nobody can carry it on. */
export async function endUnreadable(
  context: Context,
  attempt: StoredAttempt,
): Promise<StoredAttempt> {
  if (attempt.isReadable || !isLive(attempt.state)) return attempt;
  const ended = await endAttemptById(context, attempt.id, {
    state: 'failed',
    reason: 'service_error',
  });
  return ended ?? attempt;
}

/** Cancels an attempt of the caller's account. One that is over stays as it is. @throws AppError `not_found` */
export async function cancelAttempt(context: Context, caller: Caller, id: string): Promise<void> {
  const attempt = await findAttempt(context.db, context.secrets, id);
  if (attempt?.accountId !== caller.accountId) throw new AppError('not_found');
  await endAttemptById(context, id, { state: 'cancelled', reason: null });
}

/** Ends attempts whose time is over, and forgets those of yesterday. */
export async function expireAttempts(context: Context): Promise<void> {
  const now = context.now();
  const overdue = await listOverdueAttempts(context.db, now, SWEEP_LIMIT);
  const onError = (error: unknown, attemptId: string) =>
    context.log.error({ err: error, attemptId }, 'an attempt could not be ended');
  await concurrently(overdue, { limit: AT_ONCE, onError }, (id) =>
    endAttemptById(context, id, { state: 'expired', reason: 'timed_out' }),
  );
  await deleteOldAttempts(context.db, new Date(now.getTime() - KEEP_MS));
}
