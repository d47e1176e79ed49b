import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../platform/within.ts';
import { SETTLING_MS } from '../account-caller.ts';
import { isKommoError, type KommoError } from '../errors.ts';
import type { KommoLog } from '../log.ts';
import type { Standing } from './grant-owner.ts';
import type { Grant, GrantStore } from './grant-store.ts';
import { patientProbeDelayMs, probeDelayMs } from './refresh-delays.ts';
import type { Tokens } from './tokens.ts';

/** Refresh tokens die after three months unused; one refresh a week keeps them far from that. */
const IDLE_MS = 7 * 24 * 60 * 60_000;
/** How long one round waits for the refreshes it began. */
const ROUND_MS = 5_000;
const RECOVERED_AT_ONCE = 20;
const PROBED_AT_ONCE = 20;
const KEPT_ALIVE_AT_ONCE = 25;

/** Looks after grants nobody is using: what a crash left behind, what died, what is about to be forgotten. */
export class Upkeep {
  readonly #store: GrantStore;
  readonly #tokens: Tokens;
  readonly #standing: (grant: Grant) => Promise<Standing>;
  readonly #now: () => Date;
  readonly #log: KommoLog;
  /** Probes under way, the slow ones of earlier rounds among them. */
  #probes = 0;

  constructor(options: {
    store: GrantStore;
    tokens: Tokens;
    /** Asks Kommo's API. */
    standing: (grant: Grant) => Promise<Standing>;
    now: () => Date;
    log: KommoLog;
  }) {
    this.#store = options.store;
    this.#tokens = options.tokens;
    this.#standing = options.standing;
    this.#now = options.now;
    this.#log = options.log;
  }

  /**
   * Finishes refreshes whose holder died or whose outcome was unclear. To be called every few seconds: a
   * lost pair must be asked for again while Kommo may still give it.
   *
   * @returns how many grants were looked at
   */
  async recoverLostRefreshes(): Promise<number> {
    const unsettled = await this.#store.unsettled(RECOVERED_AT_ONCE);
    await this.#all(unsettled, (grant) => this.#refresh(grant));
    return unsettled.length;
  }

  /** Looks at dead grants that are due. To be called every few seconds. @returns how many were looked at */
  async probeDeadGrants(): Promise<number> {
    const room = PROBED_AT_ONCE - this.#probes;
    const dead = room > 0 ? await this.#store.dueForProbe(room) : [];
    await this.#all(dead, async (grant) => {
      this.#probes += 1;
      await this.#probe(grant).finally(() => {
        this.#probes -= 1;
      });
    });
    return dead.length;
  }

  /** Refreshes grants that nobody used for a week. To be called every few minutes. */
  async refreshIdle(): Promise<number> {
    const before = new Date(this.#now().getTime() - IDLE_MS);
    const idle = await this.#store.idle(before, KEPT_ALIVE_AT_ONCE);
    await this.#all(idle, (grant) => this.#refresh(grant));
    return idle.length;
  }

  /** One slow answer must not keep the next round from finding others; what is slow goes on. */
  async #all(accountIds: number[], work: (grant: Grant) => Promise<void>): Promise<void> {
    await within(ROUND_MS, Promise.all(accountIds.map((id) => this.#each(id, work))));
  }

  async #each(accountId: number, work: (grant: Grant) => Promise<void>): Promise<void> {
    try {
      const grant = await this.#tokens.find(accountId);
      if (grant !== undefined) await work(grant);
    } catch (error) {
      // One account's trouble is not the next one's; what is due is found again by the next round.
      if (!isKommoError(error))
        this.#log.error({ err: error, accountId }, 'A grant was not looked after');
      else this.#report(error, accountId);
    }
  }

  async #refresh(grant: Grant): Promise<void> {
    if (grant.state === 'alive') await this.#tokens.refresh(grant, 'bulk');
  }

  async #probe(grant: Grant): Promise<void> {
    if (grant.state === 'alive' || !(await this.#tokens.refresh(grant, 'bulk'))) return;
    const renewed = await this.#tokens.find(grant.accountId);
    if (renewed === undefined || renewed.state === 'alive') return;
    let standing = await this.#standing(renewed);
    if (standing === 'refused') {
      // One refusal of a token just made is no verdict.
      await sleep(SETTLING_MS);
      standing = await this.#standing(renewed);
    }
    if (standing === 'works') {
      await this.#store.revive(renewed);
      this.#log.info({ accountId: grant.accountId }, 'A grant that had died works again');
      return;
    }
    // Trouble is no verdict: what was known of the grant stays, and it is looked at again.
    const verdict = standing === 'unknown' ? {} : { lacksRights: standing === 'lacks_rights' };
    const delayMs = standing === 'refused' ? probeDelayMs : patientProbeDelayMs;
    await this.#store.bury({ ...renewed, ...verdict }, delayMs(renewed.failures));
  }

  #report(error: KommoError, accountId: number): void {
    this.#log.debug(
      { accountId, kind: error.kind, status: error.status },
      'A refresh came to nothing',
    );
  }
}
