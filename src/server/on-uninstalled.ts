import { forgetIdempotencyKeys } from './access/rows.ts';
import { forgetScopes } from './channels/scope/rows.ts';
import { forgetSync } from './channels/sources/rows.ts';
import { forgetWatchKeys } from './channels/watch/rows.ts';
import type { Context } from './context.ts';
import { FORGET_MESSAGES } from './queues.ts';

/** What the rooms above `accounts` forget in the transaction that ends an install. */
export function onUninstalled(jobs: Context['jobs']): Context['onUninstalled'] {
  return [
    (trx, { accountId, epoch }) => forgetScopes(trx, accountId, epoch),
    (trx, { accountId }) => forgetIdempotencyKeys(trx, accountId),
    (trx, { accountId }) => forgetSync(trx, accountId),
    (trx, { accountId }) => forgetWatchKeys(trx, accountId),
    (trx, { accountId }) => jobs.request(trx, FORGET_MESSAGES, { accountId }),
  ];
}
