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
 * The event `messages.edited` is the bare change. Its key was made by who edited, so that a client's edit names the
 * account as the chat; and a hidden id in it may be either's.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/issues/1367
 */
export function readEdited(given: ProtocolMessage, own: string, receivedAtMs: number) {
  // `messages.delete` follows, and knows the chat.
  if (REVOKE.has(given.type)) return [];
  const messageId = bareMessageId(given.key?.id);
  if (messageId === undefined) return [];
  const named = chatOfKey({ remoteJid: given.key?.remoteJid }, own);
  const chat = named === undefined || named.isAlias ? chatOfMessage(messageId) : named;
  return readProtocolMessage(given, placeIn(chat, receivedAtMs));
}

/** @param editedAtMs undefined: the event does not say; then the words tell two edits apart */
export function readEdit(
  messageId: string,
  message: WhatsAppMessage | undefined,
  { chat, person, speaker, atMs }: Place,
  editedAtMs: number | undefined,
): ReceivedEdit[] {
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
    : [deletionOf(messageId, placeIn(chat, atMs))];
}

/** A chat of which the event tells no more. */
export function placeIn(chat: ReceivedChat, atMs: number): Place {
  return { chat, person: personIn(chat, undefined), atMs };
}

function deletionOf(messageId: string, { chat, person, atMs }: Place): ReceivedDeletion {
  return { event: 'delete', messageId, chat, person, atMs };
}

function digestOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22);
}
