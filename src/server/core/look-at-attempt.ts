import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../app-error.ts';
import type { Parts } from '../parts.ts';
import { findAttemptByKey } from '../storage/attempt-checks.ts';
import { findAttempt, isLive, type StoredAttempt } from '../storage/attempts.ts';
import { endAttemptById, endUnreadable } from './end-attempt.ts';
import { progressQr } from './qr-progress.ts';
import { hashKey } from './start-attempt.ts';

/** So long a viewer waits for the chat service; a slower answer shows at the next look. */
const PATIENCE_MS = 1_500;

/**
 * The attempt as it stands now, for whoever has its key.
 *
 * @throws AppError `unauthorized`, alike for a wrong key and an unknown attempt
 */
export async function lookWithKey(
  parts: Parts,
  id: string,
  key: string | undefined,
): Promise<StoredAttempt> {
  const attempt = key && (await findAttemptByKey(parts.db, parts.secrets, id, hashKey(key)));
  if (!attempt) throw new AppError('unauthorized');
  return look(parts, attempt);
}

/** The attempt as it stands now; undefined when it is unknown. */
export async function lookAtAttempt(parts: Parts, id: string): Promise<StoredAttempt | undefined> {
  const attempt = await findAttempt(parts.db, parts.secrets, id);
  return attempt && look(parts, attempt);
}

/** Ends an attempt whose time is over; asks the service about a QR sign-in when that is due. */
async function look(parts: Parts, found: StoredAttempt): Promise<StoredAttempt> {
  const attempt = await endUnreadable(parts, found);
  if (!isLive(attempt.state)) return attempt;
  if (attempt.expiresAt <= parts.now()) {
    const end = { state: 'expired', reason: 'timed_out' } as const;
    return (await endAttemptById(parts, attempt.id, end)) ?? attempt;
  }
  const connector = parts.connectors.get(attempt.connector);
  if (connector?.auth !== 'qr' || attempt.session === null || attempt.state === 'confirm') {
    return attempt;
  }
  const progress = progressQr(parts, attempt, connector).catch((error: unknown) => {
    parts.log.error({ err: error, attemptId: attempt.id }, 'a QR sign-in could not be followed');
    return attempt;
  });
  return Promise.race([progress, wait(PATIENCE_MS, attempt, { ref: false })]);
}
