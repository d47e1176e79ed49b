import { sql } from 'kysely';
import type { Db, Trx } from './database.ts';
import { newPass, type ResealPass, reseal } from './reseal.ts';
import { CannotUnseal, type SealContext, type Secrets } from './secrets.ts';

/** A pair of Kommo tokens, readable. Never logged, never answered to anybody. */
export interface GrantTokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  scopes: string[];
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
 * @throws UnreadableGrant
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
  const key = { accountId, epoch: row.epoch, version: row.version };
  return {
    ...key,
    ...openTokens(secrets, key, row),
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

function openTokens(
  secrets: Secrets,
  key: GrantKey,
  row: Record<TokenColumn, string> & { state: 'alive' | 'dead' },
) {
  try {
    return {
      accessToken: secrets.unseal(row.access_token, place(key.accountId, 'access_token')),
      refreshToken: secrets.unseal(row.refresh_token, place(key.accountId, 'refresh_token')),
    };
  } catch (error) {
    if (!(error instanceof CannotUnseal)) throw error;
    throw new UnreadableGrant(key, row.state === 'alive', error);
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
  return reseal(db, secrets, { table: 'grants', id: 'account_id', columns }, limit, pass);
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
