import type { ReceivedChat } from '../messages.ts';
import { chatOf } from '../whatsapp/chat.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { phoneOfWhatsAppId } from '../whatsapp/number.ts';
import type { MessageKey } from './event.ts';

/** How a chat is named of which only one of its messages is known. No id of WhatsApp's looks so. */
const OF_MESSAGE = 'of-message:';

/**
 * The chat that a key names.
 *
 * @param own the account's number in digits: some versions tell it as the other name of a chat with somebody else
 * @returns undefined for what is no chat with anybody: broadcasts, newsletters, notes to oneself
 */
export function chatOfKey(key: MessageKey, own: string): ReceivedChat | undefined {
  const { remoteJid, remoteJidAlt, senderPn, senderLid, previousRemoteJid } = key;
  // Of what the account wrote itself, the sender's other name is the account's.
  const others = key.fromMe === true ? [remoteJidAlt] : [remoteJidAlt, senderPn, senderLid];
  const names = [...others, previousRemoteJid].filter((name) => phoneOfWhatsAppId(name) !== own);
  return phoneOfWhatsAppId(remoteJid) === own ? undefined : chatOf(remoteJid, names);
}

/** The chat in which a message is. `findChat` asks the server which. */
export function chatOfMessage(messageId: string): ReceivedChat {
  return { id: OF_MESSAGE + messageId, isAlias: true, isOnlyAlias: true };
}

/** The message whose chat is meant. */
export function messageOfChat(alias: string): string | undefined {
  return alias.startsWith(OF_MESSAGE) ? bareMessageId(alias.slice(OF_MESSAGE.length)) : undefined;
}
