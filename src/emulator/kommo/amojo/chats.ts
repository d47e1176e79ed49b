import { randomUUID } from 'node:crypto';
import type { Chat, ChatUser, Message } from '../chat-entities.ts';
import type { Account, Scope } from '../entities.ts';
import type { World } from '../world.ts';

/** A person as a request describes them. */
export interface PersonInput {
  id?: unknown;
  ref_id?: unknown;
  name?: unknown;
  avatar?: unknown;
  profile?: { phone?: unknown; email?: unknown };
}

function accountOfScope(world: World, scope: Scope): Account | undefined {
  return world.state.accounts.find(({ amojo_id }) => amojo_id === scope.account_amojo_id);
}

/**
 * The chat of these ids. A chat begun in Kommo has no id of ours until a message names both and binds
 * them. (https://www.amocrm.ru/developers/content/chats/chat-step-by-step)
 */
export function findChat(
  world: World,
  scope: Scope,
  ids: { conversationId?: unknown; refId?: unknown },
): Chat | undefined {
  const chats = world.state.chats.filter(({ scope_id }) => scope_id === scope.scope_id);
  const byRef = ids.refId === undefined ? undefined : chats.find(({ id }) => id === ids.refId);
  if (byRef !== undefined) {
    if (typeof ids.conversationId === 'string') byRef.conversation_id ??= ids.conversationId;
    return byRef;
  }
  if (ids.conversationId === undefined) return undefined;
  return chats.find(({ conversation_id }) => conversation_id === ids.conversationId);
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
    unread: 0,
    created_at: now,
    last_at: now,
    typing_until: 0,
  };
  world.state.chats.push(opened);
  return opened;
}

/**
 * The person of a request as Kommo knows them: a user or bot by `ref_id`, a known client, or a new one.
 * Undefined if the description names nobody.
 */
export function meet(world: World, scope: Scope, input: PersonInput): ChatUser | undefined {
  const staff = findStaff(world, scope, input.ref_id);
  if (staff !== undefined) return staff;
  if (typeof input.id !== 'string' || input.id === '') return undefined;
  const known = world.state.chats
    .filter(({ scope_id }) => scope_id === scope.scope_id)
    .flatMap((chat) => [chat.user, ...chat.messages.map(({ sender }) => sender)])
    .find(({ client_id }) => client_id === input.id);
  const text = (value: unknown, former = '') => (typeof value === 'string' ? value : former);
  return {
    id: known?.id ?? randomUUID(),
    client_id: input.id,
    name: text(input.name, known?.name),
    avatar: text(input.avatar, known?.avatar),
    phone: text(input.profile?.phone, known?.phone),
    email: text(input.profile?.email, known?.email),
  };
}

/** A user of the account or the channel's bot, by amojo id. */
export function findStaff(world: World, scope: Scope, refId: unknown): ChatUser | undefined {
  const user = accountOfScope(world, scope)?.users.find(({ amojo_id }) => amojo_id === refId);
  if (typeof refId !== 'string') return undefined;
  const nobody = { client_id: null, avatar: '', phone: '', email: '' };
  if (user !== undefined) return { ...nobody, id: refId, name: user.name, email: user.email };
  const bot = world.channel(scope.channel_id)?.bot;
  return bot?.id === refId ? { ...nobody, id: bot.id, name: bot.name } : undefined;
}

/** A message of the scope by Kommo's id or ours. */
export function findMessage(
  world: World,
  scope: Scope,
  ids: { id?: unknown; clientId?: unknown },
): { chat: Chat; message: Message } | undefined {
  for (const chat of world.state.chats) {
    if (chat.scope_id !== scope.scope_id) continue;
    const message = chat.messages.find(
      (one) => one.id === ids.id || (ids.clientId !== undefined && one.client_id === ids.clientId),
    );
    if (message !== undefined) return { chat, message };
  }
  return undefined;
}
