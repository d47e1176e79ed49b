import { jidOf } from '../whatsapp/chat.ts';

/** WAHA's spelling of a chat's id: https://waha.devlike.pro/docs/how-to/send-messages/#chatid */
export function wireChat(chatId: string): string | undefined {
  return jidOf(chatId, 'c.us');
}

/**
 * WAHA's whole id of a message, made of what we keep. In groups it would end with who wrote, which nobody has to know:
 * engines find messages by the bare id. Of several contacts in one message, each but the first has a number of its own,
 * which WAHA does not know.
 */
export function wireMessage(chat: string, messageId: string, isOurs: boolean): string {
  return `${isOurs}_${chat}_${messageId.replace(/:\d+$/, '')}`;
}

/** Where a message lies; undefined where one of the ids could lead to another place. */
export function chatPath(
  session: string,
  chat: string | undefined,
  message: string | undefined,
): string | undefined {
  if (!/^[\w.-]{5,50}@[\w.]{2,20}$/.test(chat ?? '')) return undefined;
  if (!/^(?:true|false)_[\w.@:-]{1,300}$/.test(message ?? '')) return undefined;
  const [chatPart, messagePart] = [chat ?? '', message ?? ''].map(encodeURIComponent);
  return `/api/${session}/chats/${chatPart}/messages/${messagePart}`;
}
