import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Preferences } from '../../contract/api.ts';
import { lockAccount } from '../platform/database/account-lock.ts';
import { currentInstall } from '../platform/database/current-install.ts';
import type { Db, Trx } from '../platform/database/database.ts';
import type { SettingsTable } from '../platform/database/schema.ts';
import { transaction } from '../platform/database/transaction.ts';

/** A Kommo account as we know it. A tenant: everything else hangs on its id. */
export interface Account {
  id: number;
  /** Whole host, `sub.kommo.com`; null after another account took the name over. */
  host: string | null;
  subdomain: string;
  tld: string;
  name: string;
  language: string;
  country: string;
  amojoId: string | null;
  epoch: number;
  /** What an administrator would see: `active` only while a grant of this epoch is alive. */
  installState: 'active' | 'authorization_required' | 'disabled';
}

/** What Kommo itself said about an account, at install. */
export interface ConfirmedAccount {
  id: number;
  host: string;
  subdomain: string;
  tld: string;
  name: string;
  language: string;
  country: string;
  amojoId: string | null;
}

export async function findAccount(db: Db, id: number): Promise<Account | undefined> {
  const row = await selectAccounts(db).where('accounts.id', '=', id).executeTakeFirst();
  return row && toAccount(row);
}

/** The account that holds this host now, whoever held it before. */
export async function findAccountByHost(db: Db, host: string): Promise<Account | undefined> {
  const row = await selectAccounts(db).where('accounts.host', '=', host).executeTakeFirst();
  return row && toAccount(row);
}

function selectAccounts(db: Db) {
  return db
    .selectFrom('accounts')
    .leftJoin('grants', (join) =>
      join
        .onRef('grants.account_id', '=', 'accounts.id')
        .onRef('grants.epoch', '=', 'accounts.epoch')
        .on('grants.state', '=', 'alive'),
    )
    .select(ACCOUNT_COLUMNS);
}

/** What `toAccount` reads, of `accounts` joined with the living grant of its epoch. */
export const ACCOUNT_COLUMNS = [
  'accounts.id',
  'accounts.host',
  'accounts.subdomain',
  'accounts.tld',
  'accounts.name',
  'accounts.language',
  'accounts.country',
  'accounts.amojo_id',
  'accounts.epoch',
  'accounts.install_state',
  'grants.account_id as granted',
] as const;

export type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>['execute']>>[number];

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    host: row.host,
    subdomain: row.subdomain,
    tld: row.tld,
    name: row.name,
    language: row.language,
    country: row.country,
    amojoId: row.amojo_id,
    epoch: row.epoch,
    installState:
      row.install_state === 'active' && row.granted === null
        ? 'authorization_required'
        : row.install_state,
  };
}

/**
 * Stores an account whose identity Kommo has confirmed, as installed. Whoever held the host before has
 * lost it: Kommo gives a free subdomain to a new account, which must not meet the old one's data. Both
 * are locked by the caller.
 *
 * @returns the install epoch; it rose when the integration was disabled, and stays now
 */
export async function saveInstalledAccount(trx: Trx, account: ConfirmedAccount): Promise<number> {
  await evictHost(trx, account.host, account.id);
  const known = {
    host: account.host,
    subdomain: account.subdomain,
    tld: account.tld,
    name: account.name,
    language: account.language,
    country: account.country,
    amojo_id: account.amojoId,
    install_state: 'active' as const,
    disabled_at: null,
    recheck_at: null,
    rechecks: 0,
    hook_asked_at: null,
    refreshed_at: sql<Date>`now()`,
  };
  const { epoch } = await trx
    .insertInto('accounts')
    .values({ id: account.id, ...known })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(known))
    .returning('epoch')
    .executeTakeFirstOrThrow();
  return epoch;
}

/** Follows a rename that Kommo has confirmed. */
export async function moveAccount(
  db: Db,
  id: number,
  to: { host: string; subdomain: string; tld: string },
): Promise<void> {
  await transaction(db, async (trx) => {
    await lockAccount(trx, id, to.host);
    await evictHost(trx, to.host, id);
    await trx.updateTable('accounts').set(to).where('id', '=', id).execute();
  });
}

async function evictHost(trx: Trx, host: string, keeper: number): Promise<void> {
  await trx
    .updateTable('accounts')
    .set({ host: null })
    .where('host', '=', host)
    .where('id', '!=', keeper)
    .execute();
}

/**
 * Ends the install epoch. The number rises now, not at the next install, so that nothing that began in
 * the old epoch can still write.
 */
export async function disableAccount(trx: Trx, id: number): Promise<void> {
  await trx
    .updateTable('accounts')
    .set((set) => ({
      install_state: 'disabled' as const,
      epoch: set('epoch', '+', 1),
      disabled_at: sql<Date>`now()`,
      recheck_at: null,
      rechecks: 0,
    }))
    .where('id', '=', id)
    .execute();
}

/** Tells one grant of an account from the next; undefined when there is none. */
export async function findGrantVersion(db: Db, id: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('grants')
    .select('version')
    .where('account_id', '=', id)
    .executeTakeFirst();
  return row?.version;
}

