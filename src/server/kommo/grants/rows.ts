import { sql } from 'kysely';
import { lockAccount } from '../../platform/database/account-lock.ts';
import type { Db, Trx } from '../../platform/database/database.ts';
import { newPass, type ResealPass, reseal } from '../../platform/database/reseal.ts';
import { CannotUnseal, type SealContext, type Secrets } from '../../platform/database/secrets.ts';
import { transaction } from '../../platform/database/transaction.ts';

/** A pair of tokens as Kommo hands it out, readable. Never logged, never answered to anybody. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, by our clock. */
  expiresAt: Date;
  scopes: string[];
  /** Host of the domain lookup. */
  apiDomain: string | null;
}

/**
 * The pair is stored, and no key opens it. `isAlive`: nobody has noted yet that an administrator must
 * authorize again.
 */
export class UnreadableGrant extends CannotUnseal {
  readonly key: GrantKey;
  readonly isAlive: boolean;

  constructor(key: GrantKey, isAlive: boolean, cause: CannotUnseal) {
    super('it is the grant of an account', cause);
    this.name = 'UnreadableGrant';
    this.key = key;
    this.isAlive = isAlive;
  }
}

/** Names one pair of one install: what a caller has seen, and what a late writer no longer finds. */
export interface GrantKey {
  accountId: number;
  /** The account's current one in every grant that is found. */
  epoch: number;
  /** Rises with every pair stored. */
  version: number;
}

/** An account's grant with the address to use it at. */
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

type TokenColumn = 'access_token' | 'refresh_token';

function place(accountId: number, column: TokenColumn): SealContext {
  return `grants:${accountId}:${column}`;
}

/** The columns a new pair is written to. */
function sealTokens(secrets: Secrets, accountId: number, tokens: TokenPair) {
  return {
    accessToken: secrets.seal(tokens.accessToken, place(accountId, 'access_token')),
    refreshToken: secrets.seal(tokens.refreshToken, place(accountId, 'refresh_token')),
    expiresAt: tokens.expiresAt,
    scopes: JSON.stringify(tokens.scopes),
    apiDomain: tokens.apiDomain,
  };
}

/** A grant nothing is in flight for. */
const SETTLED = {
  leaseOwner: null,
  leaseUntil: null,
  refreshAttempts: 0,
  nextRefreshAt: null,
  clientRefusals: 0,
  givenUpAt: null,
} as const;

/**
 * Stores the pair of an install or a consent, in place of what was there. A refresh in flight finds its
 * pair replaced and writes nothing. The account's row must exist; its `install_state` is the caller's.
 */
export async function saveGrant(
  trx: Trx,
  secrets: Secrets,
  grant: TokenPair & { accountId: number; epoch: number; refreshedAt: Date },
): Promise<void> {
  const fresh = {
    epoch: grant.epoch,
    ...sealTokens(secrets, grant.accountId, grant),
    ...SETTLED,
    refreshFailures: 0,
    state: 'alive' as const,
    lacksRights: false,
    forcedRefreshes: 0,
    forcedSince: null,
    refreshedAt: grant.refreshedAt,
  };
  await trx
    .insertInto('grants')
    .values({ accountId: grant.accountId, version: 1, ...fresh })
    .onConflict((conflict) =>
      conflict.column('accountId').doUpdateSet({ ...fresh, version: sql`grants.version + 1` }),
    )
    .execute();
}

/** Destroys the account's tokens; a refresh in flight finds nothing to write to. */
export async function forgetGrant(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('grants').where('accountId', '=', accountId).execute();
}

/** Names the stored pair: it changes with every install, consent and refresh. */
export async function findGrantVersion(db: Db, accountId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('grants')
    .select('version')
    .where('accountId', '=', accountId)
    .executeTakeFirst();
  return row?.version;
}

/**
 * The grant of an account's current install; `undefined` when there is none.
 *
 * @throws UnreadableGrant
 */
export async function findGrant(
  db: Db,
  secrets: Secrets,
  accountId: number,
): Promise<Grant | undefined> {
  const row = await db
    .selectFrom('grants')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.id', '=', 'grants.accountId')
        .onRef('accounts.epoch', '=', 'grants.epoch'),
    )
    .select(['grants.accountId', 'grants.epoch', 'version', 'accessToken', 'refreshToken'])
    .select(['expiresAt', 'scopes', 'apiDomain', 'host', 'state', 'grants.refreshedAt'])
    .select(['refreshFailures as failures', 'clientRefusals'])
    .select(
      sql<number>`greatest(0, extract(epoch from grants.next_refresh_at - clock_timestamp()) * 1000)::float8`.as(
        'retryInMs',
      ),
    )
    .select(mayForceRefresh.as('mayForceRefresh'))
    .where('grants.accountId', '=', accountId)
    .where('accounts.installState', '<>', 'disabled')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { ...row, ...openTokens(secrets, row) };
}

