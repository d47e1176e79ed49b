/** What happens on the network, told to the webhooks of the instances that are linked to the number. */

import { randomUUID } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { contentOf } from '../whatsapp/files.ts';
import type { NetworkEvent } from '../whatsapp/events.ts';
import { newMessageId, seeMessages } from '../whatsapp/messages.ts';
import { type Chat, type Message, networkState, own } from '../whatsapp/state.ts';
import { sessionsOf, type WhatsAppSession } from '../whatsapp.ts';
import { emit } from './emit.ts';
import { stateOf, viaOf } from './session.ts';
import {
  evolutionState,
  type Fields,
  type Instance,
  instanceOf,
  type Row,
  rowOf,
  type StoredRow,
} from './state.ts';
import { chatJid, keyOf, phoneJid, protoOf, rowFor, type Side } from './wire.ts';

/** So long the server takes a message id for a repetition. */
const MESSAGE_SEEN_MS = 5 * 60_000;
const UPDATE_SEEN_MS = 30 * 60_000;

const STATUS: Readonly<Record<number, string>> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER_ACK',
  2: 'DELIVERY_ACK',
  3: 'READ',
  4: 'PLAYED',
};

/** One instance that hears of one thing on the network. */
interface Hearing {
  world: World;
  session: WhatsAppSession;
  instance: Instance;
}

type EventOf<Type extends NetworkEvent['type']> = Extract<NetworkEvent, { type: Type }>;

/** Tells every instance that is linked to the event's number; those without a connection hear it when they have one again. */
export function hear(world: World, event: NetworkEvent): void {
  for (const session of sessionsOf(world, 'evolution')) {
    if (session.phone?.number !== event.line.number) continue;
    const hearing = { world, session, instance: instanceOf(world, session.name) };
    if (stateOf(world, session) === 'open') hearOne(hearing, event);
    else if (session.isPhoneOffline && event.type === 'message') miss(hearing, event);
  }
}

const missed = new WeakMap<WhatsAppSession, EventOf<'message'>[]>();

function miss({ session }: Hearing, event: EventOf<'message'>): void {
  missed.set(session, [...(missed.get(session) ?? []), event]);
}

/** The connection is there again: WhatsApp brings what came meanwhile. */
export function hearMissed(world: World, session: WhatsAppSession): void {
  const events = missed.get(session) ?? [];
  missed.delete(session);
  const hearing = { world, session, instance: instanceOf(world, session.name) };
  for (const event of events) hearOne(hearing, event);
}

function hearOne(hearing: Hearing, event: NetworkEvent): void {
  const { settings } = hearing.instance;
  const { type } = event.chat;
  // The socket itself drops these.
  if (type === 'newsletter') return;
  if ((type === 'broadcast' || type === 'status') && !settings.readStatus) return;
  if (type === 'group' && settings.groupsIgnore && !settings.syncFullHistory) return;
  switch (event.type) {
    case 'message':
      return hearMessage(hearing, event);
    case 'ack':
      return hearAck(hearing, event);
    case 'reaction':
      return hearReaction(hearing, event);
    case 'edit':
      return hearEdit(hearing, event);
    case 'revoke':
      return hearRevoke(hearing, event);
    case 'presence':
      return hearPresence(hearing, event);
    case 'waiting':
      // What cannot be decrypted is not told.
      return;
  }
}

function tell({ world, session }: Hearing, event: string, data: unknown): void {
  void emit(world, session, event, data);
}

/** Whether this is the first time within some minutes. */
function isNew({ world, instance }: Hearing, key: string, memoryMs: number): boolean {
  const now = world.clock.now();
  if ((instance.seen[key] ?? 0) > now) return false;
  instance.seen[key] = now + memoryMs;
  return true;
}

function store({ instance }: Hearing, row: Row, { chat, id }: { chat: string; id: string }) {
  const stored: StoredRow = { ...row, id: `cm${randomUUID().replaceAll('-', '')}`, chat, updates: [] };
  if (rowOf(instance, id) === undefined) instance.rows.push(stored);
  return stored;
}

const asked = new WeakMap<Chat, string>();

/** What `act` sends into the chat is told and stored under the jid that was asked for. */
export function sendingAs<Result>(chat: Chat, jid: string, act: () => Result): Result {
  asked.set(chat, jid);
  try {
    return act();
  } finally {
    asked.delete(chat);
  }
}

function hearMessage(hearing: Hearing, { chat, message }: EventOf<'message'>): void {
  const { world, session, instance } = hearing;
  const person = own(networkState(world).people, chat.id);
  if (person?.addressing === 'twins' && message.source === 'client') {
    // Seen at github.com/EvolutionAPI/evolution-api/issues/2506: its memory of ids does not help.
    const sides: Side[] = ['phone', 'lid'];
    const rows = sides.map((side) =>
      rowFor(world, { chat, message, instanceId: instance.id }, side),
    );
    if (!isNew(hearing, message.id, MESSAGE_SEEN_MS)) return;
    for (const row of rows) receive(hearing, { chat, message, row });
    return;
  }
  const row = rowFor(world, { chat, message, instanceId: instance.id });
  if (message.via === viaOf(session)) {
    row.key = { remoteJid: asked.get(chat) ?? row.key.remoteJid, fromMe: true, id: message.id };
    store(hearing, row, { chat: chat.id, id: message.id });
    tell(hearing, 'send.message', withBase64(hearing, row, message));
    return;
  }
  if (!isNew(hearing, message.id, MESSAGE_SEEN_MS)) return;
  receive(hearing, { chat, message, row });
}

