import type { World } from '../../kommo/world.ts';
import { botUser } from './bots.ts';
import { addMessage, chatFields, tellChat, userFields } from './chats.ts';
import type { Bot, Chat, Fields, Person } from './state.ts';
import { addUpdate } from './updates.ts';

/** The bot's own standing in a chat changed. @see https://core.telegram.org/bots/api#chatmemberupdated */
export function membershipChanged(
  world: World,
  bot: Bot,
  chat: Chat,
  { person, from, to }: { person: Person; from: string; to: string },
): number | null {
  const date = world.clock.seconds();
  const standing = (status: string): Fields => ({
    user: botUser(bot),
    status,
    ...(status === 'kicked' && { until_date: 0 }),
  });
  const body = {
    chat: chatFields(world, chat),
    from: userFields(person),
    date,
    old_chat_member: standing(from),
    new_chat_member: standing(to),
  };
  tellChat(world, chat);
  return addUpdate(world, bot, chat, { type: 'my_chat_member', body, date });
}

/**
 * The group becomes a supergroup: a message in each tells of the other, and the old id takes no more messages.
 *
 * @see https://core.telegram.org/bots/api#message (migrate_to_chat_id, migrate_from_chat_id)
 */
export function migrateGroup(
  world: World,
  bot: Bot,
  [group, supergroup]: [Chat, Chat],
  person: Person,
): { message_id: number; update_id: number | null }[] {
  const moves: [Chat, Fields][] = [
    [group, { migrate_to_chat_id: supergroup.id }],
    [supergroup, { migrate_from_chat_id: group.id }],
  ];
  group.migrated_to = supergroup.id;
  return moves.map(([chat, fields]) => {
    const content = { kind: 'migration', fields, file_ids: [] };
    const { message_id, message } = addMessage(world, chat, { person }, content);
    const date = Number(message.date);
    const update_id = addUpdate(world, bot, chat, { type: 'message', body: message, date });
    return { message_id, update_id };
  });
}
