import { sql } from 'kysely';
import { lockAccount } from './account-lock.ts';
import type { Db, Trx } from './database.ts';
import { transaction } from './transaction.ts';

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
      cleanup_due_at: sql<Date>`now()`,
      recheck_at: null,
      rechecks: 0,
      cleanup_failures: 0,
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
