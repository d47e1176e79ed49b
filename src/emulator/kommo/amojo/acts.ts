import type { Chat, ChatUser } from '../chat-entities.ts';
import type { Account, Channel, Scope } from '../entities.ts';
import { openLeadOf } from '../open-lead.ts';
import type { World } from '../world.ts';
import { contactOf } from './cards.ts';
import { openChat } from './chats.ts';
import { actionHook } from './hook-bodies.ts';
import { type Actor, type ActResult, checkOutgoing, type Outgoing } from './outgoing.ts';
import { findStaff } from './people.ts';
import { reactionOf, typing } from './reaction-act.ts';
import { sendHook } from './send-hook.ts';
import { write } from './write-act.ts';

/**
 * Lets a person, or the bot, act in a chat, and sends what Kommo sends then to the channel's address.
 *
 * @throws TypeError if the act is impossible
 */
export async function act(
  world: World,
  account: Account,
  channel: Channel,
  what: Outgoing,
): Promise<ActResult> {
  checkOutgoing(what);
  const scope = world.state.scopes.find(
    (one) => one.channel_id === channel.id && one.account_amojo_id === account.amojo_id,
  );
  if (scope === undefined || !scope.is_connected) throw new TypeError('scope: not connected');
  if (channel.webhook_url === '') throw new TypeError('webhook_url: the channel has none');
  const actor = actorOf(world, account, channel, scope, what);
  const chat = chatOf(world, account, scope, what);
  const place = { world, channel, scope };
  switch (what.kind) {
    case 'read':
      chat.unread = 0;
      world.chatChanges.tell({ kind: 'chat', chat });
      return { status: null, message_id: null, chat_id: chat.id };
    case 'typing': {
      const sent = await sendHook(place, actionHook(place, typing(world, chat, actor)), what);
      return { status: sent.status, message_id: null, chat_id: chat.id };
    }
    case 'reaction':
    case 'unreact': {
      const [message, reaction] = reactionOf(world, chat, actor, what);
      const sent = await sendHook(place, actionHook(place, { reaction }), what);
      return { status: sent.status, message_id: message.id, chat_id: chat.id };
    }
    default:
      return await write(place, chat, actor, what);
  }
}

function actorOf(
  world: World,
  account: Account,
  channel: Channel,
  scope: Scope,
  what: Outgoing,
): Actor {
  const id = what.as === 'bot' ? channel.bot.id : world.user(account, what.user_id).amojo_id;
  const actor = findStaff(world, scope, id);
  if (actor === undefined) throw new TypeError('user_id: this user has no amojo id');
  return actor;
}

/** The chat that is meant; with a phone number, the contact's chat of that source, which may have to begin. */
function chatOf(world: World, account: Account, scope: Scope, what: Outgoing): Chat {
  const { conversation_id: id, phone } = what;
  if (id !== undefined) {
    const byId = world.chats.chat(id);
    const chat = byId?.scope_id === scope.scope_id ? byId : undefined;
    const found = chat ?? world.chats.chatOfConversation(scope.scope_id, id);
    if (found !== undefined) return found;
  }
  if (phone === undefined) throw new TypeError('conversation_id: no such chat');
  const source = what.source_external_id ?? null;
  const former = world.chats.chatOfPhone(scope.scope_id, source, phone);
  if (former !== undefined) return former;
  const contact = world.chats.contactOfAddress(account.id, phone, '');
  const user: ChatUser = {
    id: crypto.randomUUID(),
    client_id: null,
    name: what.name ?? contact?.name ?? '',
    ...{ avatar: '', phone, email: '' },
  };
  const chat = openChat(world, scope, { conversationId: null, sourceExternalId: source, user });
  // A person writes first from a card, so the chat has one.
  chat.is_linked = true;
  const { id: contactId } = contactOf(world, account, chat);
  chat.lead_id = openLeadOf(world.state, account.id, contactId)?.id ?? null;
  return chat;
}
