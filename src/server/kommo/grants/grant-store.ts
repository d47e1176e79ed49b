import type { AccountHost } from '../account-host.ts';
import type { TokenPair } from './token-endpoint.ts';

/** An account's grant with the address to use it at. `version` rises with every pair stored; `epoch` is always the account's current one. */
export interface Grant extends GrantKey, TokenPair {
  /** Null when another account took the address over and the new one is not known yet. */
  host: string | null;
  /** `dead`: Kommo refused it; an administrator must authorize again. */
  state: 'alive' | 'dead';
  refreshedAt: Date;
  /** Refreshes in a row that brought nothing. */
  failures: number;
  /** Milliseconds until the next refresh may be tried, after a failed one. 0: now. */
  retryInMs: number;
  /** Refusals of our client in a row: Kommo did not look at the grant. */
  clientRefusals: number;
  /** False after as many refreshes in an hour as refused tokens may cost. */
  mayForceRefresh: boolean;
}

/** Names one pair of one install: what a caller has seen, and what a late writer no longer finds. */
export interface GrantKey {
  accountId: number;
  epoch: number;
  version: number;
}

/** The right to refresh one pair. */
export interface Lease extends GrantKey {
  owner: string;
}

/** How a refresh that brought no new pair leaves the grant. */
export interface Release {
  /** Token calls that Kommo may have acted on without our seeing its answer. */
  attempts: number;
  /** Nobody tries again before this. */
  delayMs: number;
  /** Kommo refused our client, and said nothing about the grant. */
  isClientRefused?: boolean;
}

/**
 * Where grants are kept. Times of leases are the database's, so that replicas need not agree on one.
 * Implemented by storage/grants.ts, grant-leases.ts and dead-grants.ts.
 */
export interface GrantStore {
  find(accountId: number): Promise<Grant | undefined>;
  /**
   * Takes the right to refresh this very pair, unless somebody has it or the grant must rest. It ends by
   * itself unless renewed. `probing`: a dead grant is meant.
   */
  takeLease(lease: Lease, probing: boolean): Promise<boolean>;
  /** False: it is somebody else's now, or the pair was replaced. */
  renewLease(lease: Lease): Promise<boolean>;
  /** Counts a token call before it is made, and renews the lease. `undefined`: the lease is lost. */
  countAttempt(lease: Lease): Promise<number | undefined>;
  /**
   * Stores the new pair in place of the one the lease names, and ends the lease. `isForced`: it counts as one
   * that a refused token cost. False: too late, nothing written.
   */
  completeRefresh(
    lease: Lease,
    pair: TokenPair,
    refreshedAt: Date,
    isForced: boolean,
  ): Promise<boolean>;
  /** Ends the lease after a failure. */
  release(lease: Lease, release: Release): Promise<void>;
  /**
   * Marks the grant dead and its account as needing authorization, and ends the lease. `probeInMs`: when
   * to see whether it came back; null when Kommo's word was final. `lacksRights`: it works, but its user may
   * not do what is needed. Without `owner`, a refresh in flight has the last word. False: the pair was
   * replaced, or is somebody else's to judge.
   */
  bury(
    key: GrantKey & { owner?: string; lacksRights?: boolean },
    probeInMs: number | null,
  ): Promise<boolean>;
  /** A buried grant works again. */
  revive(key: GrantKey): Promise<void>;
  /** Moves the account to another address, taking it from whoever had it. */
  moveHost(accountId: number, host: AccountHost): Promise<void>;
  /** Grants whose refresh was begun and never settled: the holder died, or Kommo's answer was unclear. */
  unsettled(limit: number): Promise<number[]>;
  /** Buried grants that are due to be looked at again. */
  dueForProbe(limit: number): Promise<number[]>;
  /** Living grants that nobody refreshed since `before`; some up to a day longer, spread by account. */
  idle(before: Date, limit: number): Promise<number[]>;
}
