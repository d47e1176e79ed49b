import { setTimeout as sleep } from 'node:timers/promises';
import { type HeldLease, holdLease, LeaseLost, newLeaseOwner } from '../../platform/lease.ts';
import { type AccountHost, parseAccountHost } from '../account-host.ts';
import { isKommoError, KommoError, wasNeverSent } from '../errors.ts';
import type { Kommo } from '../kommo.ts';
import { exchangeRefreshToken, lookUpHost } from '../oauth.ts';
import {
  completeGrantRefresh,
  countRefreshAttempt,
  type Grant,
  type GrantLease,
  isPairCurrent,
  markGrantDead,
  releaseGrantLease,
  renewGrantLease,
  type TokenPair,
  takeGrantLease,
} from './rows.ts';

/** The outcome of one token call. */
type Outcome =
  | { kind: 'renewed'; pair: TokenPair }
  /** Kommo refuses the refresh token. `isFinal`: in words that leave no doubt. */
  | { kind: 'refused'; isFinal: boolean; error: KommoError }
  /** Kommo refuses our client, and did not look at the refresh token. */
  | { kind: 'client_refused'; error: KommoError }
  /** Kommo may have replaced the pair, and its answer did not reach us. */
  | { kind: 'lost'; error: KommoError }
  /** Nothing changed, as far as we can tell. `isCertain`: Kommo cannot have acted. */
  | { kind: 'failed'; isCertain: boolean; error: KommoError };

/**
 * Where an account is: elsewhere, where it was as far as Kommo tells, or unknown. `dead`: the domain lookup, where no
 * client has to prove itself, refuses the refresh token.
 */
type Whereabouts = AccountHost | 'same' | 'dead' | 'unknown';

const RENEW_EVERY_MS = 5_000;
/** How long a lease is trusted after its last renewal; shorter than `LEASE_MS` in `rows.ts`. */
const TRUSTED_MS = 12_000;
/** Token calls one lost answer may cost before an administrator is asked. */
const MAX_ATTEMPTS = 5;
/** Between those calls. Together well below 30 s, the grace some of Kommo's answers suggest. */
const PAUSE_AFTER_LOST_MS = [300, 1_000, 3_000, 6_000] as const;
/** Refusals of our client in a row after which the domain lookup's word on the grant is believed. */
const MAX_CLIENT_REFUSALS = 3;
/** How long to keep a new pair in memory when the database does not take it; longer than any refresh takes. */
const PERSIST_FOR_MS = 10 * 60_000;

/** Words of the OAuth server behind Kommo for a refresh token that will never work again. */
const FINAL_HINT = /\b(?:revoked|expired|invalid refresh token|decrypt the refresh token)\b/i;

/**
 * Trades one stored pair for the next one, at most once at a time over all replicas. The refresh token works once, so
 * every way this can go wrong has one of two ends: a working grant, or a grant that is visibly dead. Holds no
 * transaction, row lock or connection while it asks Kommo.
 *
 * @param seen - the pair that was seen
 * @param isForced - the API refused its token before its time
 * @returns false when somebody else is refreshing it, or has replaced it already
 * @throws KommoError when the refresh came to nothing; `reauthorize` when the grant is dead now
 */
export async function refreshPair(kommo: Kommo, seen: Grant, isForced: boolean): Promise<boolean> {
  const { db, log } = kommo;
  const { accountId, epoch, version } = seen;
  const lease: GrantLease = { accountId, epoch, version, owner: newLeaseOwner() };
  const takenAt = performance.now();
  if (!(await takeGrantLease(db, lease, seen.state === 'dead'))) return false;
  const onError = (error: unknown) =>
    log.warn({ err: error, accountId }, 'A token lease was not renewed');
  try {
    return await holdLease(
      RENEW_EVERY_MS,
      () => renewGrantLease(db, lease),
      async (held) => {
        const pair = await refreshUnderLease(kommo, seen, lease, held);
        return pair !== undefined && (await storePair(kommo, lease, pair, isForced));
      },
      { takenAt, onError },
    );
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn({ accountId, version }, 'A token refresh lost its lease');
    return false;
  }
}

