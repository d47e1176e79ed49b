import { ConnectorError, type Tools } from '../connector.ts';
import { type JsonRequest, sendJson } from '../http.ts';
import type { WahaAccess } from './access.ts';
import { wireMessage } from './addresses.ts';

/** Nobody waits longer for a courtesy. */
const COURTESY_MS = 5_000;

/**
 * Shows a client that their messages were read: some engines mark what is named and nothing before it. Whoever answers unread messages is taken for a robot.
 *
 * @see https://waha.devlike.pro/docs/overview/how-to-avoid-blocking/
 */
export async function showSeen(
  tools: Tools,
  access: WahaAccess,
  chat: string,
  messageIds: readonly string[],
): Promise<void> {
  await tryTo(tools, access, '/api/sendSeen', {
    session: access.session,
    chatId: chat,
    // In a group a message is named with who wrote it, which we do not keep: all that is unread there is meant then.
    ...(!chat.endsWith('@g.us') && {
      messageIds: messageIds.map((id) => wireMessage(chat, id, false)),
    }),
  });
}

/**
 * Shows that somebody is writing, and asks to be told when the client is: WhatsApp tells that only for chats that
 * somebody looks at.
 *
 * @see https://waha.devlike.pro/docs/how-to/presence/
 */
export async function showTyping(tools: Tools, access: WahaAccess, chat: string): Promise<void> {
  const { session } = access;
  await tryTo(tools, access, '/api/startTyping', { session, chatId: chat });
  const path = `/api/${session}/presence/${encodeURIComponent(chat)}/subscribe`;
  await tryTo(tools, access, path, undefined);
}

/** Best effort: what comes after it matters more. */
async function tryTo(
  tools: Tools,
  { url, apiKey }: WahaAccess,
  path: string,
  json: JsonRequest['json'],
): Promise<void> {
  try {
    await sendJson(tools.send, {
      method: 'POST',
      url: url + path,
      headers: { 'x-api-key': apiKey },
      json,
      deadlineMs: COURTESY_MS,
    });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
}
