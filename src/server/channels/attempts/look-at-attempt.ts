import type { Parts } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { findAttempt, findAttemptByKey, isLive, type StoredAttempt } from './rows.ts';
import { hashKey } from './start-attempt.ts';

/**
 * The attempt as it stands, for whoever has its key. A look moves nothing: it only has the worker ask more
 * often about a QR sign-in.
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
  return seen(parts, attempt);
}

/** The attempt as it stands; undefined when it is unknown. */
export async function lookAtAttempt(parts: Parts, id: string): Promise<StoredAttempt | undefined> {
  const attempt = await findAttempt(parts.db, parts.secrets, id);
  return attempt && seen(parts, attempt);
}

/**
 * As the viewer is told: whose time is over has expired, though the worker ends it some seconds later; and nobody
 * can carry on an attempt of which a stored secret cannot be opened.
 */
function seen(parts: Parts, attempt: StoredAttempt): StoredAttempt {
  if (!isLive(attempt.state)) return attempt;
  if (attempt.expiresAt <= parts.now())
    return { ...attempt, state: 'expired', reason: 'timed_out' };
  return attempt.isReadable ? attempt : { ...attempt, state: 'failed', reason: 'service_error' };
}