/** The next pair; `undefined` when another process has taken the grant over. */
async function refreshUnderLease(
  kommo: Kommo,
  seen: Grant,
  lease: GrantLease,
  held: HeldLease,
): Promise<TokenPair | undefined> {
  const { db, log } = kommo;
  const { accountId } = seen;
  let host = seen.host === null ? undefined : parseAccountHost(seen.host);
  /** What the domain lookup said, once it was asked. */
  let whereabouts: Whereabouts | undefined;
  for (;;) {
    const attempts = await countAttempt(kommo, lease, held);
    const outcome = await askForPair(kommo, host, seen.refreshToken, held);
    if (outcome.kind === 'renewed') return outcome.pair;
    const { error } = outcome;
    const isRefusal = outcome.kind === 'refused' || outcome.kind === 'client_refused';
    const seemsMoved = isRefusal || error.kind === 'not_found';
    if (whereabouts === undefined && seemsMoved) {
      // A refusal concerns the grant only at the account's present address.
      whereabouts = await askWhereabouts(kommo, seen, host);
      if (typeof whereabouts === 'object') {
        host = whereabouts;
        await kommo.moveAccount(accountId, host);
        continue;
      }
    }
    if (outcome.kind === 'lost' && attempts < MAX_ATTEMPTS) {
      log.warn({ accountId, attempts }, 'Kommo’s new tokens were lost');
      await sleep(PAUSE_AFTER_LOST_MS[attempts - 1] ?? 0);
      continue;
    }
    if (outcome.kind === 'failed') {
      await releaseGrantLease(db, lease, {
        attempts: Math.max(outcome.isCertain ? 0 : 1, attempts - 1),
        delayMs: restMs(error, seen.failures),
      });
      throw error;
    }
    if (outcome.kind === 'client_refused' && !isBelieved(seen, whereabouts)) {
      log.error(
        { accountId, status: error.status, hint: error.hint },
        'Kommo refuses our client id or secret; check KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL',
      );
      // What was known of a dead grant stays, and it is probed again.
      if (seen.state === 'dead') await markGrantDead(db, lease, patientProbeDelayMs(seen.failures));
      else
        await releaseGrantLease(db, lease, {
          attempts: attempts - 1,
          delayMs: clientRestMs(seen.clientRefusals),
          isClientRefused: true,
        });
      throw error;
    }
    const isFinal = outcome.kind === 'refused' && outcome.isFinal && whereabouts !== 'unknown';
    const wasCurrent = await markGrantDead(
      db,
      { ...lease, lacksRights: false },
      isFinal ? null : probeDelayMs(seen.failures),
    );
    if (!wasCurrent) return undefined;
    log.warn(
      { accountId, attempts, hint: error.hint },
      'Kommo’s grant is dead; an administrator must authorize again',
    );
    throw new KommoError('reauthorize', { api: 'token', cause: error });
  }
}

/** Counts a token call that is about to be made. @throws LeaseLost */
async function countAttempt({ db }: Kommo, lease: GrantLease, held: HeldLease): Promise<number> {
  let attempts: number | undefined;
  await held.confirm(async () => {
    attempts = await countRefreshAttempt(db, lease);
    return attempts !== undefined;
  });
  return attempts ?? 0;
}

async function askForPair(
  kommo: Kommo,
  host: AccountHost | undefined,
  refreshToken: string,
  held: HeldLease,
): Promise<Outcome> {
  if (host === undefined) {
    const error = new KommoError('not_found', { api: 'token' });
    return { kind: 'refused', isFinal: false, error };
  }
  try {
    const beforeSend = () => held.assertFresh(TRUSTED_MS);
    const pair = await exchangeRefreshToken(kommo, host, refreshToken, beforeSend);
    return { kind: 'renewed', pair };
  } catch (error) {
    if (!isKommoError(error)) throw error;
    if (error.kind === 'misconfigured') return { kind: 'client_refused', error };
    if (error.kind === 'unauthorized' || error.kind === 'rejected') {
      return { kind: 'refused', isFinal: FINAL_HINT.test(error.hint ?? ''), error };
    }
    if (error.kind !== 'unavailable') return { kind: 'failed', isCertain: true, error };
    if (wasNeverSent(error)) return { kind: 'failed', isCertain: true, error };
    const wasAnswered = error.status !== undefined && !(error.status >= 200 && error.status < 300);
    return wasAnswered ? { kind: 'failed', isCertain: false, error } : { kind: 'lost', error };
  }
}