/** Between two questions about the hooks of one account, however often a hook is sent again. */
const HOOK_PAUSE = sql`interval '1 minute'`;

/**
 * Remembers a genuine disable hook, in one statement: Kommo sends it once. It is due at once, unless Kommo was
 * just asked about one; while the second question about that one is still to come, it answers this one too.
 */
export async function noteDisableHook(db: Db, id: number): Promise<void> {
  await db
    .updateTable('accounts')
    .set({
      recheck_at: sql<Date>`least(recheck_at, greatest(now(), hook_asked_at + ${HOOK_PAUSE}))`,
      rechecks: sql<number>`case when rechecks = 0 and recheck_at is not null
        and hook_asked_at > now() - ${HOOK_PAUSE} then 0 else -1 end`,
    })
    .where('id', '=', id)
    .where('install_state', '!=', 'disabled')
    .execute();
}

/**
 * Says when to ask again about a hook that Kommo has not confirmed; undefined: no more. A hook that came while
 * Kommo was asked is not forgotten.
 *
 * @param asked how often it had been asked about again, as claimed
 */
export async function scheduleRecheck(
  db: Db,
  { id, rechecks: asked }: { id: number; rechecks: number },
  next: { afterSeconds: number; rechecks: number } | undefined,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set(
      next === undefined
        ? { recheck_at: null, rechecks: 0 }
        : {
            recheck_at: sql<Date>`now() + make_interval(secs => ${next.afterSeconds})`,
            rechecks: next.rechecks,
          },
    )
    .where('id', '=', id)
    .where('rechecks', '=', asked)
    .where('install_state', '!=', 'disabled')
    .execute();
}

/**
 * Takes the accounts whose recheck is due, for `seconds`, so that no other replica asks at the same time; of one
 * account only, when it is named.
 */
