import type { Account } from '../../accounts/rows.ts';
import { type Command, LIMIT, pageOf } from '../command.ts';
import { renderList } from '../render.ts';
import { listAccounts } from './rows.ts';

const STATES: readonly Account['installState'][] = ['active', 'authorization_required', 'disabled'];

export const listAccountsCommand: Command = {
  words: 'accounts',
  operands: [],
  options: [{ name: 'state', value: 'state', about: `only those: ${STATES.join(', ')}` }, LIMIT],
  about: 'Lists the accounts that ever installed.',
  run: async ({ db }, order) => {
    const state = order.choice('state', STATES);
    const limit = order.limit();
    const { rows, hasMore } = pageOf(await listAccounts(db, { state, limit: limit + 1 }), limit);
    return {
      json: {
        accounts: rows.map(({ id, host, subdomain, epoch, channels, sync, createdAt, ...row }) => ({
          ...{ id, host, subdomain, state: row.state, install: epoch, channels, sync },
          first_installed_at: createdAt.toISOString(),
        })),
        has_more: hasMore,
      },
      text: renderList(
        ['Id', 'Host', 'State', 'Install', 'Channels', 'Sync', 'First installed'],
        rows.map((row) => [
          ...[row.id, row.host, row.state, row.epoch, row.channels, row.sync, row.createdAt],
        ]),
        { none: 'There are no such accounts.', hasMore },
      ),
    };
  },
};
