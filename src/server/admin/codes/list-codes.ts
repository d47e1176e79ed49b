import { type Command, LIMIT, pageOf } from '../command.ts';
import { renderList } from '../render.ts';
import { listCodes } from './rows.ts';

export const listCodesCommand: Command = {
  words: 'codes',
  operands: [],
  options: [LIMIT],
  about: 'Lists the install codes of the last day that wait or have failed.',
  run: async ({ db }, order) => {
    const limit = order.limit();
    const { rows, hasMore } = pageOf(await listCodes(db, limit + 1), limit);
    return {
      json: {
        codes: rows.map((row) => ({
          ...{ host: row.host, state: row.state, failure: row.failure, tries: row.calls },
          consent_of_account: row.expectedAccountId,
          received_at: row.receivedAt.toISOString(),
          expires_at: row.expiresAt.toISOString(),
        })),
        has_more: hasMore,
      },
      text: renderList(
        ['Host', 'State', 'Failure', 'Tries', 'Consent of account', 'Received', 'Expires'],
        rows.map((row) => [
          ...[row.host, row.state, row.failure, row.calls, row.expectedAccountId],
          ...[row.receivedAt, row.expiresAt],
        ]),
        { none: 'No install code waits or has failed.', hasMore },
      ),
    };
  },
};