export async function claimRechecks(
  db: Db,
  limit: number,
  seconds: number,
  id?: number,
): Promise<{ id: number; rechecks: number }[]> {
  return db
    .updateTable('accounts')
    .set({
      recheck_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
      hook_asked_at: sql<Date>`now()`,
    })
    .where('id', 'in', (due) =>
      due
        .selectFrom('accounts')
        .select('id')
        .where('recheck_at', '<=', sql<Date>`now()`)
        .where(id === undefined ? sql<boolean>`true` : sql<boolean>`id = ${id}`)
        .orderBy('recheck_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['id', 'rechecks'])
    .execute();
}

/** What Kommo says about an account and may change there at any time. */
export interface AccountProfile {
  name: string;
  language: string;
  country: string;
  amojoId: string | null;
}

/** Takes the right to ask Kommo about the account again, unless somebody did within `seconds`. */
export async function claimProfileRefresh(
  db: Db,
  accountId: number,
  seconds: number,
): Promise<boolean> {
  const row = await db
    .updateTable('accounts')
    .set({ refreshed_at: sql<Date>`now()` })
    .where('id', '=', accountId)
    .where((where) =>
      where.or([
        where('refreshed_at', 'is', null),
        where('refreshed_at', '<', sql<Date>`now() - make_interval(secs => ${seconds})`),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps what Kommo said, unless the install epoch ended meanwhile. */
export async function storeProfile(
  db: Db,
  accountId: number,
  epoch: number,
  profile: AccountProfile,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({
      name: profile.name,
      language: profile.language,
      country: profile.country,
      // The amojo id never changes; an answer without it must not lose it.
      ...(profile.amojoId !== null && { amojo_id: profile.amojoId }),
    })
    .where('id', '=', accountId)
    .where('epoch', '=', epoch)
    .execute();
}

/** What the admin saved for one account, or what applies before the first save. */
export interface StoredSettings {
  version: number;
  status: 'new' | 'active';
  defaultChannelId: string | null;
  preferences: Preferences;
}

/** What `settingsOf` reads of `settings`. */
export type SettingsRow = Pick<
  Selectable<SettingsTable>,
  'epoch' | 'version' | 'status' | 'default_channel_id' | 'preferences'
>;

const FOLLOW_ACCOUNT: Preferences = {
  language: { mode: 'account', value: '' },
  country: { mode: 'account', value: '' },
};

/** The settings of an install epoch; those of an earlier epoch count as never saved. */
export async function findSettings(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<StoredSettings> {
  const row = await db
    .selectFrom('settings')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return settingsOf(row, epoch);
}

/** A row of `settings`, or the lack of one, as the settings of this install epoch. */
export function settingsOf(
  row: { [Name in keyof SettingsRow]: SettingsRow[Name] | null } | undefined,
  epoch: number,
): StoredSettings {
  if (row?.version == null || row.status === null || row.preferences === null) return fresh(0);
  if (row.epoch !== epoch) return fresh(row.version);
  return {
    version: row.version,
    status: row.status,
    defaultChannelId: row.default_channel_id,
    preferences: row.preferences,
  };
}

/** Writes the settings of an epoch. Call with the account locked: see account-lock.ts. */
async function storeSettings(
  trx: Trx,
  accountId: number,
  epoch: number,
  settings: StoredSettings & { savedAt?: Date },
): Promise<void> {
  const values = {
    epoch,
    version: settings.version,
    status: settings.status,
    default_channel_id: settings.defaultChannelId,
    preferences: JSON.stringify(settings.preferences),
    ...(settings.savedAt && { saved_at: settings.savedAt }),
  };
  await trx
    .insertInto('settings')
    .values({ account_id: accountId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute();
}

/** Moves the default; for a channel that was connected first, or removed. The account is locked. */
export async function storeDefaultChannel(
  trx: Trx,
  accountId: number,
  epoch: number,
  channelId: string | null,
): Promise<void> {
  const settings = await findSettings(trx, accountId, epoch);
  await storeSettings(trx, accountId, epoch, { ...settings, defaultChannelId: channelId });
}

function fresh(version: number): StoredSettings {
  return { version, status: 'new', defaultChannelId: null, preferences: FOLLOW_ACCOUNT };
}

export type CacheKind = 'pipelines' | 'templates';

/** The last good answer of Kommo. The reader checks its shape: an older version may have written it. */
export interface CachedAnswer {
  body: unknown;
  /** Younger than the reader asked for, by the database's clock. */
  isFresh: boolean;
}

/** Columns of `kommo_cache`, or the lack of a row. */
export function cachedAnswer(body: unknown, isFresh: unknown): CachedAnswer | undefined {
  return body === null || body === undefined ? undefined : { body, isFresh: isFresh === true };
}

/** @param seconds how long an answer counts as fresh */
export async function findCached(
  db: Db,
  key: { accountId: number; kind: CacheKind },
  seconds: number,
): Promise<CachedAnswer | undefined> {
  const row = await db
    .selectFrom('kommo_cache')
    .select('body')
    .select(sql<boolean>`fetched_at > now() - make_interval(secs => ${seconds})`.as('is_fresh'))
    .where('account_id', '=', key.accountId)
    .where('kind', '=', key.kind)
    .executeTakeFirst();
  return row && cachedAnswer(row.body, row.is_fresh);
}

/** Keeps an answer, unless the install epoch it was asked in is over. */
export async function storeCached(
  db: Db,
  entry: { accountId: number; epoch: number; kind: CacheKind; body: unknown },
): Promise<void> {
  await sql`
    insert into kommo_cache (account_id, kind, body, fetched_at)
    select id, ${entry.kind}, ${JSON.stringify(entry.body)}::jsonb, now()
    from accounts
    where id = ${entry.accountId} and epoch = ${entry.epoch} and install_state <> 'disabled'
    on conflict (account_id, kind) do update
      set body = excluded.body, fetched_at = excluded.fetched_at`.execute(db);
}

/** Has the list read again at the next look, because we changed it ourselves. */
export async function outdateCached(
  db: Db,
  key: { accountId: number; kind: CacheKind },
): Promise<void> {
  await db
    .updateTable('kommo_cache')
    .set({ fetched_at: new Date(0) })
    .where('account_id', '=', key.accountId)
    .where('kind', '=', key.kind)
    .execute();
}

/** What Kommo's users API said within the last `maxAgeSeconds`; undefined when it must be asked. */
export async function findUserRights(
  db: Db,
  user: { accountId: number; userId: number; maxAgeSeconds: number },
): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('user_rights')
    .select('is_admin')
    .where('account_id', '=', user.accountId)
    .where('user_id', '=', user.userId)
    .where('checked_at', '>', sql<Date>`now() - make_interval(secs => ${user.maxAgeSeconds})`)
    .executeTakeFirst();
  return row?.is_admin;
}

/** Keeps what the API said in this install epoch, unless the epoch has ended meanwhile. */
export async function saveUserRights(
  db: Db,
  user: { accountId: number; epoch: number; userId: number; isAdmin: boolean },
): Promise<void> {
  const { accountId, epoch, userId, isAdmin } = user;
  const answer = { is_admin: isAdmin, checked_at: sql<Date>`now()` };
  await db
    .insertInto('user_rights')
    .columns(['account_id', 'user_id', 'is_admin', 'checked_at'])
    .expression(
      currentInstall(db, accountId, epoch).select([
        'accounts.id',
        sql<number>`${userId}::bigint`.as('user_id'),
        sql<boolean>`${isAdmin}::boolean`.as('is_admin'),
        sql<Date>`now()`.as('checked_at'),
      ]),
    )
    .onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doUpdateSet(answer))
    .execute();
}

export async function forgetUserRights(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('user_rights').where('account_id', '=', accountId).execute();
}

/** Forgets what the account chose and what was kept of Kommo's lists. */
export async function forgetSettings(trx: Trx, accountId: number): Promise<void> {
  for (const table of ['settings', 'kommo_cache'] as const) {
    await trx.deleteFrom(table).where('account_id', '=', accountId).execute();
  }
}
