import type { Outbound, OutboundStream } from '../platform/outbound.ts';
import type { Pace } from '../platform/pace.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { createOpenStream, createTransport } from './call-account.ts';
import type { Kommo, KommoSettings } from './kommo.ts';
import { AmojoBudget } from './rate/amojo-budget.ts';
import { Rate, type Urgency } from './rate/rate.ts';

/** Path of the address Kommo sends authorization codes to; registered with the integration. */
const REDIRECT_PATH = '/kommo/oauth/callback';

const DEFAULT_GRACE_MS = 1_500;

/** Opens the way to Kommo: the budget all replicas share, and the refreshes of this process. */
export function createKommo({
  publicUrl,
  send,
  stream,
  pace,
  amojoRequestsPerSecond,
  ...given
}: Pick<Kommo, 'moveAccount' | 'db' | 'secrets' | 'now' | 'log'> & {
  settings: KommoSettings;
  /** The backend's own origin. */
  publicUrl: string;
  send: Outbound;
  stream: OutboundStream;
  pace: Pace;
  /** Budget of all replicas together towards the chat API. */
  amojoRequestsPerSecond: number;
}): Kommo {
  const { db, now, log, settings } = given;
  const rate = new Rate(db, pace.kommoSpacingMs);
  const shared = {
    ...given,
    redirectUri: `${publicUrl}${REDIRECT_PATH}`,
    send: createTransport({ send, rate, emulatorUrl: settings.emulatorUrl, now, log }),
    openStream: createOpenStream(stream, settings.emulatorUrl),
    amojoBudget: new AmojoBudget(db, amojoRequestsPerSecond),
    refreshes: new Map<number, Promise<boolean>>(),
    close: async (graceMs = DEFAULT_GRACE_MS) => {
      await withTimeout(graceMs, Promise.allSettled(shared.refreshes.values()));
    },
  };
  const withUrgency = (urgency: Urgency): Kommo => ({
    ...shared,
    urgency,
    background: () => withUrgency('bulk'),
    forInstall: ({ isVouched }) => withUrgency(isVouched ? 'vouched' : 'unproven'),
  });
  return withUrgency('interactive');
}
