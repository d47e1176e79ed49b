import { type AmojoCaller, type ChatScope, callAmojo } from './call-amojo.ts';

/**
 * Shows in Kommo that the client is typing, for five seconds.
 *
 * @param typing.personId - ours
 * @throws KommoError
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export async function sendTyping(
  kommo: AmojoCaller,
  scope: ChatScope,
  { conversationId, personId }: { conversationId: string; personId: string },
): Promise<void> {
  const json = { conversation_id: conversationId, sender: { id: personId } };
  await callAmojo(kommo, scope, { method: 'POST', path: ['typing'], json });
}

/** A reaction to a message of ours, or to one written in Kommo. */
export type Reaction = {
  conversationId: string;
  /** Who reacts; `kommoId` when it is somebody of the account. */
  person: { id: string; kommoId?: string };
  /** `null` takes the reaction back. */
  emoji: string | null;
} & ({ msgid: string; kommoMessageId?: undefined } | { msgid?: undefined; kommoMessageId: string });

/**
 * Puts a person's reaction to a message, in place of an earlier one of theirs.
 *
 * @throws KommoError `not_found` for a message Kommo does not have
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export async function sendReaction(
  kommo: AmojoCaller,
  scope: ChatScope,
  { conversationId, msgid, kommoMessageId, person, emoji }: Reaction,
): Promise<void> {
  const json = {
    conversation_id: conversationId,
    ...(msgid === undefined ? { id: kommoMessageId } : { msgid }),
    user: { id: person.id, ...(person.kommoId !== undefined && { ref_id: person.kommoId }) },
    ...(emoji === null ? { type: 'unreact' } : { type: 'react', emoji }),
  };
  await callAmojo(kommo, scope, { method: 'POST', path: ['react'], json });
}
