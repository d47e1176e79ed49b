import type { World } from '../../kommo/world.ts';
import { wakeDelivery } from './delivery.ts';
import type { Bot, Chat, Fields } from './state.ts';

/** Sent only to a bot that asks for them by name. @see https://core.telegram.org/bots/api#setwebhook */
const ON_REQUEST = ['chat_member', 'message_reaction', 'message_reaction_count'];

const DAY = 86_400;
/** A press of a button is of no use later. */
const CALLBACK_LIFE = 150;

/** Updates of different kinds have queues of their own (tdlib/telegram-bot-api, Client.cpp). */
const QUEUES: Record<string, string> = {
  callback_query: 'callback',
  my_chat_member: 'my_chat_member',
  message_reaction: 'reaction',
};

function isAllowed(bot: Bot, type: string): boolean {
  return bot.allowed_updates === null
    ? !ON_REQUEST.includes(type)
    : bot.allowed_updates.includes(type);
}

/**
 * Puts an update into the bot's queue, unless the bot does not want its kind.
 *
 * @param from whose queue it joins: the chat, or for a press of a button the person who pressed
 * @returns the update's id; null if the bot does not get it
 */
export function addUpdate(
  world: World,
  bot: Bot,
  chat: Chat,
  update: { type: string; body: Fields; date: number; from?: number },
): number | null {
  const { type, body, date, from = chat.id } = update;
  if (!isAllowed(bot, type)) return null;
  const update_id = bot.next_update_id;
  bot.next_update_id += 1;
  bot.pending[update_id] = {
    update_id,
    type,
    body,
    queue: `${QUEUES[type] ?? 'messages'} ${from}`,
    chat_id: chat.id,
    expires_at: date + (type === 'callback_query' ? CALLBACK_LIFE : DAY),
    tries: 0,
  };
  wakeDelivery(world, bot, bot.pending[update_id]);
  return update_id;
}
