import { randomBytes } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { tellNetwork } from './events.ts';
import { networkRuntime } from './runtime.ts';
import {
  type Ack,
  type Chat,
  type Content,
  type Line,
  type Message,
  networkState,
  own,
  type Presence,
} from './state.ts';

/** A message id of WhatsApp Web's shape. */
export function newMessageId(): string {
  return `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
}

/** A content with nothing in it but its kind. */
export function plain(kind: Content['kind'], parts: Partial<Content> = {}): Content {
  return { kind, text: null, file: null, location: null, contacts: [], extra: {}, ...parts };
}

export interface Writing {
  author: string;
  source: Message['source'];
  via?: string | null;
  quote?: string | null;
  at?: number;
  is_forwarded?: boolean;
  is_view_once?: boolean;
  id?: string;
  /** Linked devices cannot read it at first (then it follows), or never. */
  waiting?: 'then_message' | 'only' | undefined;
}

/** Puts a message into a chat of the line and tells everybody, acknowledgements of own messages included. */
export function addMessage(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  content: Content,
  writing: Writing,
): Message {
  const isOwn = writing.source !== 'client';
  const message: Message = {
    ...content,
    id: writing.id ?? newMessageId(),
    chat: chat.id,
    author: writing.author,
    source: writing.source,
    via: writing.via ?? null,
    at: writing.at ?? world.clock.now(),
    quote: writing.quote ?? null,
    reactions: {},
    earlier: [],
    edited_at: null,
    revoked_at: null,
    ack: isOwn ? 0 : 1,
    is_seen: false,
    is_forwarded: writing.is_forwarded ?? false,
    is_view_once: writing.is_view_once ?? false,
  };
  chat.messages.push(message);
  // What was being typed is here.
  if (isOwn) chat.own_presence = null;
  else chat.presence = null;
  if (writing.waiting !== undefined) tellNetwork(world, { type: 'waiting', line, chat, message });
  if (writing.waiting !== 'only') tellNetwork(world, { type: 'message', line, chat, message });
  if (isOwn) {
    acknowledge(world, { line, chat }, message, 1);
    if (isReachable(world, chat)) acknowledge(world, { line, chat }, message, 2);
  }
  return message;
}

/** Whether what is sent gets to the other side's device. */
function isReachable(world: World, chat: Chat): boolean {
  const person = own(networkState(world).people, chat.id);
  return person === undefined || !(person.is_offline || person.is_blocking);
}

/** An own message came further; never back, as WhatsApp does it. Servers may tell it in another order. */
export function acknowledge(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  message: Message,
  ack: Ack,
  by = chat.id,
): void {
  if (ack !== -1 && ack <= message.ack) return;
  message.ack = ack;
  tellNetwork(world, { type: 'ack', line, chat, message, ack, by });
}

/** The person's device is on again: everything that waited is delivered, in every line. */
export function deliverWaiting(world: World, phone: string): void {
  for (const line of Object.values(networkState(world).lines)) {
    const chat = own(line.chats, phone);
    if (chat === undefined || !isReachable(world, chat)) continue;
    for (const message of chat.messages) {
      if (message.source !== 'client' && message.ack === 1)
        acknowledge(world, { line, chat }, message, 2);
    }
  }
}

/** @throws TypeError when the chat has no such message */
export function messageIn(chat: Chat, id: string): Message {
  const message = chat.messages.find((one) => one.id === id);
  if (message === undefined) throw new TypeError('message_id: no such message in this chat');
  return message;
}

/** Changes a text or caption. @param via the server that did it (see Message) */
export function editMessage(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  message: Message,
  text: string,
  via: string | null = null,
): void {
  const before = message.text ?? '';
  message.earlier.push(before);
  message.text = text;
  message.edited_at = world.clock.now();
  tellNetwork(world, { type: 'edit', line, chat, message, before, via });
}

/** Deletes a message for everybody. */
export function revokeMessage(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  message: Message,
  via: string | null = null,
): void {
  message.revoked_at = world.clock.now();
  tellNetwork(world, { type: 'revoke', line, chat, message, via });
}

/** Sets or, with an empty emoji, takes back the one reaction that `by` may give. */
export function reactTo(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  message: Message,
  { by, emoji, via = null }: { by: string; emoji: string; via?: string | null },
): void {
  if (emoji === '') delete message.reactions[by];
  else message.reactions[by] = emoji;
  tellNetwork(world, { type: 'reaction', line, chat, message, by, emoji, via });
}

/** The linked number saw what the other side wrote: all of it, or the given ids. @returns how many were new to it */
export function seeMessages(world: World, chat: Chat, ids?: readonly string[]): number {
  const seen = chat.messages.filter(
    ({ id, source, is_seen }) =>
      source === 'client' && !is_seen && (ids === undefined || ids.includes(id)),
  );
  for (const message of seen) message.is_seen = true;
  if (seen.length > 0) networkRuntime(world).changed();
  return seen.length;
}

/** The linked number shows that it types, records, or stopped. */
export function showOwnPresence(world: World, chat: Chat, presence: Presence): void {
  chat.own_presence = { presence, at: world.clock.now() };
  networkRuntime(world).changed();
}

/** The other side types, records, comes or goes. */
export function showPresence(
  world: World,
  { line, chat }: { line: Line; chat: Chat },
  by: string,
  presence: Presence,
): void {
  chat.presence = { presence, by, at: world.clock.now() };
  tellNetwork(world, { type: 'presence', line, chat, presence, by });
}
