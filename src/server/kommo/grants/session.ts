import { setTimeout as sleep } from 'node:timers/promises';
import { withTimeout } from '../../platform/with-timeout.ts';
import { type AccountHost, parseAccountHost } from '../account-host.ts';
import { isKommoError, KommoError } from '../errors.ts';
import type { Kommo } from '../kommo.ts';
import { lookUpHost } from '../oauth.ts';
import { patientProbeDelayMs, probeDelayMs, refreshPair } from './refresh.ts';
import { findGrant, type Grant, markGrantDead, UnreadableGrant } from './rows.ts';

/** A grant ready to be used: the pair, and the address to use it at. */
export interface Session {
  grant: Grant;
  host: AccountHost;
}

/** How long a caller waits for a refresh, their own or another's. The refresh itself goes on. */
const WAIT_MS = 10_000;
/** Renewed this long before the end, or in the last tenth of a token's life if that is shorter. */
const EARLY_MS = 60_000;
/** When to ask again after Kommo refused a token it had only just issued. */
const REFUSED_REST_SECONDS = 5;
const POLL_MS = 150;
const LONGEST_POLL_MS = 500;

/**
 * A token that works. Renews an expired one once, however many callers need it. Reads the database every time,
 * because another replica may have renewed the pair, or an uninstall ended it, a moment ago.
 *
 * @throws KommoError `reauthorize` when there is no living grant, `busy` when a refresh takes long
 */
export async function currentSession(kommo: Kommo, accountId: number): Promise<Session> {
  const grant = await getLivingGrant(kommo, accountId);
  const leftMs = grant.expiresAt.getTime() - kommo.now().getTime();
  const lifeMs = grant.expiresAt.getTime() - grant.refreshedAt.getTime();
  if (leftMs > Math.max(0, Math.min(EARLY_MS, lifeMs / 10))) return await sessionOf(kommo, grant);
  try {
    return await sessionOf(kommo, await replacementOf(kommo, grant));
  } catch (error) {
    // While the old token has some time left, a failed renewal does no harm yet.
    if (leftMs > 0 && isKommoError(error) && error.kind !== 'reauthorize') {
      return await sessionOf(kommo, grant);
    }
    throw error;
  }
}

/**
 * A token other than this one, which Kommo refused; `undefined` when this hour has already seen as many refreshes as
 * refused tokens may cost.
 *
 * @throws KommoError as `currentSession`
 */
export async function renewSession(kommo: Kommo, { grant }: Session): Promise<Session | undefined> {
  if (!grant.mayForceRefresh) {
    const { version } = await getLivingGrant(kommo, grant.accountId);
    if (version === grant.version) return undefined;
  }
  return await sessionOf(kommo, await replacementOf(kommo, grant, true));
}

/** The same grant at the account's new address; `undefined` when it has not moved, or nobody can tell. */
export async function followAccount(
  kommo: Kommo,
  { grant, host }: Session,
): Promise<Session | undefined> {
  const found = await tryLookUpHost(kommo, grant);
  if (found === undefined || found.host === host.host) return undefined;
  const { accountId } = grant;
  await kommo.moveAccount(accountId, found);
  kommo.log.info({ accountId, kommoHost: found.host }, 'An account has moved');
  return { grant: { ...grant, host: found.host }, host: found };
}

/**
 * Kommo refused a token it had only just issued. One such answer proves nothing: the next caller tries a newer token,
 * until this hour has seen enough of them.
 *
 * @throws KommoError `reauthorize` when it has, else `unavailable`
 */
export async function giveUp(
  { db, log }: Kommo,
  { grant }: Session,
  cause: KommoError,
): Promise<never> {
  if (grant.mayForceRefresh) {
    throw new KommoError('unavailable', { cause, retryAfterSeconds: REFUSED_REST_SECONDS });
  }
  if (await markGrantDead(db, grant, probeDelayMs(grant.failures))) {
    log.warn({ accountId: grant.accountId }, 'Kommo refuses a fresh token');
  }
  throw new KommoError('reauthorize', { cause });
}