async function askWhereabouts(
  kommo: Kommo,
  grant: Grant,
  from: AccountHost | undefined,
): Promise<Whereabouts> {
  try {
    const found = await lookUpHost(kommo, grant);
    return found === undefined || found.host === from?.host ? 'same' : found;
  } catch (error) {
    if (!isKommoError(error)) throw error;
    return error.kind === 'unauthorized' ? 'dead' : 'unknown';
  }
}

/**
 * The old pair may be dead by now, so we do not give the new one up because the database stumbles, nor because
 * another process took the lease: Kommo will refuse that one, and then only this pair works.
 */
async function storePair(
  { db, secrets, now, log }: Kommo,
  lease: GrantLease,
  pair: TokenPair,
  isForced: boolean,
): Promise<boolean> {
  const { accountId } = lease;
  const giveUpAt = performance.now() + PERSIST_FOR_MS;
  for (let pauseMs = 200; ; pauseMs = Math.min(5_000, pauseMs * 2)) {
    try {
      if (await completeGrantRefresh(db, secrets, lease, pair, now(), isForced)) return true;
      if (performance.now() > giveUpAt || !(await isPairCurrent(db, lease))) {
        log.warn({ accountId }, 'New tokens came too late and were dropped');
        return false;
      }
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      log.error({ err: error, accountId }, 'New tokens are not stored yet');
    }
    await sleep(pauseMs);
  }
}

/**
 * Whether a refusal of our client means the end of the grant after all: it was the last of several, and the domain
 * lookup refuses the refresh token as well, or cannot be asked. For a grant that was dead already, the lookup's word
 * is enough.
 */
function isBelieved(seen: Grant, whereabouts: Whereabouts | undefined): boolean {
  if (seen.state === 'dead') return whereabouts === 'dead';
  const isLast = seen.clientRefusals + 1 >= MAX_CLIENT_REFUSALS;
  return isLast && (whereabouts === 'dead' || seen.apiDomain === null);
}

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const UNPAID_REST_MS = 15 * 60_000;
const BLOCKED_REST_MS = 5 * 60_000;
const FIRST_CLIENT_REST_MS = 3 * 60_000;
const LONGEST_CLIENT_REST_MS = 30 * 60_000;
const FIRST_PROBE_MS = 60 * 60_000;
const LONGEST_PROBE_MS = 24 * 60 * 60_000;
const MAX_PROBES = 12;
const PATIENT_PROBE_MS = 7 * LONGEST_PROBE_MS;

/**
 * When to probe a grant whose user lacks rights, or about which Kommo said nothing. Probing keeps it working, so it
 * goes on, ever more seldom.
 */
export function patientProbeDelayMs(failures: number): number {
  return probeDelayMs(failures) ?? PATIENT_PROBE_MS;
}

/** When to probe a grant that died without a final word; null: never. */
export function probeDelayMs(failures: number): number | null {
  if (failures >= MAX_PROBES) return null;
  return Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** failures);
}

/** How long a grant rests after a refresh that changed nothing. */
function restMs(error: KommoError, failures: number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  if (error.kind === 'payment_required') return UNPAID_REST_MS;
  if (error.kind === 'blocked') return BLOCKED_REST_MS;
  return spread(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures));
}

/** How long it rests after Kommo refused our client; the operator has to do something. */
function clientRestMs(refusals: number): number {
  return spread(Math.min(LONGEST_CLIENT_REST_MS, FIRST_CLIENT_REST_MS * 2 ** refusals));
}

/** Keeps accounts that failed together from trying again together. */
function spread(delayMs: number): number {
  return delayMs * (0.5 + Math.random() * 0.5);
}
