import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from '../../platform/concurrently.ts';
import { SETTLING_MS } from '../call-account.ts';
import { isKommoError } from '../errors.ts';
import type { Kommo } from '../kommo.ts';
import { forgetIdleBuckets } from '../rate/rows.ts';
import { isAdministratorsToken } from '../rest/account.ts';
import { patientProbeDelayMs, probeDelayMs } from './refresh.ts';
import {
  type Grant,
  grantsDueForProbe,
  idleGrants,
  markGrantAlive,
  markGrantDead,
  unsettledGrants,
} from './rows.ts';
import { findReadableGrant, refreshOnce } from './session.ts';

// Maintenance of grants that nobody is using: after a crash, after they died, before they expire unused.
// The worker does it, with `background()`.

/** Refresh tokens die after three months unused; one refresh a week keeps them far from that. */
const IDLE_MS = 7 * 24 * 60 * 60_000;
/** How long one round waits for the refreshes it began. */
const ROUND_MS = 5_000;
const RECOVERED_AT_ONCE = 20;
const PROBED_AT_ONCE = 20;
const KEPT_ALIVE_AT_ONCE = 25;

/** Probes under way in this process, the slow ones of earlier rounds among them. */
let probes = 0;

/**
 * Finishes refreshes whose holder died or whose outcome was unclear. Call it every few seconds: a lost pair must be
 * requested again while Kommo may still give it.
 *
 * @returns how many grants it found
 */
export async function recoverLostRefreshes(kommo: Kommo): Promise<number> {
  const unsettled = await unsettledGrants(kommo.db, RECOVERED_AT_ONCE);
  await forEachGrant(kommo, unsettled, (grant) => refreshLiving(kommo, grant));
  return unsettled.length;
}

/** Probes dead grants that are due. Call it every few seconds. @returns how many it found */
export async function probeDeadGrants(kommo: Kommo): Promise<number> {
  const free = PROBED_AT_ONCE - probes;
  const dead = free > 0 ? await grantsDueForProbe(kommo.db, free) : [];
  await forEachGrant(kommo, dead, (grant) => {
    probes += 1;
    return probe(kommo, grant).finally(() => {
      probes -= 1;
    });
  });
  return dead.length;
}

/** Refreshes grants that nobody used for a week. Call it every few minutes. @returns how many it found */
export async function refreshIdleGrants(kommo: Kommo): Promise<number> {
  await forgetIdleBuckets(kommo.db);
  const before = new Date(kommo.now().getTime() - IDLE_MS);
  const idle = await idleGrants(kommo.db, before, KEPT_ALIVE_AT_ONCE);
  await forEachGrant(kommo, idle, (grant) => refreshLiving(kommo, grant));
  return idle.length;
}

/** A slow answer must not keep the next round from finding others; its own work goes on. */
async function forEachGrant(
  kommo: Kommo,
  accountIds: number[],
  work: (grant: Grant) => Promise<unknown>,
): Promise<void> {
  // One account's trouble does not concern the next; the next round finds what is still due.
  const onError = (error: unknown, accountId: number) => {
    if (isKommoError(error)) {
      const { kind, status } = error;
      kommo.log.debug({ accountId, kind, status }, 'A refresh came to nothing');
    } else kommo.log.error({ err: error, accountId }, 'A grant could not be maintained');
  };
  const limits = { limit: accountIds.length, patienceMs: ROUND_MS, onError };
  await concurrently(accountIds, limits, async (accountId) => {
    const grant = await findReadableGrant(kommo, accountId);
    if (grant !== undefined) await work(grant);
  });
}

async function refreshLiving(kommo: Kommo, grant: Grant): Promise<void> {
  if (grant.state === 'alive') await refreshOnce(kommo, grant);
}

async function probe(kommo: Kommo, grant: Grant): Promise<void> {
  if (grant.state === 'alive' || !(await refreshOnce(kommo, grant))) return;
  const renewed = await findReadableGrant(kommo, grant.accountId);
  if (renewed === undefined || renewed.state === 'alive') return;
  let standing = await standingOf(kommo, renewed);
  if (standing === 'refused') {
    // One refusal of a new token proves nothing.
    await sleep(SETTLING_MS);
    standing = await standingOf(kommo, renewed);
  }
  if (standing === 'works') {
    await markGrantAlive(kommo.db, renewed);
    kommo.log.info({ accountId: grant.accountId }, 'A grant that had died works again');
    return;
  }
  // Trouble proves nothing: what was known of the grant stays, and it is probed again.
  const verdict = standing === 'unknown' ? {} : { lacksRights: standing === 'lacks_rights' };
  const delayMs = standing === 'refused' ? probeDelayMs : patientProbeDelayMs;
  await markGrantDead(kommo.db, { ...renewed, ...verdict }, delayMs(renewed.failures));
}

/** What Kommo's API lets a grant's token do; `unknown`: it was in trouble. */
async function standingOf(
  kommo: Kommo,
  { host, accessToken }: Grant,
): Promise<'works' | 'lacks_rights' | 'refused' | 'unknown'> {
  if (host === null) return 'refused';
  try {
    return (await isAdministratorsToken(kommo, host, accessToken)) ? 'works' : 'lacks_rights';
  } catch (error) {
    if (!isKommoError(error)) throw error;
    return error.kind === 'unauthorized' ? 'refused' : 'unknown';
  }
}
