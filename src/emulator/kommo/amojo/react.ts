import type { Exchange } from '../exchange.ts';
import { findChat } from './chats.ts';
import { notFound, refuse, type ScopeGate } from './gate.ts';
import { isPerson, isText } from './message-rules.ts';
import { meet } from './people.ts';

/** A reaction to a message, or its removal. */
export function react(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const { type, emoji, user, id, msgid } = body;
  const faults: string[] = [];
  if (type !== 'react' && type !== 'unreact') faults.push('type: react or unreact is expected');
  if (type === 'react' && !isText(emoji)) faults.push('emoji: a text is expected');
  if (!isPerson(user)) faults.push('user: needs an id');
  if (!isText(body.conversation_id) && !isText(body.conversation_ref_id)) {
    faults.push('conversation_id: a text is expected');
  }
  if (!isText(id) && !isText(msgid)) faults.push('msgid: a text is expected, or id');
  if (faults.length > 0 || !isPerson(user)) return refuse(exchange, ...faults);
  const place =
    (isText(id) ? world.chats.message(scope.scope_id, id) : undefined) ??
    (isText(msgid) ? world.chats.messageByOurId(scope.scope_id, msgid) : undefined);
  if (place === undefined) return notFound(exchange, 'no such message');
  const { chat, message } = place;
  const named = findChat(world, scope, {
    conversationId: body.conversation_id,
    refId: body.conversation_ref_id,
  });
  if (world.switch('strictFields') === 'on' && named !== chat) {
    return refuse(exchange, 'conversation_id: not the chat of this message');
  }
  const met = meet(world, scope, user);
  if (typeof met === 'string') return refuse(exchange, `user: ${met}`);
  const userId = met.person.client_id ?? met.person.id;
  const others = message.reactions.filter((one) => one.user_id !== userId);
  const own = type === 'react' ? [{ user_id: userId, emoji: String(emoji) }] : [];
  message.reactions = [...others, ...own];
  world.chatChanges.tell({ kind: 'reaction', chat, message });
  exchange.send(200);
}
