import type { Db } from './database.ts';

/**
 * The account's row while it is in this install epoch, for writes that must not outlive it. An uninstall
 * under way is waited for.
 */
export function currentInstall(db: Db, accountId: number, epoch: number) {
  return db
    .selectFrom('accounts')
    .where('accounts.id', '=', accountId)
    .where('accounts.epoch', '=', epoch)
    .where('accounts.install_state', '!=', 'disabled')
    .forShare();
}
