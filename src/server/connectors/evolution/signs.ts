import { ConnectorError, type Tools } from '../connector.ts';
import type { ChatAddress } from '../messages.ts';
import { jidOf } from '../whatsapp/chat.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import type { EvolutionClient } from './client.ts';

/** An answer must not wait long for what is only a courtesy. */
const SEEN_MS = 3_000;

/** How long one sign of writing is shown, in milliseconds. */
const WRITING_MS = 4_000;

/**
 * Shows the client that what they wrote was read: WhatsApp marks what is named and nothing before it. Best effort: an answer to what nobody has read looks like a
 * robot's, and a missing one is worse.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/chat-controller/mark-as-read
 */
export async function showSeen(
  tools: Tools,
  { client, instance }: { client: EvolutionClient; instance: string },
  { chatId, lastReceivedId, earlierReceivedIds = [] }: ChatAddress,
): Promise<void> {
  const remoteJid = jidOf(chatId, 's.whatsapp.net');
  const ids = [lastReceivedId, ...earlierReceivedIds].flatMap((id) => bareMessageId(id) ?? []);
  // The server tells WhatsApp nothing of messages in groups or from hidden ids.
  if (ids.length === 0 || !remoteJid?.endsWith('@s.whatsapp.net')) return;
  const path = `/chat/markMessageAsRead/${instance}`;
  const json = { readMessages: ids.map((id) => ({ remoteJid, id, fromMe: false })) };
  try {
    await client.call(tools, { method: 'POST', path, json, deadlineMs: SEEN_MS });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
}

/**
 * Shows the client for some seconds that somebody is writing. The server keeps the request open as long, and takes the
 * sign back then.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/chat-controller/send-presence
 * @throws ConnectorError
 */
export async function showWriting(
  tools: Tools,
  { client, instance }: { client: EvolutionClient; instance: string },
  { chatId }: ChatAddress,
): Promise<void> {
  const number = jidOf(chatId, 's.whatsapp.net');
  if (number === undefined) return;
  await client.call(tools, {
    method: 'POST',
    path: `/chat/sendPresence/${instance}`,
    json: { number, presence: 'composing', delay: WRITING_MS },
    deadlineMs: WRITING_MS + 5_000,
  });
}
