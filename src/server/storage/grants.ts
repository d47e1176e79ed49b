import { sql } from 'kysely';
import type { Db, Trx } from './database.ts';
import { CannotUnseal, type SealContext, type Secrets } from './secrets.ts';

/** A pair of Kommo tokens, readable. Never logged, never answered to anybody. */
export interface GrantTokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  scopes: string[];
  apiDomain: string | null;
}

/** Names one pair of one install. */
export interface GrantKey {
  accountId: number;
  epoch: number;
  version: number;
}

/** A stored grant with its account's address; see kommo/grant-store.ts for what the members mean. */
export interface StoredGrant extends GrantKey, GrantTokens {
  host: string | null;
  state: 'alive' | 'dead';
  refreshedAt: Date;
  failures: number;
  retryInMs: number;
  clientRefusals: number;
  mayForceRefresh: boolean;
}

type TokenColumn = 'access_token' | 'refresh_token';

function place(accountId: number, column: TokenColumn): SealContext {
  return `grants:${accountId}:${column}`;
}

/** The columns a new pair is written to. */
export function sealTokens(secrets: Secrets, accountId: number, tokens: GrantTokens) {
  return {
    access_token: secrets.seal(tokens.accessToken, place(accountId, 'access_token')),
    refresh_token: secrets.seal(tokens.refreshToken, place(accountId, 'refresh_token')),
    expires_at: tokens.expiresAt,
    scopes: JSON.stringify(tokens.scopes),
    api_domain: tokens.apiDomain,
  };
}

/** A grant nothing is in flight for. */
export const SETTLED = {
  lease_owner: null,
  lease_until: null,
  refresh_attempts: 0,
  next_refresh_at: null,
  client_refusals: 0,
  given_up_at: null,
} as const;

/**
 * Stores the pair of an install or a consent, in place of what was there. A refresh in flight finds its
 * pair replaced and writes nothing. The account's row must exist; its `install_state` is the caller's.
 */
export async function saveGrant(
  trx: Trx,
  secrets: Secrets,
  grant: GrantTokens & { accountId: number; epoch: number; refreshedAt: Date },
): Promise<void> {
  const fresh = {
    epoch: grant.epoch,
    ...sealTokens(secrets, grant.accountId, grant),
    ...SETTLED,
    refresh_failures: 0,
    state: 'alive' as const,
    lacks_rights: false,
    forced_refreshes: 0,
    forced_since: null,
    refreshed_at: grant.refreshedAt,
  };
  await trx
    .insertInto('grants')
    .values({ account_id: grant.accountId, version: 1, ...fresh })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({ ...fresh, version: sql`grants.version + 1` }),
    )
    .execute();
}

/** Destroys the account's tokens; a refresh in flight finds nothing to write to. */
export async function forgetGrant(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('grants').where('account_id', '=', accountId).execute();
}

/** Names the stored pair: it changes with every install, consent and refresh. */
export async function findGrantVersion(db: Db, accountId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('grants')
    .select('version')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.version;
}

/**
 * The grant of an account's current install; `undefined` when there is none.
 *
 * @throws CannotUnseal
 */
export async function findGrant(
  db: Db,
  secrets: Secrets,
  accountId: number,
): Promise<StoredGrant | undefined> {
  const row = await db
    .selectFrom('grants')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.id', '=', 'grants.account_id')
        .onRef('accounts.epoch', '=', 'grants.epoch'),
    )
    .selectAll('grants')
    .select('accounts.host')
    .select(
      sql<number>`greatest(0, extract(epoch from grants.next_refresh_at - clock_timestamp()) * 1000)::float8`.as(
        'retry_in_ms',
      ),
    )
    .select(mayForceRefresh.as('may_force_refresh'))
    .where('grants.account_id', '=', accountId)
    .where('accounts.install_state', '<>', 'disabled')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    accountId,
    epoch: row.epoch,
    version: row.version,
    accessToken: secrets.unseal(row.access_token, place(accountId, 'access_token')),
    refreshToken: secrets.unseal(row.refresh_token, place(accountId, 'refresh_token')),
    expiresAt: row.expires_at,
    scopes: row.scopes,
    apiDomain: row.api_domain,
    host: row.host,
    state: row.state,
    refreshedAt: row.refreshed_at,
    failures: row.refresh_failures,
    retryInMs: row.retry_in_ms ?? 0,
    clientRefusals: row.client_refusals,
    mayForceRefresh: row.may_force_refresh,
  };
}

/**
 * Seals up to `limit` grants again that were sealed under an older key of `SECRET_KEYS`, while everything
 * runs. A pair that is replaced meanwhile is left alone: the new one is sealed under the new key already.
 *
 * @returns how many were sealed again; those that no key opens are passed over
 */
export async function resealGrants(db: Db, secrets: Secrets, limit: number): Promise<number> {
  let count = 0;
  for (let after = Number.MIN_SAFE_INTEGER; count < limit; ) {
    const rows = await db
      .selectFrom('grants')
      .select(['account_id', 'access_token', 'refresh_token'])
      .where('account_id', '>', after)
      .where((is) =>
        is.or([
          is(sql`split_part(access_token, '.', 2)`, '<>', secrets.writeKeyId),
          is(sql`split_part(refresh_token, '.', 2)`, '<>', secrets.writeKeyId),
        ]),
      )
      .orderBy('account_id')
      .limit(limit - count)
      .execute();
    for (const { account_id: id, ...sealed } of rows) {
      after = id;
      const resealed = reseal(secrets, id, sealed);
      if (resealed === undefined) continue;
      const { numUpdatedRows } = await db
        .updateTable('grants')
        .set(resealed)
        .where('account_id', '=', id)
        .where('access_token', '=', sealed.access_token)
        .where('refresh_token', '=', sealed.refresh_token)
        .executeTakeFirst();
      count += Number(numUpdatedRows);
    }
    if (rows.length === 0) break;
  }
  return count;
}

function reseal(secrets: Secrets, id: number, sealed: Record<TokenColumn, string>) {
  const again = (column: TokenColumn) =>
    secrets.seal(secrets.unseal(sealed[column], place(id, column)), place(id, column));
  try {
    return { access_token: again('access_token'), refresh_token: again('refresh_token') };
  } catch (error) {
    if (error instanceof CannotUnseal) return undefined;
    throw error;
  }
}

/** Nobody is refreshing the grant, or whoever was shows no sign of life. */
export const leaseIsFree = sql<boolean>`(lease_owner is null or lease_until <= clock_timestamp())`;

/** Refreshes one hour may see because the API refused a token. */
const MOST_FORCED = 3;

/** The hour of the refreshes that were forced is over, or was never begun. */
export const forcedHourIsOver = sql<boolean>`coalesce(forced_since <= clock_timestamp() - interval '1 hour', true)`;

/** Another refresh may be made because the API refused a token. */
const mayForceRefresh = sql<boolean>`(forced_refreshes < ${sql.lit(MOST_FORCED)} or ${forcedHourIsOver})`;

/** A time this far from now, by the database's clock. */
export function inMilliseconds(amount: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${amount / 1000}::float8)`;
}
