import type { World } from '../../kommo/world.ts';
import { botOf } from './bots.ts';
import {
  type Author,
  addMessage,
  type Content,
  chatFields,
  findMessage,
  openChat,
  tellChat,
  userFields,
} from './chats.ts';
import { clientContent, type Given, optional, text, whole } from './client-content.ts';
import { membershipChanged } from './memberships.ts';
import {
  type Bot,
  type Chat,
  type Fields,
  nextNumber,
  type Person,
  type StoredMessage,
  telegramState,
} from './state.ts';
import { withEntities } from './texts.ts';
import { addUpdate } from './updates.ts';

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

type Scene = ReturnType<typeof sceneOf>;

function authorOf({ chat, person }: Scene): Author {
  if (chat.type === 'channel') return { channel: chat };
  if (person === undefined) throw new TypeError('client: expected in a group');
  return { person };
}

/** A client writes. `kind: 'album'` sends `items`, two to ten, as one group. */
export function sendAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { bot, chat, person } = scene;
  if (chat.is_blocked) throw new TypeError('client: has blocked the bot; unblock it first');
  if (person?.is_deactivated) throw new TypeError('client: the account is deactivated');
  const contents =
    given.kind === 'album' ? album(scene) : [clientContent({ world, bot, person, given })];
  const quoted =
    given.reply_to === undefined ? undefined : quotedIn(chat, whole(given, 'reply_to'));
  const date = given.date === undefined ? world.clock.seconds() : whole(given, 'date');
  const sent = contents.map((content) => {
    const stored = addMessage(world, chat, authorOf(scene), content, { replyTo: quoted, date });
    return { stored, update_id: messageUpdate(scene, stored, false, date) };
  });
  tellChat(world, chat);
  return doneWith(world, chat, sent);
}

function doneWith(
  world: World,
  chat: Chat,
  sent: { stored: StoredMessage; update_id: number | null }[],
): Done {
  const [first] = sent;
  if (first === undefined) throw new TypeError('items: none');
  const { files } = telegramState(world);
  const shown = sent.flatMap(({ stored }) =>
    stored.file_ids.flatMap((id) => {
      const file = files[id];
      if (file === undefined) return [];
      const { file_id, name, size, sha256 } = file;
      return [{ file_id, name, size, sha256 }];
    }),
  );
  return {
    chat_id: chat.id,
    message_id: first.stored.message_id,
    update_id: first.update_id,
    ...(sent.length > 1 && {
      message_ids: sent.map(({ stored }) => stored.message_id),
      update_ids: sent.map(({ update_id }) => update_id),
    }),
    ...(shown.length > 0 && { files: shown }),
  };
}

function quotedIn(chat: Chat, id: number): StoredMessage {
  const message = findMessage(chat, id);
  if (message === undefined) throw new TypeError(`reply_to: the chat has no message ${id}`);
  return message;
}

function messageUpdate(
  { world, bot, chat }: Scene,
  stored: StoredMessage,
  isEdit: boolean,
  date: number,
) {
  const name = chat.type === 'channel' ? 'channel_post' : 'message';
  const type = isEdit ? `edited_${name}` : name;
  return addUpdate(world, bot, chat, { type, body: stored.message, date });
}

function album({ world, bot, person, given }: Scene): Content[] {
  const items = given.items;
  if (!Array.isArray(items) || items.length < 2 || items.length > 10) {
    throw new TypeError('items: two to ten are expected');
  }
  const media_group_id = String(12_000_000_000_000_000 + nextNumber(world));
  return items.map((item, index) => {
    const own = { ...(item as Given) };
    // An album's text is the caption of its first item.
    if (index === 0 && given.caption !== undefined) own.caption = given.caption;
    const content = clientContent({ world, bot, person, given: own });
    if (content.file_ids.length === 0) throw new TypeError('items: only media make an album');
    return { ...content, fields: { media_group_id, ...content.fields } };
  });
}

/** The client changes an own message: `text` or `caption`, or nothing anybody sees (`silently`). */
export function editAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { chat } = scene;
  const stored = quotedIn(chat, whole(given, 'message_id'));
  if (stored.side !== 'client') throw new TypeError('message_id: not a message of the client');
  const part = stored.kind === 'text' ? 'text' : 'caption';
  const list = part === 'text' ? 'entities' : 'caption_entities';
  const date = world.clock.seconds();
  const { [list]: entities, ...rest } = stored.message;
  const changed =
    given.silently === true
      ? { ...rest, ...(entities !== undefined && { [list]: entities }) }
      : { ...rest, ...withEntities(part, text(given, part), given[list]) };
  if (given.silently !== true) stored.earlier.push(String(stored.message[part] ?? ''));
  stored.message = { ...changed, edit_date: date };
  const update_id = messageUpdate(scene, stored, true, date);
  tellChat(world, chat);
  return { chat_id: chat.id, message_id: stored.message_id, update_id };
}

/** The client deletes a message. Bots hear nothing of it. */
export function deleteAct(world: World, given: Given): Done {
  const { chat } = sceneOf(world, given);
  const stored = quotedIn(chat, whole(given, 'message_id'));
  stored.is_deleted = true;
  tellChat(world, chat);
  return { chat_id: chat.id, message_id: stored.message_id, update_id: null };
}

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