function openTokens(
  secrets: Secrets,
  row: GrantKey & Pick<Grant, 'accessToken' | 'refreshToken' | 'state'>,
) {
  const { accountId, epoch, version, state } = row;
  try {
    return {
      accessToken: secrets.unseal(row.accessToken, place(accountId, 'access_token')),
      refreshToken: secrets.unseal(row.refreshToken, place(accountId, 'refresh_token')),
    };
  } catch (error) {
    if (!(error instanceof CannotUnseal)) throw error;
    throw new UnreadableGrant({ accountId, epoch, version }, state === 'alive', error);
  }
}

/** Seals grants again that were sealed under an older key; see reseal.ts. @returns how many */
export function resealGrants(
  db: Db,
  secrets: Secrets,
  limit: number,
  pass: ResealPass = newPass(),
): Promise<number> {
  const columns = ['access_token', 'refresh_token'] satisfies TokenColumn[];
  return reseal(db, secrets, { table: 'grants', id: 'accountId', columns }, limit, pass);
}

/** Nobody is refreshing the grant, or who was shows no sign of life. */
const leaseIsFree = sql<boolean>`(lease_owner is null or lease_until <= clock_timestamp())`;

/** Refreshes one hour may see because the API refused a token. */
const MOST_FORCED = 3;

/** The hour of the refreshes that were forced is over, or was never begun. */
const forcedHourIsOver = sql<boolean>`coalesce(forced_since <= clock_timestamp() - interval '1 hour', true)`;

/** Another refresh may be made because the API refused a token. */
const mayForceRefresh = sql<boolean>`(forced_refreshes < ${sql.lit(MOST_FORCED)} or ${forcedHourIsOver})`;

