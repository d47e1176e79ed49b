import { setTimeout as sleep } from 'node:timers/promises';
import { type HeldLease, holdLease, LeaseLost, newLeaseOwner } from '../../platform/lease.ts';
import { type AccountHost, parseAccountHost } from '../account-host.ts';
import { isKommoError, KommoError } from '../errors.ts';
import type { KommoLog } from '../log.ts';
import type { Urgency } from '../rate/rate.ts';
import { type Transport, wasNeverSent } from '../transport.ts';
import { lookUpHost } from './domain-lookup.ts';
import type { Grant, GrantStore, Lease } from './grant-store.ts';
import { clientRestMs, patientProbeDelayMs, probeDelayMs, restMs } from './refresh-delays.ts';
import type { TokenEndpoint, TokenPair } from './token-endpoint.ts';

/** What one token call came to. */
type Outcome =
  | { kind: 'renewed'; pair: TokenPair }
  /** Kommo refuses the refresh token. `isFinal`: in words that leave no doubt. */
  | { kind: 'refused'; isFinal: boolean; error: KommoError }
  /** Kommo refuses our client, and did not look at the refresh token. */
  | { kind: 'client_refused'; error: KommoError }
  /** Kommo may have replaced the pair, and its answer did not reach us. */
  | { kind: 'lost'; error: KommoError }
  /** Nothing changed, as far as can be told. `isCertain`: Kommo cannot have acted. */
  | { kind: 'failed'; isCertain: boolean; error: KommoError };

/**
 * Where an account is: elsewhere, where it was as far as Kommo tells, or nobody could say. `dead`: Kommo refuses
 * the refresh token there, where no client has to prove itself.
 */
type Whereabouts = AccountHost | 'same' | 'dead' | 'unknown';

const RENEW_EVERY_MS = 5_000;
/** How long a lease is trusted after its last renewal; see `LEASE_MS` in `rows.ts`. */
const TRUSTED_MS = 12_000;
/** Token calls one lost answer may cost before an administrator is asked. */
const MAX_ATTEMPTS = 5;
/** Between those calls. Together well below 30 s, the grace some of Kommo's answers suggest. */
const PAUSE_AFTER_LOST_MS = [300, 1_000, 3_000, 6_000] as const;
/** Refusals of our client in a row after which the domain lookup's word on the grant is believed. */
const MAX_CLIENT_REFUSALS = 3;
/** How long a new pair is held in memory when the database does not take it; longer than anybody's refresh takes. */
const PERSIST_FOR_MS = 10 * 60_000;

/** Words of the OAuth server behind Kommo for a refresh token that will never work again. */
const FINAL_HINT = /\b(?:revoked|expired|invalid refresh token|decrypt the refresh token)\b/i;

/**
 * Trades one stored pair for the next one, at most once at a time over all replicas. The refresh token
 * works once, so every way this can go wrong has one of two ends: a working grant, or a grant that is
 * visibly dead. No transaction, row lock or connection is held while Kommo is asked.
 */
export class Refresher {
  readonly #store: GrantStore;
  readonly #endpoint: TokenEndpoint;
  readonly #transport: Transport;
  readonly #now: () => Date;
  readonly #log: KommoLog;

  constructor(options: {
    store: GrantStore;
    endpoint: TokenEndpoint;
    transport: Transport;
    now: () => Date;
    log: KommoLog;
  }) {
    this.#store = options.store;
    this.#endpoint = options.endpoint;
    this.#transport = options.transport;
    this.#now = options.now;
    this.#log = options.log;
  }

