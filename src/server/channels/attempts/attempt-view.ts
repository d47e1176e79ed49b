import type { Attempt } from '../../../contract/api.ts';
import { findSettings } from '../../accounts/rows.ts';
import type { Parts } from '../../context.ts';
import { viewChannel } from '../channel-view.ts';
import { findChannel } from '../rows.ts';
import { qrImage } from './qr-image.ts';
import { isLive, type StoredAttempt } from './rows.ts';

const SHORT_POLL_MS = 2_000;
const LONG_POLL_MS = 5_000;

/** Without news the pause grows by a tenth of the time since the last. */
const BACK_OFF = 0.1;

/** An attempt as the wire has it. Holds nothing secret but what its own admin must see to sign in. */
export async function viewAttempt(parts: Parts, attempt: StoredAttempt): Promise<Attempt> {
  const { shown } = attempt;
  const now = parts.now();
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
  if (attempt.account !== null) view.account = attempt.account;
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
    const channel = await findChannel(parts.db, { id: attempt.resultChannelId, accountId, epoch });
    const settings = await findSettings(parts.db, accountId, epoch);
    if (channel) view.channel = viewChannel(parts, channel, settings.defaultChannelId);
  }
  return view;
}

function pollAfterMs(attempt: StoredAttempt, now: Date): number {
  if (!isLive(attempt.state)) return LONG_POLL_MS;
  const quietMs = Math.max(0, now.getTime() - attempt.updatedAt.getTime());
  return Math.round(Math.min(LONG_POLL_MS, SHORT_POLL_MS + quietMs * BACK_OFF));
}
