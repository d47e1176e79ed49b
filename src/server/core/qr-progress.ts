import { isDeepStrictEqual } from 'node:util';
import type { QrConnector, QrProgress } from '../connectors/connector.ts';
import { ConnectorError } from '../connectors/connector.ts';
import type { Parts } from '../parts.ts';
import { allowCheckIn, claimCheck } from '../storage/attempt-checks.ts';
import {
  type AttemptChange,
  changeAttempt,
  findAttempt,
  type Shown,
  type StoredAttempt,
} from '../storage/attempts.ts';
import { acceptAccount } from './accept-account.ts';
import { reasonOf, toolsForAttempt } from './connector-tools.ts';
import { endAttemptById } from './end-attempt.ts';

/**
 * A scan must show within two seconds. Streams look at whole seconds after their last question, so this ends
 * before the second of them: in between, a request for a pairing code finds its turn.
 */
const CHECK_EVERY_SECONDS = 1.7;

/** From here on a question counts as slow; it is kept from being asked twice for longer than any can take. */
const SLOW_MS = 1_200;
const SLOW_LEASE_SECONDS = 40;

/**
 * Asks the chat service where a QR sign-in stands, if it may be asked again, and notes the answer. At most
 * one question runs at a time, on one replica; everybody else gets what is stored.
 */
export async function progressQr(
  parts: Parts,
  attempt: StoredAttempt,
  connector: QrConnector,
): Promise<StoredAttempt> {
  const progressed = await withCheck(parts, attempt.id, async (current) => {
    if (current.session === null) return current;
    try {
      const tools = toolsForAttempt(parts, current);
      return await note(parts, current, await connector.check(tools, current.session));
    } catch (error) {
      // The next question may go well again; the end of the attempt is its own time limit.
      if (!(error instanceof ConnectorError)) {
        parts.log.error({ err: error, attemptId: attempt.id }, 'a QR check failed');
      }
      return update(parts, current, { reason: reasonOf(error) });
    }
  });
  return progressed ?? attempt;
}

/** Runs `work` while nobody else asks the service about this attempt; undefined when somebody does, or just did. */
export async function withCheck<T>(
  parts: Parts,
  id: string,
  work: (current: StoredAttempt) => Promise<T>,
): Promise<T | undefined> {
  const current = await claimCheck(parts.db, parts.secrets, id, CHECK_EVERY_SECONDS);
  if (!current) return undefined;
  let marking: Promise<void> | undefined;
  const slow = setTimeout(() => {
    marking = allowCheckIn(parts.db, id, SLOW_LEASE_SECONDS).catch((error: unknown) => {
      parts.log.warn({ err: error, attemptId: id }, 'a slow question could not be marked');
    });
  }, SLOW_MS);
  try {
    return await work(current);
  } finally {
    clearTimeout(slow);
    if (marking) {
      await marking;
      await allowCheckIn(parts.db, id, 0);
    }
  }
}

async function note(
  parts: Parts,
  attempt: StoredAttempt,
  progress: QrProgress,
): Promise<StoredAttempt> {
  const { session } = progress;
  switch (progress.state) {
    case 'starting':
      return update(parts, attempt, { state: 'starting', reason: null, shown: {}, session });
    case 'showing':
      return update(parts, attempt, {
        state: 'waiting',
        reason: null,
        shown: shownOf(attempt, progress),
        session,
      });
    case 'linking':
      return update(parts, attempt, { state: 'waiting', reason: 'linking', shown: {}, session });
    case 'expired':
      return end(parts, attempt, { state: 'expired', reason: 'timed_out' });
    case 'connected': {
      const { linked } = progress;
      const linking = await update(parts, attempt, {
        state: 'waiting',
        reason: 'linking',
        shown: {},
        session,
      });
      const acceptance = await acceptAccount(parts, linking, linked, 'unless_questionable');
      if (acceptance.outcome === 'changed') return acceptance.attempt;
      return acceptance.outcome === 'obstacle'
        ? end(parts, attempt, { state: 'failed', reason: acceptance.reason })
        : end(parts, attempt, { state: 'cancelled', reason: null });
    }
  }
}

/** A new code leaves a pairing code that was asked for in place: both lead to the same session. */
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

async function end(
  parts: Parts,
  attempt: StoredAttempt,
  how: Parameters<typeof endAttemptById>[2],
): Promise<StoredAttempt> {
  return (await endAttemptById(parts, attempt.id, how)) ?? attempt;
}

/** Writes what is new. Without news nothing is written, so that the viewers' streams stay silent. */
async function update(
  parts: Parts,
  attempt: StoredAttempt,
  to: Omit<AttemptChange, 'now'>,
): Promise<StoredAttempt> {
  const isNews = Object.entries(to).some(
    ([name, value]) => !isDeepStrictEqual(attempt[name as keyof StoredAttempt], asStored(value)),
  );
  if (!isNews) return attempt;
  const changed = await changeAttempt(parts.db, parts.secrets, attempt.id, {
    ...to,
    now: parts.now(),
  });
  return changed ?? (await findAttempt(parts.db, parts.secrets, attempt.id)) ?? attempt;
}

/** As it comes back from the database: dates in a session are texts there. */
function asStored(value: unknown): unknown {
  return value === null ? null : JSON.parse(JSON.stringify(value));
}
