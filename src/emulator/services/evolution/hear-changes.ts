/** What becomes of messages, told to an instance's webhook. */

import { newMessageId } from '../whatsapp/messages.ts';
import { type Chat, type Message, networkState, own } from '../whatsapp/state.ts';
import { askedJid, type EventOf, type Hearing, isNew, store, tell } from './hearing.ts';
import { viaOf } from './session.ts';
import { evolutionState, type Fields, type Row, rowOf } from './state.ts';
import { chatJid, keyOf, phoneJid, protoOf } from './wire.ts';

const UPDATE_SEEN_MS = 30 * 60_000;

const STATUS: Readonly<Record<number, string>> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER_ACK',
  2: 'DELIVERY_ACK',
  3: 'READ',
  4: 'PLAYED',
};

/** Receipts of groups change the server's own database only. */
export function hearAck(hearing: Hearing, { chat, message, ack }: EventOf<'ack'>): void {
  if (chat.type !== 'person') return;
  tellStatus(hearing, { chat, message, status: STATUS[ack] ?? 'DELETED' });
}

/** `messages.update`; nothing for a message that the server's database does not have. */
export function tellStatus(
  hearing: Hearing,
  { chat, message, status }: { chat: Chat; message: Message; status: string },
): void {
  const { world, instance } = hearing;
  const row = rowOf(instance, message.id);
  if (row === undefined) return;
  if (!isNew(hearing, `${message.id} ${status}`, UPDATE_SEEN_MS)) return;
  row.updates.push({ status });
  tell(hearing, 'messages.update', {
    keyId: message.id,
    remoteJid: chatJid(world, chat),
    fromMe: row.key.fromMe,
    ...(row.key.participant !== undefined && { participant: row.key.participant }),
    status,
    instanceId: instance.id,
    messageId: row.id,
  });
  if (!instance.contacts.includes(row.key.remoteJid)) return;
  const { remoteJid } = row.key;
  tell(hearing, 'chats.upsert', [{ remoteJid, instanceId: instance.id, unreadMessages: 0 }]);
}

export function hearReaction(hearing: Hearing, event: EventOf<'reaction'>): void {
  const { world, session, instance } = hearing;
  const { chat, message, by, emoji, via, line } = event;
  const isOwn = by === line.number;
  const id = newMessageId();
  const now = world.clock.now();
  const key = keyOf(world, chat, { id, author: by, source: isOwn ? 'app' : 'client' });
  const { remoteJidAlt: _alt, addressingMode: _mode, ...target } = keyOf(world, chat, message);
  const isSent = via === viaOf(session);
  if (isSent) Object.assign(key, { remoteJid: askedJid(chat) ?? key.remoteJid });
  const row: Row = {
    key,
    pushName: isOwn ? 'Você' : (own(networkState(world).people, by)?.name ?? null),
    status: isSent ? 'PENDING' : isOwn ? 'SERVER_ACK' : 'DELIVERY_ACK',
    message: { reactionMessage: { key: target, text: emoji, senderTimestampMs: String(now) } },
    messageType: 'reactionMessage',
    messageTimestamp: Math.floor(now / 1000),
    instanceId: instance.id,
    source: 'web',
  };
  store(hearing, row, { chat: chat.id, id });
  tell(hearing, isSent ? 'send.message' : 'messages.upsert', row);
}

/**
 * The protocol message of an edit or a deletion. Its key is the author's: for what the other side does, the chat is our own
 * number and the message is "from me".
 *
 * @see https://github.com/EvolutionAPI/evolution-api/issues/1367
 */
function protocolKey({ world, session }: Hearing, chat: Chat, message: Message): Fields {
  const isOwn = message.source !== 'client';
  const own = phoneJid(session.phone?.number ?? '');
  const remoteJid = chat.type === 'person' && !isOwn ? own : chatJid(world, chat);
  return { remoteJid, fromMe: true, id: message.id };
}

export function hearEdit(hearing: Hearing, { chat, message, via }: EventOf<'edit'>): void {
  const { world, session, instance } = hearing;
  const proto = protoOf(world, message, message.at);
  const editedMessage = proto === undefined ? {} : { [proto[0]]: proto[1] };
  const data = {
    key: protocolKey(hearing, chat, message),
    type: 'MESSAGE_EDIT',
    editedMessage,
    timestampMs: String(message.edited_at ?? world.clock.now()),
  };
  const row = rowOf(instance, message.id);
  if (row !== undefined) Object.assign(row, { message: editedMessage, status: 'EDITED' });
  if (via === viaOf(session)) return void tell(hearing, 'send.message.update', data);
  tell(hearing, 'messages.edited', data);
  if (evolutionState(world).settings.edits_as_deleted && message.source === 'client') {
    tellStatus(hearing, { chat, message, status: 'DELETED' });
  }
}

/** A deletion comes twice: as an "edit" that is none, and as the key of what is gone. */
export function hearRevoke(hearing: Hearing, { chat, message, via }: EventOf<'revoke'>): void {
  const { world, session, instance } = hearing;
  const row = rowOf(instance, message.id);
  if (via === viaOf(session)) {
    if (row === undefined) return;
    row.status = 'DELETED';
    const { chat: _chat, updates: _updates, contextInfo: _context, ...shown } = row;
    return void tell(hearing, 'messages.delete', { ...shown, status: 'DELETED' });
  }
  tell(hearing, 'messages.edited', { key: protocolKey(hearing, chat, message), type: 'REVOKE' });
  if (row !== undefined) tell(hearing, 'messages.delete', keyOf(world, chat, message));
}

export function hearPresence(hearing: Hearing, { chat, presence, by }: EventOf<'presence'>): void {
  const { world, instance } = hearing;
  if (instance.settings.groupsIgnore && chat.type === 'group') return;
  const id = chatJid(world, chat);
  const who =
    chat.type === 'person'
      ? id
      : (keyOf(world, chat, { id: '', author: by, source: 'client' }).participant ?? id);
  const shown = presence === 'paused' ? 'available' : presence;
  tell(hearing, 'presence.update', { id, presences: { [who]: { lastKnownPresence: shown } } });
}
