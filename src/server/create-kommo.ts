import type { Config } from './config.ts';
import { Kommo } from './kommo/kommo.ts';
import type { KommoLog } from './kommo/log.ts';
import type { Outbound } from './outbound.ts';
import type { Pace } from './pace.ts';
import { moveAccount } from './storage/accounts.ts';
import type { Db } from './storage/database.ts';
import { buryGrant, grantsDueForProbe, reviveGrant } from './storage/dead-grants.ts';
import {
  completeGrantRefresh,
  countRefreshAttempt,
  idleGrants,
  releaseGrantLease,
  renewGrantLease,
  restUnreadableGrant,
  takeGrantLease,
  unsettledGrants,
} from './storage/grant-leases.ts';
import { findGrant } from './storage/grants.ts';
import { forgetIdleBuckets, pauseBucket, reserveInstant } from './storage/rate-buckets.ts';
import { CannotUnseal, type Secrets } from './storage/secrets.ts';

/** Path of the address Kommo sends authorization codes to; registered with the integration. */
const REDIRECT_PATH = '/kommo/oauth/callback';

/** Puts the Kommo client and the tables it keeps its grants and its request budget in together. */
export function createKommo(parts: {
  config: Config;
  db: Db;
  secrets: Secrets;
  send: Outbound;
  pace: Pace;
  now: () => Date;
  log: KommoLog;
}): Kommo {
  const { config, db, secrets, send, pace, now, log } = parts;
  const { kommo } = config;
  return Kommo.create({
    clientId: kommo.clientId,
    clientSecret: kommo.clientSecret,
    redirectUri: `${config.publicUrl}${REDIRECT_PATH}`,
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
          if (!(error instanceof CannotUnseal)) throw error;
          // As good as no grant: nothing is sent with what cannot be trusted, and the admin is asked.
          log.error({ err: error, accountId }, 'The grant of an account cannot be opened');
          await restUnreadableGrant(db, accountId);
          return undefined;
        }
      },
      takeLease: (lease, probing) => takeGrantLease(db, lease, probing),
      renewLease: (lease) => renewGrantLease(db, lease),
      countAttempt: (lease) => countRefreshAttempt(db, lease),
      completeRefresh: (lease, pair, refreshedAt) =>
        completeGrantRefresh(db, secrets, lease, pair, refreshedAt),
      release: (lease, release) => releaseGrantLease(db, lease, release),
      bury: (key, probeInMs) => buryGrant(db, key, probeInMs),
      revive: (key) => reviveGrant(db, key),
      moveHost: (accountId, host) => moveAccount(db, accountId, host),
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
