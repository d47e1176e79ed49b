/** What a client does without writing: presses, reactions, blocking. */

import type { World } from '../../kommo/world.ts';
import { type Given, whole } from '../given.ts';
import { chatFields, tellChat, userFields } from './chats.ts';
import { type Done, quotedIn, sceneOf } from './client-scene.ts';
import { membershipChanged } from './memberships.ts';
import { type Fields, nextNumber, type StoredMessage } from './state.ts';
import { addUpdate } from './updates.ts';

/** The client presses a button, named by its `data` or its `text`. */
export function pressAct(world: World, given: Given): Done & { query_id: string } {
  const { bot, chat, person } = sceneOf(world, given);
  if (person === undefined) throw new TypeError('client: expected');
  const stored = chat.messages[whole(given, 'message_id')];
  if (stored === undefined) throw new TypeError('message_id: the chat has no such message');
  const data = buttonData(stored, given);
  const id = String(4_000_000_000_000_000 + nextNumber(world));
  const date = world.clock.seconds();
  const { message_id } = stored;
  bot.queries[id] = { chat_id: chat.id, message_id, date, data, answer: null };
  stored.presses.push(id);
  const isInaccessible = given.inaccessible === true || stored.is_deleted;
  const message = isInaccessible
    ? { message_id, chat: chatFields(world, chat), date: 0 }
    : stored.message;
  const body = { id, from: userFields(person), message, chat_instance: String(chat.id), data };
  const update_id = addUpdate(world, bot, chat, {
    type: 'callback_query',
    body,
    date,
    from: person.id,
  });
  tellChat(world, chat);
  return { chat_id: chat.id, message_id, update_id, query_id: id };
}

function buttonData({ message }: StoredMessage, given: Given): string {
  const markup = message.reply_markup as { inline_keyboard?: Fields[][] } | undefined;
  const buttons = markup?.inline_keyboard?.flat() ?? [];
  const button = buttons.find(({ text: label, callback_data: data }) =>
    given.data === undefined ? label === given.text : data === given.data,
  );
  if (button === undefined) throw new TypeError('data: the message has no such button');
  if (typeof button.callback_data !== 'string') {
    throw new TypeError('text: this button tells the bot nothing');
  }
  return button.callback_data;
}

/** The client reacts: `emoji` is one, a list, or null to take it back. */
export function reactAct(world: World, given: Given): Done {
  const { bot, chat, person } = sceneOf(world, given);
  if (person === undefined) throw new TypeError('client: expected');
  const stored = quotedIn(chat, whole(given, 'message_id'));
  const after = [given.emoji ?? []].flat().map(String);
  const before = stored.reactions.client;
  stored.reactions.client = after;
  const reaction = (list: string[]) => list.map((emoji) => ({ type: 'emoji', emoji }));
  const date = world.clock.seconds();
  const body = {
    chat: chatFields(world, chat),
    message_id: stored.message_id,
    user: userFields(person),
    date,
    old_reaction: reaction(before),
    new_reaction: reaction(after),
  };
  const update_id = addUpdate(world, bot, chat, { type: 'message_reaction', body, date });
  tellChat(world, chat);
  return { chat_id: chat.id, message_id: stored.message_id, update_id };
}

/** The client blocks the bot, or lets it write again. */
export function blockAct(world: World, given: Given, isBlocked: boolean): Omit<Done, 'message_id'> {
  const { bot, chat, person } = sceneOf(world, given);
  if (person === undefined || chat.type !== 'private') throw new TypeError('client: expected');
  if (chat.is_blocked === isBlocked) return { chat_id: chat.id, update_id: null };
  chat.is_blocked = isBlocked;
  const [from, to] = isBlocked ? ['member', 'kicked'] : ['kicked', 'member'];
  const update_id = membershipChanged(world, bot, chat, { person, from, to });
  return { chat_id: chat.id, update_id };
}
