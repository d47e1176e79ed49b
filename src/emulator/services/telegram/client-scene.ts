import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { botOf } from './bots.ts';
import { findMessage, openChat } from './chats.ts';
import { type Bot, type Chat, type Person, type StoredMessage, telegramState } from './state.ts';

/** What an act did: ids to recognise it by. `update_id` is null for a bot that does not want such updates. */
export interface Done {
  chat_id: number;
  message_id: number;
  update_id: number | null;
  /** Albums: every message, in order. */
  message_ids?: number[];
  update_ids?: (number | null)[];
  /** Names and hashes of the files sent. */
  files?: { file_id: string; name: string; size: number; sha256: string | null }[];
}

const GROUP_TYPES = ['group', 'supergroup', 'channel'] as const;

/** Finds or adds the client that the act names; what it says of him replaces what was known. @throws TypeError */
export function personIn(world: World, given: Given): Person {
  const { client } = given;
  const told = (typeof client === 'object' && client !== null ? client : { id: client }) as Given;
  const id = whole(told, 'id');
  const { people } = telegramState(world);
  const texts = ['first_name', 'last_name', 'username', 'language_code', 'phone_number'] as const;
  const named = Object.fromEntries(
    texts.flatMap((name) => {
      const value = optional(told, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  people[id] ??= { id, first_name: `Client ${id}`, language_code: 'en' };
  Object.assign(people[id], named);
  if (typeof told.photo === 'boolean') people[id].has_photo = told.photo;
  return people[id];
}

/** The group the act names, or the private chat of its client. */
function chatIn(world: World, bot: Bot, given: Given, person: Person | undefined): Chat {
  if (given.chat === undefined) {
    if (person === undefined) throw new TypeError('client: expected for a private chat');
    return openChat(world, bot, { id: person.id, type: 'private' });
  }
  const chat = given.chat as Given;
  const id = whole(chat, 'id');
  const type = GROUP_TYPES.find((one) => one === (chat.type ?? 'supergroup'));
  if (type === undefined) throw new TypeError(`chat.type: one of ${GROUP_TYPES.join(', ')}`);
  if (id >= 0) throw new TypeError('chat.id: groups and channels have negative ids');
  const title = optional(chat, 'title');
  return openChat(world, bot, { id, type, ...(title !== undefined && { title }) });
}

/** Who acts where: read from `bot`, `client` and `chat` of the act. */
export function sceneOf(world: World, given: Given) {
  const bot = botOf(world, given.bot);
  const person = given.client === undefined ? undefined : personIn(world, given);
  const chat = chatIn(world, bot, given, person);
  return { world, bot, person, chat, given };
}

export type Scene = ReturnType<typeof sceneOf>;

/** A message that is still there. @throws TypeError */
export function quotedIn(chat: Chat, id: number): StoredMessage {
  const message = findMessage(chat, id);
  if (message === undefined) throw new TypeError(`reply_to: the chat has no message ${id}`);
  return message;
}
