import type { Db } from '../platform/database/database.ts';
import type { Secrets } from '../platform/database/secrets.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Pace } from '../platform/pace.ts';
import type { AccountHost } from './account-host.ts';
import {
  buryGrant,
  completeGrantRefresh,
  countRefreshAttempt,
  findGrant,
  grantsDueForProbe,
  idleGrants,
  releaseGrantLease,
  renewGrantLease,
  reviveGrant,
  takeGrantLease,
  UnreadableGrant,
  unsettledGrants,
} from './grants/rows.ts';
import { Kommo } from './kommo.ts';
import type { KommoLog } from './log.ts';
import { forgetIdleBuckets, pauseBucket, reserveInstant } from './rate/rows.ts';

/** Path of the address Kommo sends authorization codes to; registered with the integration. */
const REDIRECT_PATH = '/kommo/oauth/callback';

/** Who this integration is at Kommo, from the environment. */
export interface KommoSettings {
  clientId: string;
  clientSecret: string;
  channelId: string;
  channelSecret: string;
  channelCode: string;
  channelTitle: string;
  widgetCode: string;
  /** Development only: every call to a validated Kommo host goes here instead. */
  emulatorUrl: URL | undefined;
}

/** Puts the Kommo client and the tables it keeps its grants and its request budget in together. */
export function createKommo(parts: {
  settings: KommoSettings;
  /** The backend's own origin. */
  publicUrl: string;
  /** Notes that an account lives at another address now. */
  moveAccount: (accountId: number, host: AccountHost) => Promise<void>;
  db: Db;
  secrets: Secrets;
  send: Outbound;
  pace: Pace;
  now: () => Date;
  log: KommoLog;
}): Kommo {
  const { settings: kommo, publicUrl, db, secrets, send, pace, now, log } = parts;
  return Kommo.create({
    clientId: kommo.clientId,
    clientSecret: kommo.clientSecret,
    redirectUri: `${publicUrl}${REDIRECT_PATH}`,
    channel: {
      id: kommo.channelId,
      secret: kommo.channelSecret,
      code: kommo.channelCode,
      title: kommo.channelTitle,
    },
    emulatorUrl: kommo.emulatorUrl,
    grants: {
      find: async (accountId) => {
        try {
          return await findGrant(db, secrets, accountId);
        } catch (error) {
          if (!(error instanceof UnreadableGrant)) throw error;
          // As good as no grant: nothing is sent with what cannot be trusted, and the admin is asked.
          if (error.isAlive && (await buryGrant(db, error.key, null))) {
            log.error({ err: error, accountId }, 'The grant of an account cannot be opened');
          }
          return undefined;
        }
      },
      takeLease: (lease, probing) => takeGrantLease(db, lease, probing),
      renewLease: (lease) => renewGrantLease(db, lease),
      countAttempt: (lease) => countRefreshAttempt(db, lease),
      completeRefresh: (lease, pair, refreshedAt, isForced) =>
        completeGrantRefresh(db, secrets, lease, pair, refreshedAt, isForced),
      release: (lease, release) => releaseGrantLease(db, lease, release),
      bury: (key, probeInMs) => buryGrant(db, key, probeInMs),
      revive: (key) => reviveGrant(db, key),
      moveHost: parts.moveAccount,
      unsettled: (limit) => unsettledGrants(db, limit),
      dueForProbe: (limit) => grantsDueForProbe(db, limit),
      idle: (before, limit) => idleGrants(db, before, limit),
    },
    rates: {
      reserve: (wish) => reserveInstant(db, wish),
      pause: (wish) => pauseBucket(db, wish),
      forgetIdle: () => forgetIdleBuckets(db),
    },
    spacingMs: pace.kommoSpacingMs,
    send,
    now,
    log,
  });
}
