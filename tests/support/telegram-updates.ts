import type { Channel } from '../../src/contract/api.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import type { TestServer } from './start-server.ts';

let lastUpdateId = 900_000;

function nextUpdateId(): number {
  lastUpdateId += 1;
  return lastUpdateId;
}

/** What Telegram would post for a message of one client. @see https://core.telegram.org/bots/api#update */
export function updateOf(
  message: Record<string, unknown>,
  { clientId = 555, updateId = nextUpdateId() }: { clientId?: number; updateId?: number } = {},
): object {
  return {
    update_id: updateId,
    message: {
      message_id: updateId - 899_000,
      from: { id: clientId, is_bot: false, first_name: 'Ana' },
      chat: { id: clientId, type: 'private', first_name: 'Ana' },
      date: Math.floor(Date.now() / 1000),
      ...message,
    },
  };
}

/** Posts an update as Telegram does, with the channel's secret. @returns the status answered */
export async function postUpdate(
  server: TestServer,
  channel: Pick<Channel, 'id'>,
  message: Record<string, unknown>,
  who: Parameters<typeof updateOf>[1] = {},
): Promise<number> {
  return postBody(server, channel, JSON.stringify(updateOf(message, who)));
}

export async function postBody(
  server: TestServer,
  channel: Pick<Channel, 'id'>,
  body: string,
): Promise<number> {
  const { db, secrets } = server.context;
  const stored = await findChannelSecrets(db, secrets, channel.id);
  const answer = await fetch(`${server.url}/connect/webhooks/telegram/${channel.id}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': stored?.webhookSecret ?? '',
    },
    body,
  });
  return answer.status;
}
