import { randomUUID } from 'node:crypto';
import type { Chat, ChatUser, Message, Quote } from '../chat-entities.ts';
import type { Scope } from '../entities.ts';
import { fetchMedia } from '../hooks/fetch-media.ts';
import type { World } from '../world.ts';
import { noteSecrets } from './judge.ts';

/** The chat of these ids; both together may name a chat begun in Kommo, which has no id of ours yet. */
export function findChat(
  world: World,
  { scope_id: scopeId }: Scope,
  ids: { conversationId?: unknown; refId?: unknown },
): Chat | undefined {
  const { conversationId, refId } = ids;
  const chat = typeof refId === 'string' ? world.chats.chat(refId) : undefined;
  if (chat !== undefined) return chat.scope_id === scopeId ? chat : undefined;
  return typeof conversationId === 'string'
    ? world.chats.chatOfConversation(scopeId, conversationId)
    : undefined;
}

export function openChat(
  world: World,
  scope: Scope,
  chat: { conversationId: string | null; sourceExternalId: string | null; user: ChatUser },
): Chat {
  const now = world.clock.now();
  const opened: Chat = {
    id: randomUUID(),
    scope_id: scope.scope_id,
    conversation_id: chat.conversationId,
    source_external_id: chat.sourceExternalId,
    user: chat.user,
    avatar: null,
    messages: [],
    contact_id: null,
    lead_id: null,
    is_linked: false,
    unread: 0,
    created_at: now,
    last_at: now,
    typing_until: 0,
  };
  world.state.chats.push(opened);
  world.chats.addChat(opened);
  world.chatChanges.tell({ kind: 'chat', chat: opened });
  return opened;
}

/** Gives a chat that began in Kommo its id of ours. */
export function bindChat(world: World, chat: Chat, conversationId: unknown): void {
  if (chat.conversation_id !== null || typeof conversationId !== 'string') return;
  chat.conversation_id = conversationId;
  world.chats.bindChat(chat);
}

/** Puts a message into its chat. A person's answer makes the chat read. */
export function addMessage(world: World, chat: Chat, message: Message): void {
  chat.last_at =
    chat.messages.length === 0
      ? message.msec_timestamp
      : Math.max(chat.last_at, message.msec_timestamp);
  chat.messages.push(message);
  world.chats.addMessage(chat, message);
  if (message.author !== 'client') chat.unread = 0;
  else if (!message.is_silent) chat.unread += 1;
  world.chatChanges.tell({ kind: 'message', chat, message });
}

/** Begins to fetch a message's file. */
export function fetchFile(world: World, scope: Scope, chat: Chat, message: Message): void {
  const { media: url, file_size: size, file_name: name } = message.message;
  if (typeof url !== 'string' || !/^https?:/i.test(url)) return;
  noteSecrets(world, { chat, message }, url);
  const link = {
    url,
    size: typeof size === 'number' ? size : undefined,
    name: typeof name === 'string' ? name : '',
    integration: world.integration(world.channel(scope.channel_id)?.client_id),
  };
  message.media = fetchMedia(world, link, () => {
    world.chatChanges.tell({ kind: 'media', chat, message });
  });
}

/** Begins to fetch the client's picture, unless it was asked for before. */
export function fetchAvatar(world: World, scope: Scope, chat: Chat, former: string): void {
  const url = chat.user.avatar;
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return;
  if (chat.avatar !== null && url === former) return;
  noteSecrets(world, { chat, message: undefined }, url);
  const integration = world.integration(world.channel(scope.channel_id)?.client_id);
  chat.avatar = fetchMedia(world, { url, size: undefined, name: 'avatar', integration }, () => {
    world.chatChanges.tell({ kind: 'chat', chat });
  });
}

/** A message of the state as a quote. */
export function quoteOf(message: Message, given: Record<string, unknown> | null): Quote {
  const { id, client_id, name } = message.sender;
  return {
    id: message.id,
    msgid: message.client_id,
    type: String(message.message.type ?? 'text'),
    text: String(message.message.text ?? ''),
    sender: { id, client_id, name },
    timestamp: message.timestamp,
    msec_timestamp: message.msec_timestamp,
    given,
  };
}

/** A message of the chat by either id. @throws TypeError naming the property that named it */
export function messageOf(world: World, chat: Chat, id: string | undefined, name: string): Message {
  const place =
    id === undefined
      ? undefined
      : (world.chats.message(chat.scope_id, id) ?? world.chats.messageByOurId(chat.scope_id, id));
  if (place?.chat !== chat) throw new TypeError(`${name}: no such message in this chat`);
  return place.message;
}
