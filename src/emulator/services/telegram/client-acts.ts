import type { World } from '../../kommo/world.ts';
import { type Given, text, whole } from '../given.ts';
import { type Author, addMessage, type Content, tellChat } from './chats.ts';
import { clientContent } from './client-content.ts';
import { type Done, quotedIn, type Scene, sceneOf } from './client-scene.ts';
import { type Chat, nextNumber, type StoredMessage, telegramState } from './state.ts';
import { withEntities } from './texts.ts';
import { addUpdate } from './updates.ts';

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
