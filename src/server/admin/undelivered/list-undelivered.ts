import { isRowId } from '../../channels/rows.ts';
import { NO_CHANNEL } from '../../messages/receive/rows.ts';
import { getAccount } from '../accounts/get-account.ts';
import { type Command, LIMIT, NotFound, pageOf } from '../command.ts';
import { renderList } from '../render.ts';
import { isChannel, listUndelivered } from './rows.ts';

export const listUndeliveredCommand: Command = {
  words: 'undelivered',
  operands: [],
  options: [
    { name: 'account', value: 'id or subdomain', about: 'only those of this account' },
    { name: 'channel', value: 'id', about: 'only those of this channel' },
    LIMIT,
  ],
  about: 'Lists the messages that could not be carried, newest first.',
  run: async (tools, order) => {
    const named = order.text('account');
    const channelId = order.text('channel');
    if (channelId !== undefined && !isRowId(channelId)) throw new NotFound(NO_SUCH_CHANNEL);
    const limit = order.limit();
    const accountId = named === undefined ? undefined : (await getAccount(tools, named)).id;
    const wanted = { accountId, channelId, limit: limit + 1 };
    const { rows, hasMore } = pageOf(await listUndelivered(tools.db, wanted), limit);
    const isKnown =
      channelId === undefined || rows.length > 0 || (await isChannel(tools.db, channelId));
    if (!isKnown) throw new NotFound(NO_SUCH_CHANNEL);
    return {
      json: {
        undelivered: rows.map((row) => ({
          ...{ id: row.id, account_id: row.accountId, channel_id: channelOf(row.channelId) },
          ...{ direction: row.direction, kind: row.kind, reason: row.reason },
          ...{ at: row.at.toISOString(), can_retry: row.canRetry },
        })),
        has_more: hasMore,
      },
      text: renderList(
        ['Message', 'Account', 'Channel', 'Direction', 'Kind', 'Reason', 'Since', 'Can retry'],
        rows.map((row) => [
          ...[row.id, row.accountId, channelOf(row.channelId), row.direction],
          ...[row.kind, row.reason, row.at, row.canRetry],
        ]),
        { none: 'Nothing is undelivered.', hasMore },
      ),
    };
  },
};

const NO_SUCH_CHANNEL = 'There is no channel of that id.';

function channelOf(id: string): string | null {
  return id === NO_CHANNEL ? null : id;
}