/** A time this far from now, by the database's clock. */
function inMilliseconds(amount: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${amount / 1000}::float8)`;
}

/** The right to refresh one pair. Every write names all of it, so that a late holder writes nothing. */
export interface GrantLease extends GrantKey {
  owner: string;
}

/** A holder that shows no sign of life for this long has lost its lease. */
const LEASE_MS = 15_000;

const PROBE_AGAIN_MS = 3_600_000;

/** The row holds this very pair. */
function isPair({ accountId, epoch, version }: GrantKey) {
  return sql<boolean>`(account_id = ${accountId} and epoch = ${epoch} and version = ${version})`;
}

/** The account is still in the install the pair belongs to. */
const installIsCurrent = sql<boolean>`exists (
  select 1 from accounts where accounts.id = grants.account_id
    and accounts.epoch = grants.epoch and accounts.install_state <> 'disabled')`;

const COUNT_FORCED = {
  forcedRefreshes: sql<number>`case when ${forcedHourIsOver} then 1 else forced_refreshes + 1 end`,
  forcedSince: sql<Date>`case when ${forcedHourIsOver} then clock_timestamp() else forced_since end`,
};

const mayTryNow = sql<boolean>`(next_refresh_at is null or next_refresh_at <= clock_timestamp())`;

/**
 * Takes the right to refresh this very pair, unless somebody has it or the grant must rest. It ends by itself
 * unless renewed. `probing`: a dead grant is meant.
 */
export async function takeGrantLease(
  db: Db,
  lease: GrantLease,
  probing: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await seen(db, lease)
    .set({ leaseOwner: lease.owner, leaseUntil: inMilliseconds(LEASE_MS) })
    .where('state', '=', probing ? 'dead' : 'alive')
    .where(leaseIsFree)
    .where(mayTryNow)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False when the lease is no longer the holder's. An expired one that nobody took still is. */
export async function renewGrantLease(db: Db, lease: GrantLease): Promise<boolean> {
  const { numUpdatedRows } = await held(db, lease)
    .set({ leaseUntil: inMilliseconds(LEASE_MS) })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Counts a token call before it is made; `undefined` when the lease is no longer the holder's. */
export async function countRefreshAttempt(db: Db, lease: GrantLease): Promise<number | undefined> {
  const row = await held(db, lease)
    .set({
      leaseUntil: inMilliseconds(LEASE_MS),
      refreshAttempts: sql`refresh_attempts + 1`,
    })
    .returning('refreshAttempts')
    .executeTakeFirst();
  return row?.refreshAttempts;
}

/**
 * Puts the new pair in the place of the one the lease names, and ends the lease. A holder whose lease ran out,
 * or whose grant was marked dead, still brings the newest pair there is, so it is kept; it must only not
 * get in the way of another holder. `isForced`: the API had refused the old token; these are counted, over all
 * replicas and restarts.
 *
 * @returns false when it came too late, and nothing was written
 */
export async function completeGrantRefresh(
  db: Db,
  secrets: Secrets,
  lease: GrantLease,
  tokens: TokenPair,
  refreshedAt: Date,
  isForced = false,
): Promise<boolean> {
  const { numUpdatedRows } = await seen(db, lease)
    .where((is) => is.or([is('leaseOwner', '=', lease.owner), leaseIsFree]))
    .set({
      ...sealTokens(secrets, lease.accountId, tokens),
      ...SETTLED,
      version: sql`version + 1`,
      // A dead grant stays under observation until it has proved itself; what dies again soon is asked less often.
      refreshFailures: sql`case state when 'alive' then 0 else refresh_failures end`,
      nextRefreshAt: sql`case when state = 'alive' then null
        when lease_owner is distinct from ${lease.owner} then clock_timestamp()
        else ${inMilliseconds(PROBE_AGAIN_MS)} end`,
      refreshedAt,
      ...(isForced && COUNT_FORCED),
    })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** How a refresh that brought no new pair leaves the grant. */
interface Release {
  /** Token calls that Kommo may have acted on without our seeing its answer. */
  attempts: number;
  /** Nobody tries again before this. */
  delayMs: number;
  /** Kommo refused our client, and said nothing about the grant. */
  isClientRefused?: boolean;
}

/** Ends a lease that brought no new pair. */
export async function releaseGrantLease(
  db: Db,
  lease: GrantLease,
  release: Release,
): Promise<void> {
  await held(db, lease)
    .set({
      leaseOwner: null,
      leaseUntil: null,
      refreshAttempts: release.attempts,
      refreshFailures: sql`refresh_failures + 1`,
      ...(release.isClientRefused === true && { clientRefusals: sql`client_refusals + 1` }),
      nextRefreshAt: inMilliseconds(release.delayMs),
    })
    .execute();
}

/** Grants nobody is refreshing. */
function freeGrants(db: Db, state: 'alive' | 'dead') {
  return db.selectFrom('grants').select('accountId').where('state', '=', state).where(leaseIsFree);
}

/** Accounts whose refresh was begun and never settled: the holder died, or Kommo's answer was unclear. */
export async function unsettledGrants(db: Db, limit: number): Promise<number[]> {
  const rows = await freeGrants(db, 'alive')
    .where('refreshAttempts', '>', 0)
    .where(mayTryNow)
    .orderBy('leaseUntil')
    .limit(limit)
    .execute();
  return rows.map((row) => row.accountId);
}

/** Living grants nobody refreshed since `before`, or for up to a day longer: accounts are spread over it. */
export async function idleGrants(db: Db, before: Date, limit: number): Promise<number[]> {
  const rows = await freeGrants(db, 'alive')
    .where('refreshedAt', '<', before)
    .where(
      sql<boolean>`refreshed_at < ${before}::timestamptz - make_interval(mins => (account_id % 1440)::int)`,
    )
    .where(mayTryNow)
    .orderBy('refreshedAt')
    .limit(limit)
    .execute();
  return rows.map((row) => row.accountId);
}

/** Whether the pair is still the stored one of the current install, so that a newer one is wanted. */
export async function isPairCurrent(db: Db, key: GrantKey): Promise<boolean> {
  const row = await db
    .selectFrom('grants')
    .select('version')
    .where(isPair(key))
    .where(installIsCurrent)
    .executeTakeFirst();
  return row !== undefined;
}

/** The pair the lease names, in the install it names, with or without the lease. */
function seen(db: Db, lease: GrantLease) {
  return db.updateTable('grants').where(isPair(lease)).where(installIsCurrent);
}

function held(db: Db, lease: GrantLease) {
  return seen(db, lease).where('leaseOwner', '=', lease.owner);
}

/**
 * Marks the pair dead and its account as needing authorization. `probeInMs`: when to see whether it came
 * back; null when Kommo's word was final. `lacksRights`: the grant works, but its user may not do what is
 * needed; left as it was where nobody says. `owner`: who says so under a lease; without one, a refresh in
 * flight has the last word.
 *
 * @returns false when the pair was replaced, or is somebody else's to judge
 */
export async function markGrantDead(
  db: Db,
  key: GrantKey & { owner?: string; lacksRights?: boolean },
  probeInMs: number | null,
): Promise<boolean> {
  return await transaction(db, async (trx) => {
    await lockAccount(trx, key.accountId);
    const { numUpdatedRows } = await trx
      .updateTable('grants')
      .set({
        ...SETTLED,
        state: 'dead',
        lacksRights: key.lacksRights ?? sql<boolean>`lacks_rights`,
        givenUpAt: probeInMs === null ? sql<Date>`clock_timestamp()` : null,
        refreshFailures: sql`refresh_failures + 1`,
        nextRefreshAt: probeInMs === null ? null : inMilliseconds(probeInMs),
      })
      .where(isPair(key))
      .where(key.owner === undefined ? leaseIsFree : sql<boolean>`lease_owner = ${key.owner}`)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await trx
      .updateTable('accounts')
      .set({ installState: 'authorization_required' })
      .where('id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('installState', '=', 'active')
      .execute();
    return true;
  });
}

/** Undoes `markGrantDead` for a pair that Kommo accepts after all. */
export async function markGrantAlive(db: Db, key: GrantKey): Promise<void> {
  await transaction(db, async (trx) => {
    await lockAccount(trx, key.accountId);
    const { numUpdatedRows } = await trx
      .updateTable('grants')
      .set({ ...SETTLED, state: 'alive', lacksRights: false })
      .where(isPair(key))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await trx
      .updateTable('accounts')
      .set({ installState: 'active' })
      .where('id', '=', key.accountId)
      .where('epoch', '=', key.epoch)
      .where('installState', '=', 'authorization_required')
      .execute();
  });
}

/** Why an account's grant does not work, and what comes of it. */
export interface GrantFault {
  /** It works, but its user may not do what is needed. */
  lacksRights: boolean;
  /** When the install ends by itself, unless somebody authorizes before; null while something is still tried. */
  endsAt: Date | null;
}

/** How long an install outlives the end of its grant, for want of a word of Kommo's about it, in days. */
const GIVEN_UP_DAYS = 30;

const endsAt = sql<Date | null>`given_up_at + make_interval(days => ${sql.lit(GIVEN_UP_DAYS)})`;

/** `undefined` while the grant works, and where there is none. */
export async function findGrantFault(db: Db, accountId: number): Promise<GrantFault | undefined> {
  return db
    .selectFrom('grants')
    .select(['lacksRights', endsAt.as('endsAt')])
    .where('accountId', '=', accountId)
    .where('state', '=', 'dead')
    .executeTakeFirst();
}

/** Grants that ended long enough ago that their installs end too: Kommo never said so, or was not heard. */
export async function grantsLongGivenUp(db: Db, limit: number): Promise<GrantKey[]> {
  return db
    .selectFrom('grants')
    .select(['accountId', 'epoch', 'version'])
    .where(
      'givenUpAt',
      '<=',
      sql<Date>`clock_timestamp() - make_interval(days => ${sql.lit(GIVEN_UP_DAYS)})`,
    )
    .where('state', '=', 'dead')
    .orderBy('givenUpAt')
    .limit(limit)
    .execute();
}

/** Dead grants that are due for a probe. */
export async function grantsDueForProbe(db: Db, limit: number): Promise<number[]> {
  const rows = await freeGrants(db, 'dead')
    .where(sql<boolean>`next_refresh_at <= clock_timestamp()`)
    .orderBy('nextRefreshAt')
    .limit(limit)
    .execute();
  return rows.map((row) => row.accountId);
}

/** Dead grants: of users without the rights, and those that Kommo refuses for another reason. */
export async function countDeadGrants(db: Db): Promise<{ lacksRights: number; refused: number }> {
  const { rows } = await sql<{ lacksRights: number; refused: number }>`
    select (count(*) filter (where lacks_rights))::integer as lacks_rights,
      (count(*) filter (where not lacks_rights))::integer as refused
    from grants where state = 'dead'`.execute(db);
  return rows[0] ?? { lacksRights: 0, refused: 0 };
}
