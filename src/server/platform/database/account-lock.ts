import type { Selectable } from 'kysely';
import type { Trx } from './database.ts';
import type { AccountsTable } from './schema.ts';

/** What a change must see unchanged for the length of its transaction. */
export type LockedAccount = Pick<Selectable<AccountsTable>, 'epoch' | 'installState'>;

/**
 * Takes the account's row for this transaction. Adding or removing channels, saving settings, changing
 * the grant's state and ending an install epoch pass here, so that these never interleave, on any
 * replica. Always the first row a transaction takes: two that take the same rows in another order wait for
 * each other.
 *
 * @param host also takes the account that holds this host now, if it is another one: it is about to lose it
 */
export async function lockAccount(
  trx: Trx,
  accountId: number,
  host?: string,
): Promise<LockedAccount | undefined> {
  const rows = await trx
    .selectFrom('accounts')
    .select(['id', 'epoch', 'installState'])
    .where((where) =>
      where.or([
        where('id', '=', accountId),
        ...(host === undefined ? [] : [where('host', '=', host)]),
      ]),
    )
    .orderBy('id')
    // Rows that only refer to the account may still be added by others.
    .forNoKeyUpdate()
    .execute();
  return rows.find(({ id }) => id === accountId);
}
