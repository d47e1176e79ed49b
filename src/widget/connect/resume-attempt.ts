import type { Attempt, StartAttempt, StartedAttempt } from '../../contract/api.ts';
import type { AuthKind } from '../../contract/connectors.ts';
import type { Api } from '../api.ts';
import { ApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import type { PendingAttempt } from '../pending-attempts.ts';

/** The longest life of an attempt. */
const LONGEST_LIFE_MS = 15 * 60_000;

/** How late the first answer may have been. */
const SLOWEST_START_MS = 60_000;

/**
 * Repeats the request that started an attempt to get its key back, then reads its current state. Never starts
 * another attempt unasked: one whose time is up counts as expired without a request, and if the server no
 * longer knew it and started a new one, that one is cancelled.
 *
 * @throws ApiError when the server cannot be reached or refuses the admin
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
  const started = await api.startAttempt(startRequestOf(pending), pending.idempotencyKey);
  const { attempt, attempt_key: key } = started;
  try {
    const now = await api.readAttempt(attempt.id, key, new AbortController().signal);
    // Both times come from the server, whose clock may differ from ours.
    const livedMs = Date.parse(now.server_time) - Date.parse(attempt.server_time);
    if (ageMs - livedMs <= SLOWEST_START_MS) return { attempt: now, attempt_key: key };
    void api.cancelAttempt(attempt.id).catch(() => undefined);
    return ended;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthorized') return ended;
    // The watch that follows the attempt will find out its state.
    return started;
  }
}

function startRequestOf({ connector, channelId }: PendingAttempt): StartAttempt {
  return { connector, ...(channelId === undefined ? {} : { channel_id: channelId }) };
}

/** An attempt that has expired, described without asking the server. */
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
