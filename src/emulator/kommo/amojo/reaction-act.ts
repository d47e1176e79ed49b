import type { Chat, ChatUser, Message } from '../chat-entities.ts';
import type { World } from '../world.ts';
import { messageOf } from './chats.ts';
import type { Actor, Outgoing } from './outgoing.ts';

/** The action of a webhook of typing. */
export function typing(world: World, chat: Chat, { person }: Actor): object {
  const expiredAt = world.clock.seconds() + 5;
  return { typing: { user: { id: person.id }, ...conversation(chat), expired_at: expiredAt } };
}

function conversation({ id, conversation_id: ours }: Chat): object {
  return { conversation: { id, ...(ours !== null && { client_id: ours }) } };
}

/** Changes the reactions to a message. @returns it, and the action of the webhook */
export function reactionOf(
  world: World,
  chat: Chat,
  { person }: Actor,
  { message_id: id, emoji, kind }: Outgoing,
): [Message, object] {
  const message = messageOf(world, chat, id, 'message_id');
  const isRemoval = kind === 'unreact' || emoji === undefined;
  const others = message.reactions.filter(({ user_id }) => user_id !== person.id);
  message.reactions = isRemoval ? others : [...others, { user_id: person.id, emoji }];
  world.chatChanges.tell({ kind: 'reaction', chat, message });
  const name = ({ id: own, client_id: ours }: ChatUser) => ({
    ...{ id: own, ...(ours !== null && { client_id: ours }) },
  });
  const { client_id: ours, timestamp, msec_timestamp } = message;
  // A message of the client goes to whoever has the chat; the emulator names the channel's own side.
  const receiver = message.receiver ?? person;
  const reaction = {
    // The documentation's table has `message`, its example `msgid`: both are sent.
    msgid: message.id,
    message: {
      id: message.id,
      ...(ours !== null && { client_id: ours }),
      ...{ receiver: name(receiver), sender: name(message.sender), timestamp, msec_timestamp },
    },
    user: { id: person.id },
    ...conversation(chat),
    type: isRemoval ? 'unreact' : 'react',
    ...(!isRemoval && { emoji }),
  };
  return [message, reaction];
}
