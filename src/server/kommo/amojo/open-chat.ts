import { z } from 'zod';
import { readAnswer } from '../answers.ts';
import { type AmojoCaller, type ChatScope, callAmojo } from './call-amojo.ts';
import { type ChatPerson, personJson } from './message.ts';

const chat = z.object({ id: z.string().min(1), user: z.object({ id: z.string().min(1) }) });

/**
 * Opens a chat without a message, or finds the one of this id. Nobody sees it, and it has no contact and no lead, until
 * a message is in it.
 *
 * @param chat.conversationId - ours
 * @returns what Kommo calls the chat and the client
 * @throws KommoError
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export async function openChat(
  kommo: AmojoCaller,
  scope: ChatScope,
  {
    conversationId,
    sourceExternalId,
    person,
  }: { conversationId: string; sourceExternalId?: string; person: ChatPerson },
): Promise<{ kommoChatId: string; kommoPersonId: string }> {
  const json = {
    conversation_id: conversationId,
    ...(sourceExternalId !== undefined && { source: { external_id: sourceExternalId } }),
    user: personJson(person),
  };
  const answer = await callAmojo(kommo, scope, { method: 'POST', path: ['chats'], json });
  const { id, user } = readAnswer(answer, chat, 'amojo');
  return { kommoChatId: id, kommoPersonId: user.id };
}
