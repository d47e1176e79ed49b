import type { Attempt, StartAttempt, StartedAttempt } from '../../contract/api.ts';
import type { AuthKind } from '../../contract/connectors.ts';
import type { Api } from '../api.ts';
import { isApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import type { PendingAttempt } from '../pending-attempts.ts';

/** No attempt lives longer. */
const LONGEST_LIFE_MS = 15 * 60_000;

/** By so much the first answer may have been late. */
const SLOWEST_START_MS = 60_000;

/**
 * Repeats the request that began an attempt, gets its key back, and asks how it stands now. Never begins
 * another one unasked: an attempt whose time is over counts as expired without a request, and one that the
 * server knows no more, so that it began a new one, is given up again.
 *
 * @throws ApiError when the server could not be asked, or refuses the admin
 */
export async function resumeAttempt(
  api: Api,
  clock: Clock,
  pending: PendingAttempt,
  auth: AuthKind,
): Promise<StartedAttempt> {
  const ended = { attempt: expired(pending, auth), attempt_key: '' };
  const ageMs = clock.now() - pending.startedAt;
  if (ageMs > LONGEST_LIFE_MS) return ended;
  const started = await api.startAttempt(wishOf(pending), pending.idempotencyKey);
  const { attempt, attempt_key: key } = started;
  try {
    const now = await api.readAttempt(attempt.id, key, new AbortController().signal);
    // Both times are the server's: its clock may differ from ours.
    const livedMs = Date.parse(now.server_time) - Date.parse(attempt.server_time);
    if (ageMs - livedMs <= SLOWEST_START_MS) return { attempt: now, attempt_key: key };
    void api.cancelAttempt(attempt.id).catch(() => undefined);
    return ended;
  } catch (error) {
    if (isApiError(error) && error.code === 'unauthorized') return ended;
    // Whoever follows the attempt will hear how it stands.
    return started;
  }
}

function wishOf({ connector, channelId }: PendingAttempt): StartAttempt {
  return { connector, ...(channelId === undefined ? {} : { channel_id: channelId }) };
}

/** An attempt that is over, told without the server. */
function expired({ connector, startedAt }: PendingAttempt, auth: AuthKind): Attempt {
  const end = new Date(startedAt + LONGEST_LIFE_MS).toISOString();
  return {
    id: '',
    connector,
    auth,
    state: 'expired',
    reason: 'timed_out',
    poll_after_ms: 0,
    expires_at: end,
    server_time: end,
  };
}
