import { type Selectable, sql } from 'kysely';
import type { Preferences } from '../../contract/api.ts';
import { lockAccount } from '../platform/database/account-lock.ts';
import type { Db, Trx } from '../platform/database/database.ts';
import type { SettingsTable } from '../platform/database/schema.ts';
import { transaction } from '../platform/database/transaction.ts';

/**
 * A Kommo account as we know it: the tenant that everything else belongs to. `installState` is what an
 * administrator would see: `active` only while a grant of this epoch is alive.
 */
export type Account = Omit<AccountRow, 'granted'>;

/** What Kommo itself said about an account, at install. */
export type ConfirmedAccount = Omit<Account, 'host' | 'epoch' | 'installState'> & { host: string };

export async function findAccount(db: Db, id: number): Promise<Account | undefined> {
  const row = await selectAccounts(db).where('accounts.id', '=', id).executeTakeFirst();
  return row && toAccount(row);
}

/** The account that holds this host now, no matter which one held it before. */
export async function findAccountByHost(db: Db, host: string): Promise<Account | undefined> {
  const row = await selectAccounts(db).where('accounts.host', '=', host).executeTakeFirst();
  return row && toAccount(row);
}

function selectAccounts(db: Db) {
  return db
    .selectFrom('accounts')
    .leftJoin('grants', (join) =>
      join
        .onRef('grants.accountId', '=', 'accounts.id')
        .onRef('grants.epoch', '=', 'accounts.epoch')
        .on('grants.state', '=', 'alive'),
    )
    .select([...ACCOUNT_COLUMNS, 'grants.accountId as granted']);
}

/** What `toAccount` reads, besides the account in the living grant of its epoch as `granted`. */
export const ACCOUNT_COLUMNS = [
  'accounts.id',
  'accounts.host',
  'accounts.subdomain',
  'accounts.tld',
  'accounts.name',
  'accounts.language',
  'accounts.country',
  'accounts.amojoId',
  'accounts.epoch',
  'accounts.installState',
] as const;

export type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>['execute']>>[number];

export function toAccount({ granted, ...account }: AccountRow): Account {
  const isWaiting = account.installState === 'active' && granted === null;
  return isWaiting ? { ...account, installState: 'authorization_required' } : account;
}

/**
 * Stores an account whose identity Kommo has confirmed, as installed. An account that held the host before has
 * lost it: Kommo gives a free subdomain to a new account, which must not meet the old one's data. The caller
 * has locked both.
 *
 * @returns the install epoch, which rises when the integration is disabled, not now
 */
export async function saveInstalledAccount(trx: Trx, account: ConfirmedAccount): Promise<number> {
  await evictHost(trx, account.host, account.id);
  // Field by field: what Kommo may say besides has no column.
  const { id, host, subdomain, tld, name, language, country, amojoId } = account;
  const known = {
    ...{ host, subdomain, tld, name, language, country, amojoId },
    installState: 'active' as const,
    disabledAt: null,
    recheckAt: null,
    rechecks: 0,
    hookAskedAt: null,
    refreshedAt: sql<Date>`now()`,
  };
  const { epoch } = await trx
    .insertInto('accounts')
    .values({ id, ...known })
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
      installState: 'disabled' as const,
      epoch: set('epoch', '+', 1),
      disabledAt: sql<Date>`now()`,
      recheckAt: null,
      rechecks: 0,
    }))
    .where('id', '=', id)
    .execute();
}

/** The pause between two questions about an account's hooks, no matter how often a hook is sent again. */
const HOOK_PAUSE = sql`interval '1 minute'`;

/**
 * Records a genuine disable hook, in one statement: Kommo sends it once. It is due at once, unless Kommo was just
 * asked about another; if that one's second question is still to come, it answers this one too.
 */
export async function recordDisableHook(db: Db, id: number): Promise<void> {
  await db
    .updateTable('accounts')
    .set({
      recheckAt: sql<Date>`least(recheck_at, greatest(now(), hook_asked_at + ${HOOK_PAUSE}))`,
      rechecks: sql<number>`case when rechecks = 0 and recheck_at is not null
        and hook_asked_at > now() - ${HOOK_PAUSE} then 0 else -1 end`,
    })
    .where('id', '=', id)
    .where('installState', '!=', 'disabled')
    .execute();
}

/**
 * Sets when to ask again about a hook that Kommo has not confirmed; undefined means never. A hook that came in
 * while Kommo was being asked is not lost.
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
        ? { recheckAt: null, rechecks: 0 }
        : {
            recheckAt: sql<Date>`now() + make_interval(secs => ${next.afterSeconds})`,
            rechecks: next.rechecks,
          },
    )
    .where('id', '=', id)
    .where('rechecks', '=', asked)
    .where('installState', '!=', 'disabled')
    .execute();
}

/**
 * Claims accounts whose recheck is due for `seconds`, so that no other replica asks at the same time. With `id`,
 * only that account.
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
      recheckAt: sql<Date>`now() + make_interval(secs => ${seconds})`,
      hookAskedAt: sql<Date>`now()`,
    })
    .where('id', 'in', (due) =>
      due
        .selectFrom('accounts')
        .select('id')
        .where('recheckAt', '<=', sql<Date>`now()`)
        .where(id === undefined ? sql<boolean>`true` : sql<boolean>`id = ${id}`)
        .orderBy('recheckAt')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['id', 'rechecks'])
    .execute();
}

/** What Kommo says about an account. It may change at any time. */
export type AccountProfile = Pick<Account, 'name' | 'language' | 'country' | 'amojoId'>;