  /**
   * Refreshes the pair that was seen; `isForced`: since the API refused its token before its time. False:
   * somebody else is at it, or it was replaced already.
   *
   * @throws KommoError when the refresh came to nothing; `reauthorize` when the grant is dead now
   */
  async refresh(seen: Grant, urgency: Urgency, isForced = false): Promise<boolean> {
    const { accountId, epoch, version } = seen;
    const lease: Lease = { accountId, epoch, version, owner: newLeaseOwner() };
    const takenAt = performance.now();
    if (!(await this.#store.takeLease(lease, seen.state === 'dead'))) return false;
    const onError = (error: unknown) =>
      this.#log.warn({ err: error, accountId }, 'A token lease was not renewed');
    try {
      return await holdLease(
        RENEW_EVERY_MS,
        () => this.#store.renewLease(lease),
        async (held) => {
          const pair = await this.#underLease(seen, lease, held, urgency);
          return pair !== undefined && (await this.#persist(lease, pair, isForced));
        },
        { takenAt, onError },
      );
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#log.warn({ accountId, version }, 'A token refresh lost its lease');
      return false;
    }
  }

  /** The next pair; `undefined` when the grant became somebody else's to judge. */
  async #underLease(
    seen: Grant,
    lease: Lease,
    held: HeldLease,
    urgency: Urgency,
  ): Promise<TokenPair | undefined> {
    let host = seen.host === null ? undefined : parseAccountHost(seen.host);
    /** What the domain lookup said, once it was asked. */
    let whereabouts: Whereabouts | undefined;
    for (;;) {
      const attempts = await this.#countAttempt(lease, held);
      const outcome = await this.#call(host, seen.refreshToken, urgency, held);
      if (outcome.kind === 'renewed') return outcome.pair;
      const { error } = outcome;
      const isRefusal = outcome.kind === 'refused' || outcome.kind === 'client_refused';
      const seemsMoved = isRefusal || error.kind === 'not_found';
      if (whereabouts === undefined && seemsMoved) {
        // Only at the account's present address is a refusal the grant's.
        whereabouts = await this.#whereabouts(seen, host, urgency);
        if (typeof whereabouts === 'object') {
          host = whereabouts;
          await this.#store.moveHost(lease.accountId, host);
          continue;
        }
      }
      if (outcome.kind === 'lost' && attempts < MAX_ATTEMPTS) {
        this.#log.warn({ accountId: lease.accountId, attempts }, 'Kommo’s new tokens were lost');
        await sleep(PAUSE_AFTER_LOST_MS[attempts - 1] ?? 0);
        continue;
      }
      if (outcome.kind === 'failed') {
        await this.#store.release(lease, {
          attempts: Math.max(outcome.isCertain ? 0 : 1, attempts - 1),
          delayMs: restMs(error, seen.failures),
        });
        throw error;
      }
      if (outcome.kind === 'client_refused' && !isBelieved(seen, whereabouts)) {
        this.#log.error(
          { accountId: lease.accountId, status: error.status, hint: error.hint },
          'Kommo refuses our client id or secret; check KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL',
        );
        // What was known of a dead grant stays, and it is looked at again.
        if (seen.state === 'dead')
          await this.#store.bury(lease, patientProbeDelayMs(seen.failures));
        else
          await this.#store.release(lease, {
            attempts: attempts - 1,
            delayMs: clientRestMs(seen.clientRefusals),
            isClientRefused: true,
          });
        throw error;
      }
      const isFinal = outcome.kind === 'refused' && outcome.isFinal && whereabouts !== 'unknown';
      const wasCurrent = await this.#store.bury(
        { ...lease, lacksRights: false },
        isFinal ? null : probeDelayMs(seen.failures),
      );
      if (!wasCurrent) return undefined;
      this.#log.warn(
        { accountId: lease.accountId, attempts, hint: error.hint },
        'Kommo’s grant is dead; an administrator must authorize again',
      );
      throw new KommoError('reauthorize', { api: 'token', cause: error });
    }
  }

  /** Counts a token call that is about to be made. @throws LeaseLost */
  async #countAttempt(lease: Lease, held: HeldLease): Promise<number> {
    let attempts: number | undefined;
    await held.confirm(async () => {
      attempts = await this.#store.countAttempt(lease);
      return attempts !== undefined;
    });
    return attempts ?? 0;
  }

  async #call(
    host: AccountHost | undefined,
    refreshToken: string,
    urgency: Urgency,
    held: HeldLease,
  ): Promise<Outcome> {
    if (host === undefined) {
      const error = new KommoError('not_found', { api: 'token' });
      return { kind: 'refused', isFinal: false, error };
    }
    try {
      const pair = await this.#endpoint.refresh(host, refreshToken, urgency, () =>
        held.assertFresh(TRUSTED_MS),
      );
      return { kind: 'renewed', pair };
    } catch (error) {
      if (!isKommoError(error)) throw error;
      if (error.kind === 'misconfigured') return { kind: 'client_refused', error };
      if (error.kind === 'unauthorized' || error.kind === 'rejected') {
        return { kind: 'refused', isFinal: FINAL_HINT.test(error.hint ?? ''), error };
      }
      if (error.kind !== 'unavailable') return { kind: 'failed', isCertain: true, error };
      if (wasNeverSent(error)) return { kind: 'failed', isCertain: true, error };
      const wasAnswered =
        error.status !== undefined && !(error.status >= 200 && error.status < 300);
      return wasAnswered ? { kind: 'failed', isCertain: false, error } : { kind: 'lost', error };
    }
  }

  async #whereabouts(
    grant: Grant,
    from: AccountHost | undefined,
    urgency: Urgency,
  ): Promise<Whereabouts> {
    try {
      const found = await lookUpHost(this.#transport, grant, urgency);
      return found === undefined || found.host === from?.host ? 'same' : found;
    } catch (error) {
      if (!isKommoError(error)) throw error;
      return error.kind === 'unauthorized' ? 'dead' : 'unknown';
    }
  }

  /**
   * The old pair may be dead by now, so the new one is not given up because the database stumbles, nor because
   * somebody else took the lease meanwhile: he will be refused, and then this is the only pair that works.
   */
  async #persist(lease: Lease, pair: TokenPair, isForced: boolean): Promise<boolean> {
    const giveUpAt = performance.now() + PERSIST_FOR_MS;
    for (let pauseMs = 200; ; pauseMs = Math.min(5_000, pauseMs * 2)) {
      try {
        if (await this.#store.completeRefresh(lease, pair, this.#now(), isForced)) return true;
        if (performance.now() > giveUpAt || !(await this.#isStillMissing(lease))) {
          this.#log.warn(
            { accountId: lease.accountId },
            'New tokens came too late and were dropped',
          );
          return false;
        }
      } catch (error) {
        if (performance.now() > giveUpAt) throw error;
        this.#log.error(
          { err: error, accountId: lease.accountId },
          'New tokens are not stored yet',
        );
      }
      await sleep(pauseMs);
    }
  }

  /** Whether the pair the lease names is still the stored one, so that a newer one is wanted. */
  async #isStillMissing({ accountId, epoch, version }: Lease): Promise<boolean> {
    const grant = await this.#store.find(accountId);
    return grant?.epoch === epoch && grant.version === version;
  }
}

/**
 * Whether a refusal of our client is taken for the end of the grant after all: it was the last of several, and
 * the domain lookup refuses the refresh token as well, or cannot be asked. Of a grant that was dead already, the
 * lookup's word is enough.
 */
function isBelieved(seen: Grant, whereabouts: Whereabouts | undefined): boolean {
  if (seen.state === 'dead') return whereabouts === 'dead';
  const isLast = seen.clientRefusals + 1 >= MAX_CLIENT_REFUSALS;
  return isLast && (whereabouts === 'dead' || seen.apiDomain === null);
}
