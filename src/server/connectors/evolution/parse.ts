import type { WebhookRequest } from '../connector.ts';
import type {
  AccountAtService,
  ReceivedItem,
  ReceivedReaction,
  ReceivedStatus,
  ReceivedTyping,
} from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { spokenBy } from '../spoken-by.ts';
import { eventOf } from '../webhook-proof.ts';
import { chatOf, personIn, speakerIn } from '../whatsapp/chat.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { quotedId } from '../whatsapp/proto-content.ts';
import { placeIn, readDeletion, readEdit, readEdited, readProtocolMessage } from './changes.ts';
import { chatOfKey } from './chats.ts';
import { contentsOf } from './content.ts';
import {
  deletion,
  evolutionEvent,
  presence,
  protocolMessage,
  reactionMessage,
  type Upsert,
  update,
  upsert,
  type WhatsAppMessage,
} from './event.ts';

/** No version puts more into one event. */
const MOST_AT_ONCE = 100;

/** What else Evolution calls a status says nothing: `DELETED` and, since 2.3.7, `SERVER_ACK` stand for unknown ones. */
const STATES: Record<string, ReceivedStatus['state']> = {
  DELIVERY_ACK: 'delivered',
  READ: 'read',
  PLAYED: 'read',
  ERROR: 'failed',
};

const WRITING = new Set(['composing', 'recording']);

/** A name that is a number: what Evolution puts where it knows none. */
const NO_NAME = /^\d{5,20}$/;

interface Context {
  /** The account's number in digits. */
  own: string;
  receivedAtMs: number;
}

/**
 * Reads an event. What was sent through the API (`send.message`), what nobody wrote, and everything of broadcasts,
 * statuses and newsletters gives nothing.
 *
 * @see https://doc.evolution-api.com/v2/en/configuration/webhooks
 */
export function parseEvent(event: WebhookRequest, account: AccountAtService): ReceivedItem[] {
  const posted = evolutionEvent.safeParse(eventOf(event.body)).data;
  if (posted === undefined) return [];
  const context = { own: account.externalId, receivedAtMs: event.receivedAtMs ?? 0 };
  const read = READERS.get(posted.event);
  const all: unknown[] = Array.isArray(posted.data) ? posted.data : [posted.data];
  return read === undefined
    ? []
    : all.slice(0, MOST_AT_ONCE).flatMap((data) => read(data, context));
}

const READERS = new Map<string, (data: unknown, context: Context) => ReceivedItem[]>([
  ['messages.upsert', readUpsert],
  ['messages.update', readUpdate],
  ['messages.edited', readEditedEvent],
  ['messages.delete', readDeletionEvent],
  ['presence.update', readPresence],
]);

function readUpsert(data: unknown, context: Context): ReceivedItem[] {
  const given = upsert.safeParse(data).data;
  if (given?.message === undefined) return [];
  const { key, message } = given;
  const messageId = bareMessageId(key.id);
  const chat = chatOfKey(key, context.own);
  if (messageId === undefined || chat === undefined) return [];
  const name = nameIn(given);
  const isFromStaff = key.fromMe === true;
  const about = {
    chat,
    // Of what the account wrote itself, the name is its own; in a group it is that of who spoke.
    person: personIn(chat, isFromStaff || chat.isGroup ? undefined : name),
    atMs: millisecondsOf(given, context),
  };

  const speaker =
    chat.isGroup && !isFromStaff
      ? speakerIn(name, key.participant, [key.participantAlt, key.participantPn])
      : undefined;
  const change = protocolMessage.safeParse(innerMember(message, 'protocolMessage')).data;
  if (change !== undefined) {
    return readProtocolMessage(change, { ...about, speaker, isOwn: isFromStaff });
  }
  const reaction = reactionMessage.safeParse(innerMember(message, 'reactionMessage')).data;
  if (reaction !== undefined) {
    const target = bareMessageId(reaction.key?.id);
    // Kommo shows a reaction as the client's.
    if (target === undefined || isFromStaff) return [];
    const emoji = plainLine(reaction.text, 32) ?? null;
    const item: ReceivedReaction = {
      event: 'reaction',
      messageId: target,
      ...about,
      emoji,
      reactionId: messageId,
    };
    return [item];
  }

  const replyTo = bareMessageId(given.contextInfo?.stanzaId ?? quotedId(message));
  return contentsOf(message, messageId).map((content, index) => ({
    event: 'message' as const,
    messageId: index === 0 ? messageId : `${messageId}.${index + 1}`,
    ...about,
    content: speaker === undefined ? content : spokenBy(speaker, content),
    ...(isFromStaff && { isFromStaff }),
    ...(replyTo !== undefined && index === 0 && { replyTo }),
  }));
}

