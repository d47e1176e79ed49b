import type { World } from '../../kommo/world.ts';
import { type Given, whole } from '../given.ts';
import { openChat } from './chats.ts';
import { sceneOf } from './client-scene.ts';
import { membershipChanged, migrateGroup } from './memberships.ts';
import type { Chat } from './state.ts';

const ACTS = ['add', 'kick', 'remove', 'migrate'] as const;

/**
 * What a client does to the bot in a group or channel: adds it, throws it out for good (`kick`), removes it so that
 * it may be added again, or turns the group into the supergroup `to`.
 */
export function groupAct(world: World, given: Given): object {
  const act = ACTS.find((one) => one === given.act);
  if (act === undefined) throw new TypeError(`act: one of ${ACTS.join(', ')} is expected`);
  const { bot, chat, person } = sceneOf(world, given);
  if (chat.type === 'private') throw new TypeError('chat: expected');
  if (person === undefined) throw new TypeError('client: expected');
  if (act === 'migrate') {
    const supergroup = openChat(world, bot, {
      id: whole(given, 'to'),
      type: 'supergroup',
      ...(chat.title !== undefined && { title: chat.title }),
    });
    const sent = migrateGroup(world, bot, [chat, supergroup], person);
    return { chat_id: chat.id, to: supergroup.id, messages: sent };
  }
  const before = chat.membership;
  chat.membership = AFTER[act];
  const update_id = membershipChanged(world, bot, chat, { person, from: before, to: AFTER[act] });
  return { chat_id: chat.id, update_id };
}

const AFTER: Record<Exclude<(typeof ACTS)[number], 'migrate'>, Chat['membership']> = {
  add: 'member',
  kick: 'kicked',
  remove: 'left',
};
