import type { Outbound, OutboundStream } from '../platform/outbound.ts';
import type { Pace } from '../platform/pace.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { createOpenStream, createTransport } from './call-account.ts';
import type { Kommo, KommoSettings } from './kommo.ts';
import { countRequests, timeTurns } from './measured.ts';
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
}: Pick<Kommo, 'moveAccount' | 'db' | 'secrets' | 'now' | 'log' | 'metrics'> & {
  settings: KommoSettings;
  /** The backend's own origin. */
  publicUrl: string;
  send: Outbound;
  stream: OutboundStream;
  pace: Pace;
  /** Budget of all replicas together towards the chat API. */
  amojoRequestsPerSecond: number;
}): Kommo {
  const { db, now, log, metrics, settings } = given;
  const { emulatorUrl } = settings;
  const budget = new Rate(db, pace.kommoSpacingMs);
  const rate = {
    wait: timeTurns(budget.wait.bind(budget), 'kommo', metrics),
    pause: budget.pause.bind(budget),
  };
  const amojo = new AmojoBudget(db, amojoRequestsPerSecond);
  const shared = {
    ...given,
    redirectUri: `${publicUrl}${REDIRECT_PATH}`,
    send: countRequests(createTransport({ send, rate, emulatorUrl, now, log }), metrics),
    openStream: createOpenStream(stream, emulatorUrl),
    amojoBudget: {
      wait: timeTurns(amojo.wait.bind(amojo), 'amojo', metrics),
      pause: amojo.pause.bind(amojo),
    },
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
