import type { Trx } from './database.ts';

/** What a change must see unchanged for the length of its transaction. */
export interface LockedAccount {
  epoch: number;
  installState: 'active' | 'authorization_required' | 'disabled';
}

/**
 * Takes the account's row for this transaction. Whoever adds or removes channels, saves settings or ends
 * an install epoch passes here first, so that these never interleave, on any replica.
 */
export async function lockAccount(trx: Trx, accountId: number): Promise<LockedAccount | undefined> {
  const row = await trx
    .selectFrom('accounts')
    .select(['epoch', 'install_state'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  return row && { epoch: row.epoch, installState: row.install_state };
}
