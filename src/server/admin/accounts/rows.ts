import { sql } from 'kysely';
import type { Account } from '../../accounts/rows.ts';
import type { Db } from '../../platform/database/database.ts';

/** An account in a list. */
export interface ListedAccount {
  id: number;
  /** Null when another account has taken its address over. */
  host: string | null;
  subdomain: string;
  state: Account['installState'];
  epoch: number;
  /** Of the current install. */
  channels: number;
  /** Null: never asked for. */
  sync: string | null;
  createdAt: Date;
}

/** As `toAccount` of the accounts' room has it: active only while a grant of this epoch is alive. */
const STATE = sql<Account['installState']>`case
  when accounts.install_state = 'active' and grants.account_id is null then 'authorization_required'
  else accounts.install_state end`;

/**
 * Accounts in the order of their ids, read along the primary key up to the limit. With a state, rows are passed over
 * until there are enough: at worst all accounts are read.
 */
export async function listAccounts(
  db: Db,
  { state, limit }: { state: Account['installState'] | undefined; limit: number },
): Promise<ListedAccount[]> {
  const wanted = state === undefined ? sql`` : sql`where ${STATE} = ${state}`;
  const { rows } = await sql<ListedAccount>`
    select accounts.id, accounts.host, accounts.subdomain, ${STATE} as state, accounts.epoch, accounts.created_at,
      (select count(*)::integer from channels
        where channels.account_id = accounts.id and channels.epoch = accounts.epoch) as channels,
      (select syncs.state from syncs where syncs.account_id = accounts.id) as sync
    from accounts
    left join grants on grants.account_id = accounts.id and grants.epoch = accounts.epoch
      and grants.state = 'alive'
    ${wanted}
    order by accounts.id limit ${limit}::integer`.execute(db);
  return rows;
}

/** What the rooms have no reader for: moments of an install and of its grant, without the tokens. */
export interface InstallMoments {
  createdAt: Date;
  disabledAt: Date | null;
  /** Null where there is no grant of this install. */
  grantState: 'alive' | 'dead' | null;
  accessTokenExpiresAt: Date | null;
  refreshedAt: Date | null;
  refreshFailures: number | null;
}

/** By primary keys. */
export async function findInstallMoments(db: Db, id: number): Promise<InstallMoments | undefined> {
  return db
    .selectFrom('accounts')
    .leftJoin('grants', (join) =>
      join
        .onRef('grants.accountId', '=', 'accounts.id')
        .onRef('grants.epoch', '=', 'accounts.epoch'),
    )
    .select([
      'accounts.createdAt',
      'accounts.disabledAt',
      'grants.state as grantState',
      'grants.expiresAt as accessTokenExpiresAt',
      'grants.refreshedAt',
      'grants.refreshFailures',
    ])
    .where('accounts.id', '=', id)
    .executeTakeFirst();
}

/** What an uninstall removes, counted. */
export interface Belongings {
  channels: number;
  attempts: number;
  messages: number;
  conversations: number;
}

/** Along the index by account of each table. */
export async function countBelongings(db: Db, id: number): Promise<Belongings> {
  const { rows } = await sql<Belongings>`
    select (select count(*)::integer from channels where account_id = ${id}::bigint) as channels,
      (select count(*)::integer from attempts where account_id = ${id}::bigint) as attempts,
      (select count(*)::integer from messages where account_id = ${id}::bigint) as messages,
      (select count(*)::integer from conversations where account_id = ${id}::bigint) as conversations`.execute(
    db,
  );
  return rows[0] ?? { channels: 0, attempts: 0, messages: 0, conversations: 0 };
}
