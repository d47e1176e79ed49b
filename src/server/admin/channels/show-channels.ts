import { type ChannelStatus, channelStatus } from '../../../contract/api.ts';
import { getAccount } from '../accounts/get-account.ts';
import { type Answer, type Command, LIMIT, type Page, pageOf } from '../command.ts';
import { renderList } from '../render.ts';
import { type ChannelCount, countChannels, type ListedChannel, listChannels } from './rows.ts';

const STATUSES: readonly ChannelStatus[] = channelStatus.options;

export const showChannelsCommand: Command = {
  words: 'channels',
  operands: [],
  options: [
    { name: 'account', value: 'id or subdomain', about: 'lists the channels of this account' },
    { name: 'status', value: 'status', about: `lists those: ${STATUSES.join(', ')}` },
    LIMIT,
  ],
  about: 'Counts the channels by service and status, or lists them.',
  run: async (tools, order) => {
    const status = order.choice('status', STATUSES);
    const named = order.text('account');
    const limit = order.limit();
    if (status === undefined && named === undefined) return counts(await countChannels(tools.db));
    const accountId = named === undefined ? undefined : (await getAccount(tools, named)).id;
    const found = await listChannels(tools.db, { accountId, status, limit: limit + 1 });
    return list(pageOf(found, limit));
  },
};

function counts(rows: readonly ChannelCount[]): Answer {
  return {
    json: {
      counts: rows.map(({ connector, status, channels }) => ({
        ...{ service: connector, status, channels },
      })),
    },
    text: renderList(
      ['Service', 'Status', 'Channels'],
      rows.map(({ connector, status, channels }) => [connector, status, channels]),
      { none: 'There are no channels.' },
    ),
  };
}

function list({ rows, hasMore }: Page<ListedChannel>): Answer {
  return {
    json: {
      channels: rows.map((row) => ({
        ...{ id: row.id, account_id: row.accountId, subdomain: row.subdomain },
        ...{ service: row.connector, status: row.status, status_reason: row.statusReason },
        status_at: row.statusAt?.toISOString() ?? null,
        last_received_at: row.lastReceivedAt?.toISOString() ?? null,
        last_sent_at: row.lastSentAt?.toISOString() ?? null,
        ...{ pending: row.pending, undelivered: row.undelivered },
      })),
      has_more: hasMore,
    },
    text: renderList(
      [
        'Channel',
        'Account',
        'Subdomain',
        'Service',
        'Status',
        'Reason',
        'As of',
        'Pending',
        'Undelivered',
      ],
      rows.map((row) => [
        ...[row.id, row.accountId, row.subdomain, row.connector, row.status, row.statusReason],
        ...[row.statusAt, row.pending, row.undelivered],
      ]),
      { none: 'There are no such channels.', hasMore },
    ),
  };
}
