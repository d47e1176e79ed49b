import type { Chat, Message } from '../chat-entities.ts';
import type { Exchange } from '../exchange.ts';

/** The one documented answer to messages and edits; `name` is a switch for edits. */
export function sendIds(
  exchange: Exchange,
  name: string,
  chat: Chat,
  { id, client_id, sender, receiver }: Message,
): void {
  exchange.sendJson(200, {
    [name]: {
      conversation_id: chat.id,
      sender_id: sender.id,
      ...(receiver !== null && { receiver_id: receiver.id }),
      msgid: id,
      ref_id: client_id,
    },
  });
}
