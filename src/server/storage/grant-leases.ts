import { sql } from 'kysely';
import type { Db } from './database.ts';
import {
  type GrantKey,
  type GrantTokens,
  inMilliseconds,
  leaseIsFree,
  SETTLED,
  sealTokens,
} from './grants.ts';
import type { Secrets } from './secrets.ts';

/** The right to refresh one pair. Every write names all of it, so that a late holder writes nothing. */
export interface GrantLease extends GrantKey {
  owner: string;
}

/** A holder that shows no sign of life for this long has lost its lease. */
const LEASE_MS = 15_000;

const PROBE_AGAIN_MS = 3_600_000;

/** The operator may bring the key back; then it should not be long until the grant works. */
const UNREADABLE_REST_MS = 15 * 60_000;

/** The account is still in the install the pair belongs to. */
const installIsCurrent = sql<boolean>`exists (
  select 1 from accounts where accounts.id = grants.account_id
    and accounts.epoch = grants.epoch and accounts.install_state <> 'disabled')`;

const mayTryNow = sql<boolean>`(next_refresh_at is null or next_refresh_at <= clock_timestamp())`;

/** Takes the lease of a pair nobody is refreshing and that need not rest. `probing`: a dead grant is meant. */
export async function takeGrantLease(
  db: Db,
  lease: GrantLease,
  probing: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('grants')
    .set({ lease_owner: lease.owner, lease_until: inMilliseconds(LEASE_MS) })
    .where('account_id', '=', lease.accountId)
    .where('epoch', '=', lease.epoch)
    .where('version', '=', lease.version)
    .where('state', '=', probing ? 'dead' : 'alive')
    .where(installIsCurrent)
    .where(leaseIsFree)
    .where(mayTryNow)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False when the lease is no longer the holder's. An expired one nobody took is still his. */
export async function renewGrantLease(db: Db, lease: GrantLease): Promise<boolean> {
  const { numUpdatedRows } = await held(db, lease)
    .set({ lease_until: inMilliseconds(LEASE_MS) })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Counts a token call before it is made; `undefined` when the lease is no longer the holder's. */
export async function countRefreshAttempt(db: Db, lease: GrantLease): Promise<number | undefined> {
  const row = await held(db, lease)
    .set({
      lease_until: inMilliseconds(LEASE_MS),
      refresh_attempts: sql`refresh_attempts + 1`,
    })
    .returning('refresh_attempts')
    .executeTakeFirst();
  return row?.refresh_attempts;
}

/**
 * Puts the new pair in the place of the one the lease names. A holder whose lease was given up meanwhile,
 * or whose grant was declared dead, still brings the newest pair there is, so it is kept; it must only not
 * get in the way of another holder.
 *
 * @returns false when it came too late, and nothing was written
 */
export async function completeGrantRefresh(
  db: Db,
  secrets: Secrets,
  lease: GrantLease,
  tokens: GrantTokens,
  refreshedAt: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await seen(db, lease)
    .where((is) => is.or([is('lease_owner', '=', lease.owner), is('lease_owner', 'is', null)]))
    .set({
      ...sealTokens(secrets, lease.accountId, tokens),
      ...SETTLED,
      version: sql`version + 1`,
      // A dead grant stays under observation until it has proved itself; what dies again soon is asked less often.
      refresh_failures: sql`case state when 'alive' then 0 else refresh_failures end`,
      next_refresh_at: sql`case when state = 'alive' then null
        when lease_owner is null then clock_timestamp()
        else ${inMilliseconds(PROBE_AGAIN_MS)} end`,
      refreshed_at: refreshedAt,
    })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends a lease that brought no new pair. */
export async function releaseGrantLease(
  db: Db,
  lease: GrantLease,
  release: { attempts: number; delayMs: number },
): Promise<void> {
  await held(db, lease)
    .set({
      lease_owner: null,
      lease_until: null,
      refresh_attempts: release.attempts,
      refresh_failures: sql`refresh_failures + 1`,
      next_refresh_at: inMilliseconds(release.delayMs),
    })
    .execute();
}

/** Lets a grant rest that no key opens, or it would stand in front of the others that wait for a refresh. */
export async function restUnreadableGrant(db: Db, accountId: number): Promise<void> {
  await db
    .updateTable('grants')
    .set({ next_refresh_at: inMilliseconds(UNREADABLE_REST_MS) })
    .where('account_id', '=', accountId)
    .where(leaseIsFree)
    .where(mayTryNow)
    // In a dead one, none means never.
    .where((is) => is.or([is('state', '=', 'alive'), is('next_refresh_at', 'is not', null)]))
    .execute();
}

/** Accounts whose refresh was begun and never settled, and that nobody is working on. */
export async function unsettledGrants(db: Db, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('grants')
    .select('account_id')
    .where('refresh_attempts', '>', 0)
    .where('state', '=', 'alive')
    .where(leaseIsFree)
    .where(mayTryNow)
    .orderBy('lease_until')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Living grants nobody refreshed since `before`, or for up to a day longer: accounts are spread over it. */
export async function idleGrants(db: Db, before: Date, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('grants')
    .select('account_id')
    .where('state', '=', 'alive')
    .where('refreshed_at', '<', before)
    .where(
      sql<boolean>`refreshed_at < ${before}::timestamptz - make_interval(mins => (account_id % 1440)::int)`,
    )
    .where(leaseIsFree)
    .where(mayTryNow)
    .orderBy('refreshed_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

/** The pair the lease names, in the install it names, whoever is at it. */
function seen(db: Db, lease: GrantLease) {
  return db
    .updateTable('grants')
    .where('account_id', '=', lease.accountId)
    .where('epoch', '=', lease.epoch)
    .where('version', '=', lease.version)
    .where(installIsCurrent);
}

function held(db: Db, lease: GrantLease) {
  return seen(db, lease).where('lease_owner', '=', lease.owner);
}
