import type { Attempt } from '../../../contract/api.ts';
import { findSettings } from '../../accounts/rows.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { hashKey } from '../../platform/bearer-key.ts';
import { viewChannel } from '../channels.ts';
import { attemptPictureLink } from '../pictures/picture-link.ts';
import { findChannel } from '../rows.ts';
import { shownAccount } from '../shown-account.ts';
import { qrImage } from './qr-image.ts';
import { findAttempt, findAttemptByKey, isLive, type StoredAttempt } from './rows.ts';

const SHORT_POLL_MS = 2_000;
const LONG_POLL_MS = 5_000;

/** While nothing changes, the pause grows by a tenth of the time since the last change. */
const BACK_OFF = 0.1;

/**
 * The attempt as it stands, for those who have its key. Reading moves nothing: it only has the worker ask more
 * often about a QR sign-in.
 *
 * @throws AppError `unauthorized`, the same for a wrong key and an unknown attempt
 */
export async function readWithKey(
  context: Context,
  id: string,
  key: string | undefined,
): Promise<StoredAttempt> {
  const attempt = key && (await findAttemptByKey(context.db, context.secrets, id, hashKey(key)));
  if (!attempt) throw new AppError('unauthorized');
  return asSeen(context, attempt);
}

/** The attempt as it stands; undefined when it is unknown. */
export async function readAttempt(
  context: Context,
  id: string,
): Promise<StoredAttempt | undefined> {
  const attempt = await findAttempt(context.db, context.secrets, id);
  return attempt && asSeen(context, attempt);
}

/**
 * What the viewer is told: an attempt whose time is over has expired, though the worker ends it some seconds later,
 * and one with a secret that cannot be opened has failed.
 */
function asSeen(context: Context, attempt: StoredAttempt): StoredAttempt {
  if (!isLive(attempt.state)) return attempt;
  if (attempt.expiresAt <= context.now())
    return { ...attempt, state: 'expired', reason: 'timed_out' };
  return attempt.isReadable ? attempt : { ...attempt, state: 'failed', reason: 'service_error' };
}

/** An attempt as the wire has it. Its only secrets are those that its own administrator must see to sign in. */
export async function viewAttempt(context: Context, attempt: StoredAttempt): Promise<Attempt> {
  const { shown } = attempt;
  const now = context.now();
  const view: Attempt = {
    id: attempt.id,
    connector: attempt.connector,
    auth: attempt.auth,
    state: attempt.state,
    poll_after_ms: pollAfterMs(attempt, now),
    expires_at: attempt.expiresAt.toISOString(),
    server_time: now.toISOString(),
  };
  if (attempt.reason !== null) view.reason = attempt.reason;
  if (attempt.account !== null) {
    const picture = attemptPictureLink(context, attempt);
    view.account = {
      ...shownAccount(attempt.account),
      ...(picture !== undefined && { avatar_url: picture }),
    };
  }
  if (attempt.state === 'waiting') {
    if (shown.authorizeUrl !== undefined) view.authorize_url = shown.authorizeUrl;
    if (shown.pairingCode !== undefined) view.pairing_code = shown.pairingCode;
    if (shown.qr !== undefined) {
      const { value, expiresAt, refreshed, refreshes } = shown.qr;
      view.qr = { image: qrImage(value), expires_at: expiresAt, refreshed, refreshes };
    }
  }
  if (attempt.resultChannelId !== null) {
    const { accountId, epoch } = attempt;
    const channel = await findChannel(context.db, {
      id: attempt.resultChannelId,
      accountId,
      epoch,
    });
    const settings = await findSettings(context.db, accountId, epoch);
    if (channel) {
      view.channel = viewChannel(context, channel, settings.defaultChannelId);
      const { avatar_url: picture } = view.channel.account;
      if (view.account && picture !== undefined) view.account.avatar_url = picture;
    }
  }
  return view;
}

function pollAfterMs(attempt: StoredAttempt, now: Date): number {
  if (!isLive(attempt.state)) return LONG_POLL_MS;
  const quietMs = Math.max(0, now.getTime() - attempt.updatedAt.getTime());
  return Math.round(Math.min(LONG_POLL_MS, SHORT_POLL_MS + quietMs * BACK_OFF));
}
