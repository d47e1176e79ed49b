import { UnknownThing, type World } from '../../kommo/world.ts';
import { botUser } from './bots.ts';
import { runtimeOf } from './runtime.ts';
import {
  type Bot,
  type Chat,
  type Fields,
  type Person,
  type StoredMessage,
  telegramState,
} from './state.ts';

/** The same in every chat, on purpose: message ids say nothing without their chat. */
const FIRST_MESSAGE_ID = 1001;

export function chatKey(botId: number, chatId: number): string {
  return `${botId}:${chatId}`;
}

export function findChat(world: World, bot: Bot, id: number): Chat | undefined {
  return telegramState(world).chats[chatKey(bot.id, id)];
}

/** An empty chat, not yet among the others. */
export function newChat(bot: Bot, { id, type }: Pick<Chat, 'id' | 'type'>): Chat {
  return {
    bot_id: bot.id,
    id,
    type,
    is_blocked: false,
    membership: 'member',
    next_message_id: FIRST_MESSAGE_ID,
    messages: {},
    action: null,
  };
}

/** Finds the chat or begins it; a given title or type replaces the old one. */
export function openChat(
  world: World,
  bot: Bot,
  given: Pick<Chat, 'id' | 'type'> & { title?: string },
): Chat {
  const { chats } = telegramState(world);
  const key = chatKey(bot.id, given.id);
  chats[key] ??= newChat(bot, given);
  const chat = chats[key];
  chat.type = given.type;
  if (given.title !== undefined) chat.title = given.title;
  return chat;
}

/** @throws UnknownThing */
export function personOf(world: World, id: number): Person {
  const person = telegramState(world).people[id];
  if (person === undefined) throw new UnknownThing(`There is no client ${id}.`);
  return person;
}

/** @see https://core.telegram.org/bots/api#user */
export function userFields(person: Person): Fields {
  const { id, first_name, last_name, username, language_code } = person;
  return {
    id,
    is_bot: false,
    first_name,
    ...(last_name !== undefined && { last_name }),
    ...(username !== undefined && { username }),
    ...(language_code !== undefined && { language_code }),
  };
}

/** @see https://core.telegram.org/bots/api#chat */
export function chatFields(world: World, { id, type, title }: Chat): Fields {
  if (type !== 'private') return { id, type, title: title ?? `Chat ${id}` };
  const { first_name, last_name, username } = personOf(world, id);
  return {
    id,
    type,
    first_name,
    ...(last_name !== undefined && { last_name }),
    ...(username !== undefined && { username }),
  };
}

/** What a message is made of, besides what every message has. */
export interface Content {
  kind: string;
  /** Fields of the Message. */
  fields: Fields;
  file_ids: string[];
}

/** Who writes: the bot, a client, or a channel in its own name. */
export type Author = { bot: Bot } | { person: Person } | { channel: Chat };

/** Adds a message to the chat, under the chat's next id. */
export function addMessage(
  world: World,
  chat: Chat,
  author: Author,
  content: Content,
  options: { replyTo?: StoredMessage | undefined; date?: number | undefined } = {},
): StoredMessage {
  const message_id = chat.next_message_id;
  chat.next_message_id += 1;
  const sender =
    'bot' in author
      ? chat.type === 'channel'
        ? { sender_chat: chatFields(world, chat) }
        : { from: botUser(author.bot) }
      : 'person' in author
        ? { from: userFields(author.person) }
        : { sender_chat: chatFields(world, author.channel) };
  const stored: StoredMessage = {
    message_id,
    side: 'bot' in author ? 'bot' : 'client',
    kind: content.kind,
    message: {
      message_id,
      ...sender,
      chat: chatFields(world, chat),
      date: options.date ?? world.clock.seconds(),
      ...(options.replyTo !== undefined && { reply_to_message: withoutReply(options.replyTo) }),
      ...content.fields,
    },
    file_ids: content.file_ids,
    earlier: [],
    reactions: { client: [], bot: [] },
    presses: [],
    is_deleted: false,
  };
  chat.messages[message_id] = stored;
  return stored;
}

/** A quoted message does not quote in turn. */
function withoutReply({ message }: StoredMessage): Fields {
  const { reply_to_message: _, ...fields } = message;
  return fields;
}

/** A message that is still there. */
export function findMessage(chat: Chat, id: number): StoredMessage | undefined {
  const message = chat.messages[id];
  return message?.is_deleted ? undefined : message;
}

/** Tells whoever watches the chat that it changed. */
export function tellChat(world: World, chat: Chat): void {
  runtimeOf(world).tell(chatKey(chat.bot_id, chat.id));
}