/** Claims the right to ask Kommo about the account again, unless it was asked within `seconds`. */
export async function claimProfileRefresh(
  db: Db,
  accountId: number,
  seconds: number,
): Promise<boolean> {
  const row = await db
    .updateTable('accounts')
    .set({ refreshedAt: sql<Date>`now()` })
    .where('id', '=', accountId)
    .where((where) =>
      where.or([
        where('refreshedAt', 'is', null),
        where('refreshedAt', '<', sql<Date>`now() - make_interval(secs => ${seconds})`),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Stores what Kommo said, unless the install epoch has ended since. */
export async function storeProfile(
  db: Db,
  accountId: number,
  epoch: number,
  { name, language, country, amojoId }: AccountProfile,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({
      name,
      language,
      country,
      // The amojo id never changes; an answer without it must not lose it.
      ...(amojoId !== null && { amojoId }),
    })
    .where('id', '=', accountId)
    .where('epoch', '=', epoch)
    .execute();
}

/** What an administrator saved for the account, or what applies before the first save. */
export type StoredSettings = Pick<
  Selectable<SettingsTable>,
  'version' | 'status' | 'defaultChannelId' | 'preferences' | 'savedAt' | 'savedBy'
>;

/** What `settingsOf` reads of `settings`. */
export type SettingsRow = StoredSettings &
  Pick<Selectable<SettingsTable>, 'epoch' | 'savedByVersion'>;

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
    .where('accountId', '=', accountId)
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
  const { version, status, defaultChannelId, preferences, savedAt } = row;
  const savedBy = row.savedByVersion === version ? row.savedBy : null;
  return { version, status, defaultChannelId, preferences, savedAt, savedBy };
}

/** Sets the default channel, when the first one is connected or the default removed. Call with the account locked. */
export async function storeDefaultChannel(
  trx: Trx,
  accountId: number,
  epoch: number,
  defaultChannelId: string | null,
): Promise<void> {
  const { version, status, preferences } = await findSettings(trx, accountId, epoch);
  const known = { epoch, version, status, preferences: JSON.stringify(preferences) };
  await trx
    .insertInto('settings')
    .values({ accountId, ...known, defaultChannelId })
    .onConflict((conflict) =>
      conflict.column('accountId').doUpdateSet({ ...known, defaultChannelId }),
    )
    .execute();
}

function fresh(version: number): StoredSettings {
  return {
    version,
    status: 'new',
    defaultChannelId: null,
    preferences: FOLLOW_ACCOUNT,
    savedAt: null,
    savedBy: null,
  };
}

export type CacheKind = 'pipelines' | 'templates';

/** Kommo's last good answer. The reader checks its shape: an older version may have written it. */
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
    .selectFrom('kommoCache')
    .select('body')
    .select(sql<boolean>`fetched_at > now() - make_interval(secs => ${seconds})`.as('isFresh'))
    .where('accountId', '=', key.accountId)
    .where('kind', '=', key.kind)
    .executeTakeFirst();
  return row && cachedAnswer(row.body, row.isFresh);
}

/** Stores an answer, unless the install epoch it was asked in is over. */
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

/** Marks the list as out of date, because we changed it ourselves: the next reader asks Kommo. */
export async function outdateCached(
  db: Db,
  key: { accountId: number; kind: CacheKind },
): Promise<void> {
  await db
    .updateTable('kommoCache')
    .set({ fetchedAt: new Date(0) })
    .where('accountId', '=', key.accountId)
    .where('kind', '=', key.kind)
    .execute();
}

/** What Kommo's users API said within the last `maxAgeSeconds`; undefined when it must be asked. */
export async function findUserRights(
  db: Db,
  user: { accountId: number; userId: number; maxAgeSeconds: number },
): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('userRights')
    .select('isAdmin')
    .where('accountId', '=', user.accountId)
    .where('userId', '=', user.userId)
    .where('checkedAt', '>', sql<Date>`now() - make_interval(secs => ${user.maxAgeSeconds})`)
    .executeTakeFirst();
  return row?.isAdmin;
}

/** Stores what the API said in this install epoch, unless the epoch has ended since. */
export async function saveUserRights(
  db: Db,
  user: { accountId: number; epoch: number; userId: number; isAdmin: boolean },
): Promise<void> {
  const { accountId, epoch, userId, isAdmin } = user;
  const answer = { isAdmin, checkedAt: sql<Date>`now()` };
  await db
    .insertInto('userRights')
    .columns(['accountId', 'userId', 'isAdmin', 'checkedAt'])
    .expression(
      currentInstall(db, accountId, epoch).select([
        'accounts.id',
        sql<number>`${userId}::bigint`.as('userId'),
        sql<boolean>`${isAdmin}::boolean`.as('isAdmin'),
        sql<Date>`now()`.as('checkedAt'),
      ]),
    )
    .onConflict((conflict) => conflict.columns(['accountId', 'userId']).doUpdateSet(answer))
    .execute();
}

/**
 * The account's row while it is in this install epoch, for writes that must not outlive it. Waits for an
 * uninstall under way.
 */
function currentInstall(db: Db, accountId: number, epoch: number) {
  return db
    .selectFrom('accounts')
    .where('accounts.id', '=', accountId)
    .where('accounts.epoch', '=', epoch)
    .where('accounts.installState', '!=', 'disabled')
    .forShare();
}

export async function forgetUserRights(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('userRights').where('accountId', '=', accountId).execute();
}

/** Forgets what the account chose and what was stored of Kommo's lists. */
export async function forgetSettings(trx: Trx, accountId: number): Promise<void> {
  for (const table of ['settings', 'kommoCache'] as const) {
    await trx.deleteFrom(table).where('accountId', '=', accountId).execute();
  }
}
