/** What happens on the network, told to the webhooks of the instances that are linked to the number. */

import type { World } from '../../kommo/world.ts';
import type { NetworkEvent } from '../whatsapp/events.ts';
import { contentOf } from '../whatsapp/files.ts';
import { seeMessages } from '../whatsapp/messages.ts';
import { type Chat, type Message, networkState, own } from '../whatsapp/state.ts';
import { sessionsOf, type WhatsAppSession } from '../whatsapp.ts';
import {
  hearAck,
  hearEdit,
  hearPresence,
  hearReaction,
  hearRevoke,
  tellStatus,
} from './hear-changes.ts';
import { askedJid, type EventOf, type Hearing, isNew, store, tell } from './hearing.ts';
import { stateOf, viaOf } from './session.ts';
import { evolutionState, instanceOf, type Row, rowOf } from './state.ts';
import { rowFor, type Side } from './wire.ts';

/** So long the server takes a message id for a repetition. */
const MESSAGE_SEEN_MS = 5 * 60_000;

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
      return void hearMessage(hearing, event);
    case 'ack':
      return void hearAck(hearing, event);
    case 'reaction':
      return void hearReaction(hearing, event);
    case 'edit':
      return void hearEdit(hearing, event);
    case 'revoke':
      return void hearRevoke(hearing, event);
    case 'presence':
      return void hearPresence(hearing, event);
    case 'waiting':
      // What cannot be decrypted is not told.
      return;
  }
}

function hearMessage(hearing: Hearing, { chat, message }: EventOf<'message'>): void {
  const { world, session, instance } = hearing;
  const person = own(networkState(world).people, chat.id);
  if (person?.addressing === 'twins' && message.source === 'client') {
    // Chats of one person in both forms: github.com/EvolutionAPI/evolution-api/issues/2506.
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
    row.key = { remoteJid: askedJid(chat) ?? row.key.remoteJid, fromMe: true, id: message.id };
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
