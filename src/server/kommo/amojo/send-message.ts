import { z } from 'zod';
import { readAnswer } from '../answers.ts';
import { type AmojoCaller, type ChatScope, callAmojo } from './call-amojo.ts';
import { kommoIdOf } from './kommo-id.ts';
import {
  type ChatPerson,
  contentJson,
  type MessageContent,
  personJson,
  type QuotedMessage,
  quoteJson,
  timesJson,
} from './message.ts';

/** A message to put into Kommo. */
export interface NewMessage {
  /** When it was written at the service, since 1970. Kommo orders a chat's messages by it. */
  atMs: number;
  /** Ours. Kommo takes a message of the same id only once. */
  msgid: string;
  /** Ours. One that Kommo does not know yet begins a chat. */
  conversationId: string;
  /** Binds a chat that was begun in Kommo to `conversationId`. */
  kommoChatId?: string;
  /** Neither a lead nor a notification comes of it. */
  isSilent: boolean;
  sourceExternalId: string;
  sender: ChatPerson;
  /** The client, when somebody of the account wrote. */
  receiver?: ChatPerson;
  content: MessageContent;
  replyTo?: QuotedMessage;
}

/** A change of a message that Kommo has. */
export interface MessageEdit {
  msgid: string;
  conversationId: string;
  /** When it was changed at the service, since 1970. */
  atMs: number;
  content: MessageContent;
}

/** What Kommo calls a message and its people. */
export interface SentMessage {
  kommoMessageId: string;
  kommoChatId?: string;
  kommoSenderId?: string;
  kommoReceiverId?: string;
}

const id = z.string().nullish().catch(undefined);
const sent = z.object({
  msgid: z.string().min(1),
  conversation_id: id,
  sender_id: id,
  receiver_id: id,
});
const answerShape = z.object({ new_message: sent });

/**
 * Hands a message over. Kommo shows it some time after its answer.
 *
 * @throws KommoError `rejected` also for a `msgid` that Kommo has already: after a lost answer it may be in
 * @see https://developers.kommo.com/reference/send-import-messages
 */
export async function sendMessage(
  kommo: AmojoCaller,
  scope: ChatScope,
  message: NewMessage,
): Promise<SentMessage> {
  const { conversationId, kommoChatId, sender, receiver, replyTo } = message;
  const payload = {
    ...timesJson(message.atMs),
    msgid: message.msgid,
    conversation_id: conversationId,
    ...(kommoChatId !== undefined && { conversation_ref_id: kommoChatId }),
    source: { external_id: message.sourceExternalId },
    sender: personJson(sender),
    ...(receiver && { receiver: personJson(receiver) }),
    message: contentJson(message.content),
    ...(replyTo && { reply_to: quoteJson(replyTo) }),
    silent: message.isSilent,
  };
  const json = { event_type: 'new_message', payload };
  const answer = await callAmojo(kommo, scope, { method: 'POST', path: [], json });
  const { new_message: ids } = readAnswer(answer, answerShape, 'amojo');
  // The documentation's examples show our ids where real answers have Kommo's.
  const chat = kommoIdOf(ids.conversation_id, conversationId);
  const from = kommoIdOf(ids.sender_id, sender.id);
  const to = kommoIdOf(ids.receiver_id, receiver?.id);
  return {
    kommoMessageId: ids.msgid,
    ...(chat !== undefined && { kommoChatId: chat }),
    ...(from !== undefined && { kommoSenderId: from }),
    ...(to !== undefined && { kommoReceiverId: to }),
  };
}

/**
 * Replaces the content of a message. Kommo has no call to delete one.
 *
 * @throws KommoError `not_found` for a message Kommo does not have
 * @see https://developers.kommo.com/reference/send-import-messages
 */
export async function editMessage(
  kommo: AmojoCaller,
  scope: ChatScope,
  { msgid, conversationId, atMs, content }: MessageEdit,
): Promise<void> {
  const payload = {
    ...timesJson(atMs),
    msgid,
    conversation_id: conversationId,
    message: contentJson(content),
  };
  const json = { event_type: 'edit_message', payload };
  // No page shows the answer.
  await callAmojo(kommo, scope, { method: 'POST', path: [], json });
}
