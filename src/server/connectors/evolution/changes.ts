import { createHash } from 'node:crypto';
import type {
  ReceivedChat,
  ReceivedDeletion,
  ReceivedEdit,
  ReceivedItem,
  ReceivedPerson,
} from '../messages.ts';
import { spokenBy } from '../spoken-by.ts';
import { personIn } from '../whatsapp/chat.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { chatOfKey, chatOfMessage } from './chats.ts';
import { contentsOf } from './content.ts';
import type { MessageKey, ProtocolMessage, WhatsAppMessage } from './event.ts';

/** https://github.com/WhiskeySockets/Baileys/blob/master/WAProto/WAProto.proto, `ProtocolMessage.Type` */
const REVOKE = new Set<unknown>([0, 'REVOKE']);

/** Where and when something was changed. */
interface Place {
  chat: ReceivedChat;
  person: ReceivedPerson;
  /** Who spoke in a group, where that is known. */
  speaker?: string | undefined;
  /** The account did it: nothing that a client has not written becomes theirs. */
  isOwn?: boolean;
  atMs: number;
}

/** A message that tells of a change to another one. */
export function readProtocolMessage(given: ProtocolMessage, place: Place): ReceivedItem[] {
  const messageId = bareMessageId(given.key?.id);
  if (messageId === undefined) return [];
  if (REVOKE.has(given.type)) return [deletionOf(messageId, place)];
  const atMs = given.timestampMs ?? place.atMs;
  return readEdit(messageId, given.editedMessage, { ...place, atMs }, given.timestampMs);
}

/**
 * The event `messages.edited` is the bare change, as whoever edited wrote it, with nothing about who that was. So its key
 * may name any chat, and is not believed: the edit is in the chat of the message, or nowhere.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/issues/1367
 */
export function readEdited(given: ProtocolMessage, receivedAtMs: number): ReceivedItem[] {
  // `messages.delete` follows, and knows the chat.
  if (REVOKE.has(given.type)) return [];
  const messageId = bareMessageId(given.key?.id);
  if (messageId === undefined) return [];
  return readProtocolMessage(given, placeIn(chatOfMessage(messageId), receivedAtMs));
}

/** @param editedAtMs undefined: the event does not say; then the words tell two edits apart */
export function readEdit(
  messageId: string,
  message: WhatsAppMessage | undefined,
  place: Place,
  editedAtMs: number | undefined,
): ReceivedEdit[] {
  const { chat, person, atMs } = placeOf(messageId, place);
  const { speaker } = place;
  const [said] = message === undefined ? [] : contentsOf(message, messageId);
  if (said === undefined) return [];
  const content = speaker === undefined ? said : spokenBy(speaker, said);
  const editId = editedAtMs === undefined ? digestOf(content) : String(editedAtMs);
  return [{ event: 'edit', messageId, editId, chat, person, content, atMs }];
}

export function readDeletion(key: MessageKey, own: string, atMs: number): ReceivedDeletion[] {
  const messageId = bareMessageId(key.id);
  const chat = chatOfKey(key, own);
  return messageId === undefined || chat === undefined
    ? []
    : [deletionOf(messageId, { ...placeIn(chat, atMs), isOwn: key.fromMe === true })];
}

/** A chat of which the event tells no more. */
export function placeIn(chat: ReceivedChat, atMs: number): Place {
  return { chat, person: personIn(chat, undefined), atMs };
}

function deletionOf(messageId: string, place: Place): ReceivedDeletion {
  const { chat, person, atMs } = placeOf(messageId, place);
  return { event: 'delete', messageId, chat, person, atMs };
}

/** What the account changed counts only where the message itself was brought. */
function placeOf(messageId: string, place: Place): Place {
  return place.isOwn ? placeIn(chatOfMessage(messageId), place.atMs) : place;
}

function digestOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22);
}