function readUpdate(data: unknown, { receivedAtMs, own }: Context): ReceivedItem[] {
  const given = update.safeParse(data).data;
  const messageId = bareMessageId(given?.keyId);
  const chat = chatOfKey({ remoteJid: given?.remoteJid }, own);
  if (given === undefined || messageId === undefined || chat === undefined) return [];
  const edited = protocolMessage.safeParse({ editedMessage: editedIn(given.message) }).data;
  if (edited?.editedMessage !== undefined) {
    const place = { ...placeIn(chat, receivedAtMs), isOwn: given.fromMe === true };
    return readEdit(messageId, edited.editedMessage, place, undefined);
  }
  const state = Object.hasOwn(STATES, given.status ?? '') ? STATES[given.status ?? ''] : undefined;
  // Of a client's message it would say that we have read it.
  if (state === undefined || given.fromMe !== true) return [];
  // One of many has read it.
  const isHalf = chat.isGroup === true && state === 'read';
  return [{ event: 'status', messageId, state: isHalf ? 'delivered' : state }];
}

function readEditedEvent(data: unknown, { receivedAtMs }: Context): ReceivedItem[] {
  const given = protocolMessage.safeParse(data).data;
  return given === undefined ? [] : readEdited(given, receivedAtMs);
}

function readDeletionEvent(data: unknown, { own, receivedAtMs }: Context): ReceivedItem[] {
  const given = deletion.safeParse(data).data;
  return given === undefined ? [] : readDeletion(given.key, own, receivedAtMs);
}

/** Comes only for chats in which somebody was shown to be writing: the server asks WhatsApp for it then. */
function readPresence(data: unknown, { own, receivedAtMs }: Context): ReceivedTyping[] {
  const given = presence.safeParse(data).data;
  const chat = chatOfKey({ remoteJid: given?.id }, own);
  if (chat === undefined) return [];
  const isWriting = Object.values(given?.presences ?? {}).some((one) =>
    WRITING.has(one?.lastKnownPresence ?? ''),
  );
  if (!isWriting) return [];
  return [{ event: 'typing', ...placeIn(chat, receivedAtMs) }];
}

function nameIn({ pushName, key }: Upsert): string | undefined {
  if (pushName === undefined || NO_NAME.test(pushName)) return undefined;
  return chatOf(pushName) === undefined && pushName !== key.participant ? pushName : undefined;
}

/** Changes and reactions may be packed as messages are. */
function innerMember(message: WhatsAppMessage, name: string): unknown {
  const packs = ['editedMessage', 'ephemeralMessage', 'deviceSentMessage'];
  const inner = packs.map((pack) => (message[pack] as { message?: unknown } | null)?.message);
  return [message, ...inner]
    .map((one) => (one as WhatsAppMessage | null | undefined)?.[name])
    .find((member) => member !== undefined);
}

function editedIn(message: WhatsAppMessage | undefined): unknown {
  return (message?.editedMessage as { message?: unknown } | null | undefined)?.message;
}

/** WhatsApp tells whole seconds. Within one, the time of arrival keeps the order, also with what managers write. */
function millisecondsOf({ messageTimestamp }: Upsert, { receivedAtMs }: Context): number {
  if (messageTimestamp === undefined) return receivedAtMs;
  const atMs = messageTimestamp * 1000;
  return Math.max(atMs, Math.min(receivedAtMs, atMs + 999));
}
