import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../platform/within.ts';
import { type AccountHost, parseAccountHost } from '../account-host.ts';
import { isKommoError, KommoError } from '../errors.ts';
import type { KommoLog } from '../log.ts';
import type { Urgency } from '../rate/rate.ts';
import type { Transport } from '../transport.ts';
import { lookUpHost } from './domain-lookup.ts';
import type { Grant, GrantStore } from './grant-store.ts';
import { patientProbeDelayMs, probeDelayMs } from './refresh-delays.ts';
import type { Refresher } from './refresher.ts';

/** A grant ready to be used: the pair, and the address to use it at. */
export interface Session {
  grant: Grant;
  host: AccountHost;
}

/** How long a caller waits for a refresh, his own or another's. The refresh itself goes on. */
const WAIT_MS = 10_000;
/** Renewed this long before the end, or in the last tenth of a token's life if that is shorter. */
const EARLY_MS = 60_000;
/** When to ask again after Kommo refused a token it had only just issued. */
const REFUSED_REST_SECONDS = 5;
const POLL_MS = 150;
const LONGEST_POLL_MS = 500;

/**
 * The keeper of grants: hands out a token that works, and sees to it that an expired one is renewed once
 * however many callers need it. Reads the database every time, because another replica may have renewed
 * the pair, or an uninstall ended it, a moment ago.
 */
export class Tokens {
  readonly #store: GrantStore;
  readonly #refresher: Refresher;
  readonly #transport: Transport;
  readonly #now: () => Date;
  readonly #log: KommoLog;
  /** Refreshes of this process, by account. */
  readonly #flights = new Map<number, Promise<boolean>>();

  constructor(options: {
    store: GrantStore;
    refresher: Refresher;
    transport: Transport;
    now: () => Date;
    log: KommoLog;
  }) {
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#transport = options.transport;
    this.#now = options.now;
    this.#log = options.log;
  }

  /** @throws KommoError `reauthorize` when there is no living grant, `busy` when a refresh takes long */
  async current(accountId: number, urgency: Urgency): Promise<Session> {
    const grant = await this.living(accountId);
    const leftMs = grant.expiresAt.getTime() - this.#now().getTime();
    const lifeMs = grant.expiresAt.getTime() - grant.refreshedAt.getTime();
    if (leftMs > Math.max(0, Math.min(EARLY_MS, lifeMs / 10)))
      return await this.#session(grant, urgency);
    try {
      return await this.#session(await this.#replaced(grant, urgency), urgency);
    } catch (error) {
      // While the old token still has a moment to live, a failed renewal is nobody's problem yet.
      if (leftMs > 0 && isKommoError(error) && error.kind !== 'reauthorize') {
        return await this.#session(grant, urgency);
      }
      throw error;
    }
  }

  /**
   * Another token than this one, which Kommo refused; `undefined` when there is none, because this hour has
   * seen as many refreshes as refused tokens may cost.
   *
   * @throws KommoError as `current`
   */
  async renew({ grant }: Session, urgency: Urgency): Promise<Session | undefined> {
    if (!grant.mayForceRefresh) {
      const { version } = await this.living(grant.accountId);
      if (version === grant.version) return undefined;
    }
    return await this.#session(await this.#replaced(grant, urgency, true), urgency);
  }

  /**
   * The same grant at the account's new address; `undefined` when it has not moved, or nobody can tell.
   */
  async follow({ grant, host }: Session, urgency: Urgency): Promise<Session | undefined> {
    const found = await this.#whereabouts(grant, urgency);
    if (found === undefined || found.host === host.host) return undefined;
    await this.#store.moveHost(grant.accountId, found);
    this.#log.info({ accountId: grant.accountId, kommoHost: found.host }, 'An account has moved');
    return { grant: { ...grant, host: found.host }, host: found };
  }

  /**
   * Kommo refused a token it had only just issued. One such answer is no verdict: the next caller tries a
   * newer token, until this hour has seen enough of them.
   *
   * @throws KommoError `reauthorize` when it has, else `unavailable`
   */
  async giveUp({ grant }: Session, cause: KommoError): Promise<never> {
    if (grant.mayForceRefresh) {
      throw new KommoError('unavailable', { cause, retryAfterSeconds: REFUSED_REST_SECONDS });
    }
    if (await this.#store.bury(grant, probeDelayMs(grant.failures))) {
      this.#log.warn({ accountId: grant.accountId }, 'Kommo refuses a fresh token');
    }
    throw new KommoError('reauthorize', { cause });
  }

  /**
   * Kommo says that the grant's user may not do what was asked. Waiting does not cure that; another
   * administrator's access does, or the rights given back.
   */
  async markWithoutRights({ grant }: Session): Promise<void> {
    const marked = { ...grant, lacksRights: true };
    if (await this.#store.bury(marked, patientProbeDelayMs(grant.failures))) {
      this.#log.warn(
        { accountId: grant.accountId },
        'Kommo refuses the rights of whoever gave access; an administrator must authorize again',
      );
    }
  }

  /** The stored grant, working or not; `undefined` when there is none or no key opens it. */
  async find(accountId: number): Promise<Grant | undefined> {
    return await this.#store.find(accountId);
  }

  /** The stored grant. @throws KommoError `reauthorize` when there is none, or it is dead */
  async living(accountId: number): Promise<Grant> {
    const grant = await this.#store.find(accountId);
    if (grant === undefined || grant.state === 'dead') throw new KommoError('reauthorize');
    return grant;
  }

  /**
   * Refreshes a pair, joining a refresh this process has already begun. False: somebody else is at it.
   * `isForced`: see `Refresher.refresh`.
   *
   * @throws KommoError
   */
  async refresh(seen: Grant, urgency: Urgency, isForced = false): Promise<boolean> {
    const inFlight = this.#flights.get(seen.accountId);
    if (inFlight !== undefined) return await inFlight;
    const flight = this.#refresher
      .refresh(seen, urgency, isForced)
      .finally(() => this.#flights.delete(seen.accountId));
    this.#flights.set(seen.accountId, flight);
    return await flight;
  }

  /** Waits until no refresh is in flight here, at most `graceMs`. */
  async settle(graceMs: number): Promise<void> {
    await within(graceMs, Promise.allSettled(this.#flights.values()));
  }

  async #replaced(seen: Grant, urgency: Urgency, isForced = false): Promise<Grant> {
    const giveUpAt = performance.now() + WAIT_MS;
    for (let pollMs = POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.5)) {
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) throw new KommoError('busy', { retryAfterSeconds: 5 });
      const isMine = await within(leftMs, this.refresh(seen, urgency, isForced));
      const grant = await this.living(seen.accountId);
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

  async #session(grant: Grant, urgency: Urgency): Promise<Session> {
    const host = grant.host === null ? undefined : parseAccountHost(grant.host);
    if (host !== undefined) return { grant, host };
    const found = await this.#whereabouts(grant, urgency);
    if (found === undefined) throw new KommoError('reauthorize');
    await this.#store.moveHost(grant.accountId, found);
    return { grant: { ...grant, host: found.host }, host: found };
  }

  async #whereabouts(grant: Grant, urgency: Urgency): Promise<AccountHost | undefined> {
    try {
      return await lookUpHost(this.#transport, grant, urgency);
    } catch (error) {
      if (isKommoError(error)) return undefined;
      throw error;
    }
  }
}