function receive(
  hearing: Hearing,
  { chat, message, row }: { chat: Chat; message: Message; row: Row },
): void {
  const { world, instance } = hearing;
  if (instance.settings.groupsIgnore && chat.type === 'group') return;
  store(hearing, row, { chat: chat.id, id: message.id });
  if (instance.settings.readMessages) seeMessages(world, chat, [message.id]);
  tell(hearing, 'messages.upsert', withBase64(hearing, row, message));
  if (chat.type === 'status') return;
  const { remoteJid } = row.key;
  const isKnown = instance.contacts.includes(remoteJid);
  if (!isKnown) instance.contacts.push(remoteJid);
  tell(hearing, isKnown ? 'contacts.update' : 'contacts.upsert', {
    remoteJid,
    pushName: row.key.fromMe ? '' : row.pushName,
    profilePicUrl: null,
    instanceId: instance.id,
  });
}

/** With `base64` on, the webhook's message has the whole file in it. */
function withBase64({ world, instance }: Hearing, row: Row, message: Message): Row {
  if (instance.webhook?.webhookBase64 !== true || message.is_view_once) return row;
  const file = own(networkState(world).files, message.file ?? '');
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (pieces === undefined || evolutionState(world).settings.media_gone) return row;
  const base64 = Buffer.concat([...pieces]).toString('base64');
  return { ...row, message: { ...row.message, base64 } };
}

/** Receipts of groups change the server's own database only. */
function hearAck(hearing: Hearing, { chat, message, ack }: EventOf<'ack'>): void {
  if (chat.type !== 'person') return;
  tellStatus(hearing, { chat, message, status: STATUS[ack] ?? 'DELETED' });
}

/** `messages.update`; nothing for a message that the server's database does not have. */
function tellStatus(
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
}

function hearReaction(hearing: Hearing, event: EventOf<'reaction'>): void {
  const { world, session, instance } = hearing;
  const { chat, message, by, emoji, via, line } = event;
  const isOwn = by === line.number;
  const id = newMessageId();
  const now = world.clock.now();
  const key = keyOf(world, chat, { id, author: by, source: isOwn ? 'app' : 'client' });
  const { remoteJidAlt: _alt, addressingMode: _mode, ...target } = keyOf(world, chat, message);
  const isSent = via === viaOf(session);
  if (isSent) Object.assign(key, { remoteJid: asked.get(chat) ?? key.remoteJid });
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
function protocolKey(
  { world, session }: Hearing,
  chat: Chat,
  message: Message,
): Fields {
  const isOwn = message.source !== 'client';
  const own = phoneJid(session.phone?.number ?? '');
  const remoteJid = chat.type === 'person' && !isOwn ? own : chatJid(world, chat);
  return { remoteJid, fromMe: true, id: message.id };
}

function hearEdit(hearing: Hearing, { chat, message, via }: EventOf<'edit'>): void {
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
  if (via === viaOf(session)) return tell(hearing, 'send.message.update', data);
  tell(hearing, 'messages.edited', data);
  if (evolutionState(world).settings.edits_as_deleted && message.source === 'client') {
    tellStatus(hearing, { chat, message, status: 'DELETED' });
  }
}

/** A deletion comes twice: as an "edit" that is none, and as the key of what is gone. */
function hearRevoke(hearing: Hearing, { chat, message, via }: EventOf<'revoke'>): void {
  const { world, session, instance } = hearing;
  const row = rowOf(instance, message.id);
  if (via === viaOf(session)) {
    if (row === undefined) return;
    row.status = 'DELETED';
    const { chat: _chat, updates: _updates, contextInfo: _context, ...shown } = row;
    return tell(hearing, 'messages.delete', { ...shown, status: 'DELETED' });
  }
  tell(hearing, 'messages.edited', { key: protocolKey(hearing, chat, message), type: 'REVOKE' });
  if (row !== undefined) tell(hearing, 'messages.delete', keyOf(world, chat, message));
}

function hearPresence(hearing: Hearing, { chat, presence, by }: EventOf<'presence'>): void {
  const { world, instance } = hearing;
  if (instance.settings.groupsIgnore && chat.type === 'group') return;
  const id = chatJid(world, chat);
  const who = chat.type === 'person' ? id : (keyOf(world, chat, { id: '', author: by, source: 'client' }).participant ?? id);
  const shown = presence === 'paused' ? 'available' : presence;
  tell(hearing, 'presence.update', { id, presences: { [who]: { lastKnownPresence: shown } } });
}

/** The chat and message of a row. @throws TypeError */
function rowIn(world: World, session: WhatsAppSession, id: string) {
  const hearing: Hearing = { world, session, instance: instanceOf(world, session.name) };
  const stored = rowOf(hearing.instance, id);
  const { lines } = networkState(world);
  const chat = lines[session.phone?.number ?? '']?.chats[stored?.chat ?? ''];
  const message = chat?.messages.find((one) => one.id === id);
  if (chat === undefined || message === undefined) {
    throw new TypeError('message_id: the instance has no such message');
  }
  return { hearing, chat, message };
}

/** WhatsApp brings a message once more. @throws TypeError */
export function repeatMessage(
  world: World,
  session: WhatsAppSession,
  id: string,
  isForgotten: boolean,
): void {
  const { hearing, chat, message } = rowIn(world, session, id);
  if (isForgotten) delete hearing.instance.seen[id];
  const row = rowFor(world, { chat, message, instanceId: hearing.instance.id });
  if (isNew(hearing, id, MESSAGE_SEEN_MS)) receive(hearing, { chat, message, row });
}

/** `messages.update` with a status of any kind. @throws TypeError */
export function tellAnyStatus(
  world: World,
  session: WhatsAppSession,
  id: string,
  status: string,
): void {
  const { hearing, chat, message } = rowIn(world, session, id);
  delete hearing.instance.seen[`${id} ${status}`];
  tellStatus(hearing, { chat, message, status });
}