/**
 * Kommo says that the grant's user may not do what was asked. Waiting does not cure that; another
 * administrator's access does, or the rights given back.
 */
export async function markWithoutRights({ db, log }: Kommo, { grant }: Session): Promise<void> {
  const marked = { ...grant, lacksRights: true };
  if (await markGrantDead(db, marked, patientProbeDelayMs(grant.failures))) {
    log.warn(
      { accountId: grant.accountId },
      'Kommo refuses the rights of the user who gave access; an administrator must authorize again',
    );
  }
}

/** The stored grant, working or not; `undefined` when there is none, or no key opens it. */
export async function findReadableGrant(
  { db, secrets, log }: Kommo,
  accountId: number,
): Promise<Grant | undefined> {
  try {
    return await findGrant(db, secrets, accountId);
  } catch (error) {
    if (!(error instanceof UnreadableGrant)) throw error;
    // As good as no grant: we send nothing with what we cannot trust, and ask the admin.
    if (error.isAlive && (await markGrantDead(db, error.key, null))) {
      log.error({ err: error, accountId }, 'The grant of an account cannot be opened');
    }
    return undefined;
  }
}

/**
 * Refreshes a pair, joining a refresh this process has already begun. False: another process is refreshing it.
 * `isForced`: the API refused its token before its time.
 *
 * @throws KommoError
 */
export async function refreshOnce(kommo: Kommo, seen: Grant, isForced = false): Promise<boolean> {
  const { refreshes } = kommo;
  const inFlight = refreshes.get(seen.accountId);
  if (inFlight !== undefined) return await inFlight;
  const refresh = counted(kommo, refreshPair(kommo, seen, isForced));
  const flight = refresh.finally(() => refreshes.delete(seen.accountId));
  refreshes.set(seen.accountId, flight);
  return await flight;
}

/** One that another process is doing, or that has to rest, is no refresh of ours. */
async function counted({ metrics }: Kommo, refresh: Promise<boolean>): Promise<boolean> {
  try {
    const isMine = await refresh;
    if (isMine) metrics.refreshEnded('renewed');
    return isMine;
  } catch (error) {
    metrics.refreshEnded(isKommoError(error, 'reauthorize') ? 'dead' : 'failed');
    throw error;
  }
}

/** The stored grant. @throws KommoError `reauthorize` when there is none, or it is dead */
async function getLivingGrant(kommo: Kommo, accountId: number): Promise<Grant> {
  const grant = await findReadableGrant(kommo, accountId);
  if (grant === undefined || grant.state === 'dead') throw new KommoError('reauthorize');
  return grant;
}

async function replacementOf(kommo: Kommo, seen: Grant, isForced = false): Promise<Grant> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (let pollMs = POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.5)) {
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) throw new KommoError('busy', { retryAfterSeconds: 5 });
    const isMine = await withTimeout(leftMs, refreshOnce(kommo, seen, isForced));
    const grant = await getLivingGrant(kommo, seen.accountId);
    if (grant.version !== seen.version || grant.epoch !== seen.epoch) return grant;
    if (isMine === false) {
      if (grant.retryInMs > 0) {
        throw new KommoError(grant.clientRefusals > 0 ? 'misconfigured' : 'unavailable', {
          api: 'token',
          retryAfterSeconds: Math.ceil(grant.retryInMs / 1000),
        });
      }
      await sleep(pollMs);
    }
  }
}

async function sessionOf(kommo: Kommo, grant: Grant): Promise<Session> {
  const host = grant.host === null ? undefined : parseAccountHost(grant.host);
  if (host !== undefined) return { grant, host };
  const found = await tryLookUpHost(kommo, grant);
  if (found === undefined) throw new KommoError('reauthorize');
  await kommo.moveAccount(grant.accountId, found);
  return { grant: { ...grant, host: found.host }, host: found };
}

/** `undefined` also when nobody can tell. */
async function tryLookUpHost(kommo: Kommo, grant: Grant): Promise<AccountHost | undefined> {
  try {
    return await lookUpHost(kommo, grant);
  } catch (error) {
    if (isKommoError(error)) return undefined;
    throw error;
  }
}
