import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AttemptReason } from '../../../contract/api.ts';
import type { QrConnector, QrProgress } from '../../connectors/connector.ts';
import { ConnectorError } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { reasonOf, toolsForAttempt } from '../connector-tools.ts';
import { acceptAccount, endOfUnaccepted } from './accept-account.ts';
import { endAttemptById, endUnreadable } from './end-attempt.ts';
import {
  type AttemptChange,
  allowCheckIn,
  changeAttempt,
  claimCheck,
  findAttempt,
  isLive,
  type Shown,
  type StoredAttempt,
  WATCHED_PAUSE_SECONDS,
} from './rows.ts';

/** A question that takes longer is slow; its claim then lasts longer than any question can take. */
const SLOW_MS = 1_200;
const SLOW_LEASE_SECONDS = 40;

/** How long an event of the service, or a pairing code, waits for a question under way. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

/**
 * Asks the chat service where a QR sign-in stands and records the answer. Claim the attempt first, so that at most
 * one question runs at a time, on one replica.
 */
export function progressQr(
  context: Context,
  claimed: StoredAttempt,
  connector: QrConnector,
): Promise<void> {
  return asClaimed(context, claimed.id, async () => {
    if (!claimed.isReadable) {
      await endUnreadable(context, claimed);
      return;
    }
    // Nobody asks about an attempt that is over, even if the worker has not ended it yet.
    if (claimed.session === null || claimed.expiresAt <= context.now()) return;
    try {
      const tools = toolsForAttempt(context, claimed);
      await record(context, claimed, await connector.check(tools, claimed.session));
    } catch (error) {
      // The next question may succeed; the attempt ends with its own time limit.
      const reason = reasonOf(error);
      const isOurs = !(error instanceof ConnectorError);
      warnOnce(context, claimed, reason, isOurs ? 'error' : 'warn', error);
      const now = context.now();
      if (claimed.reason === reason && claimed.warnedOf === reason) return;
      await changeAttempt(context.db, context.secrets, claimed.id, {
        reason,
        warnedOf: reason,
        now,
      });
    }
  });
}

/** The same at once, because the service says that something happened. Waits for a question under way. */
export async function progressQrNow(
  context: Context,
  id: string,
  connector: QrConnector,
): Promise<void> {
  const claimed = await claimSoon(context, id);
  if (claimed) await progressQr(context, claimed, connector);
}

/**
 * Runs `work` while no one else asks the service about this attempt. Undefined when the attempt is over, or a
 * question under way takes too long.
 */
export async function withCheck<T>(
  context: Context,
  id: string,
  work: (current: StoredAttempt) => Promise<T>,
): Promise<T | undefined> {
  const current = await claimSoon(context, id);
  return current && asClaimed(context, id, () => work(current));
}

async function claimSoon(context: Context, id: string): Promise<StoredAttempt | undefined> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const claimed = await claimCheck(context.db, context.secrets, id);
    if (claimed) return claimed;
    const now = await findAttempt(context.db, context.secrets, id);
    if (!now || !isLive(now.state) || now.state === 'confirm') return undefined;
    await wait(RETRY_MS);
  }
  return undefined;
}

/** Holds the claim while `work` runs, then gives it back. */
async function asClaimed<T>(context: Context, id: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  let marking: Promise<void> | undefined;
  const slow = setTimeout(() => {
    marking = allowCheckIn(context.db, id, SLOW_LEASE_SECONDS).catch((error: unknown) => {
      context.log.warn({ err: error, attemptId: id }, 'a slow question could not be marked');
    });
  }, SLOW_MS);
  try {
    return await work();
  } finally {
    clearTimeout(slow);
    await marking;
    const asked = (performance.now() - began) / 1000;
    await allowCheckIn(context.db, id, Math.max(0, WATCHED_PAUSE_SECONDS - asked));
  }
}

/** Tells the operator what an administrator sees on the screen: once, not with every question. */
function warnOnce(
  context: Context,
  attempt: StoredAttempt,
  reason: AttemptReason,
  level: 'warn' | 'error',
  error?: unknown,
): void {
  if (attempt.warnedOf === reason) return;
  const details = { err: error, attemptId: attempt.id, connector: attempt.connector, reason };
  context.log[level](details, 'a QR sign-in does not get on');
}

async function record(
  context: Context,
  attempt: StoredAttempt,
  progress: QrProgress,
): Promise<void> {
  const { session } = progress;
  switch (progress.state) {
    case 'starting':
      await update(context, attempt, { state: 'starting', reason: null, shown: {}, session });
      return;
    case 'showing':
      await update(context, attempt, {
        state: 'waiting',
        reason: null,
        shown: shownOf(attempt, progress),
        session,
        hasShownCode: true,
      });
      return;
    case 'linking': {
      const reason = progress.isNameless === true ? 'account_unknown' : 'linking';
      if (reason !== 'linking') warnOnce(context, attempt, reason, 'warn');
      await update(context, attempt, {
        state: 'waiting',
        reason,
        shown: {},
        session,
        ...(reason !== 'linking' && { warnedOf: reason }),
      });
      return;
    }
    case 'expired':
      if (attempt.hasShownCode) {
        await endAttemptById(context, attempt.id, { state: 'expired', reason: 'timed_out' });
        return;
      }
      // A code that was never shown cannot have been scanned: the service failed.
      warnOnce(context, attempt, 'service_error', 'warn', new Error('it ended without a code'));
      await endAttemptById(context, attempt.id, { state: 'failed', reason: 'service_error' });
      return;
    case 'connected':
      await connect(context, attempt, progress);
  }
}

async function connect(
  context: Context,
  attempt: StoredAttempt,
  { session, linked }: Extract<QrProgress, { state: 'connected' }>,
): Promise<void> {
  const linking = await update(context, attempt, {
    state: 'waiting',
    // The reason why the channel could not be made a moment ago stays visible until it is made.
    reason: attempt.reason ?? 'linking',
    shown: {},
    session,
  });
  if (!linking) return;
  const acceptance = await acceptAccount(context, linking, linked, 'unless_questionable');
  if (acceptance.outcome === 'changed') return;
  await endAttemptById(context, attempt.id, endOfUnaccepted(acceptance, linked));
}

/** A new code leaves a requested pairing code in place: both lead to the same session. */
function shownOf(attempt: StoredAttempt, code: Extract<QrProgress, { state: 'showing' }>): Shown {
  const { pairingCode } = attempt.shown;
  return {
    qr: {
      value: code.value,
      expiresAt: code.expiresAt.toISOString(),
      refreshed: code.refreshed,
      refreshes: code.refreshes,
    },
    ...(pairingCode !== undefined && { pairingCode }),
  };
}

/**
 * Writes what is new, unless the attempt has changed since it was claimed. Without news it writes nothing, so that
 * the viewers' streams stay silent.
 *
 * @returns the attempt as it stands; undefined when it changed without us
 */
async function update(
  context: Context,
  attempt: StoredAttempt,
  to: Omit<AttemptChange, 'now'>,
): Promise<StoredAttempt | undefined> {
  const isNews = Object.entries(to).some(
    ([name, value]) => !isDeepStrictEqual(attempt[name as keyof StoredAttempt], asStored(value)),
  );
  if (!isNews) return attempt;
  const change = { ...to, now: context.now() };
  return changeAttempt(context.db, context.secrets, attempt.id, change, attempt.revision);
}

/** As it comes back from the database, where dates in a session are texts. */
function asStored(value: unknown): unknown {
  return value === null ? null : JSON.parse(JSON.stringify(value));
}
