import { z } from 'zod';

/**
 * What we read of an update. Everything may be missing or of another type: a wrong member must not spoil the rest,
 * and no update may ever fail, since Telegram sends the later ones of a chat only after it.
 *
 * @see https://core.telegram.org/bots/api#update
 */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

/** Ids have up to 52 bits; written as text here, as they are stored. */
const id = z
  .union([z.number().int(), z.string().regex(/^-?\d{1,20}$/)])
  .transform((value) => String(value));

/** An id that is letters and not a number. */
const token = z.string().regex(/^[\x21-\x7e]{1,1000}$/);

const text = maybe(z.string());
const count = maybe(z.number().nonnegative());
const flag = maybe(z.boolean());
/** Unix time in seconds; zero means that a message is out of reach. */
const date = maybe(z.number().int().positive().max(253_402_300_799));

const user = z.object({
  id,
  is_bot: flag,
  first_name: text,
  last_name: text,
  username: text,
});

const chat = z.object({
  id,
  type: z.enum(['private', 'group', 'supergroup']),
  title: text,
  first_name: text,
  last_name: text,
  username: text,
});

const file = z.object({
  file_id: token,
  file_size: count,
  file_name: text,
  mime_type: text,
  duration: count,
});

const place = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  live_period: count,
});

const sticker = file.extend({ emoji: text, is_animated: flag, is_video: flag });

const contact = z.object({
  phone_number: z.string(),
  first_name: text,
  last_name: text,
  user_id: maybe(id),
});

const entity = z.object({
  type: z.string(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  url: text,
});

const button = z.object({ text, callback_data: text });

const message = z.looseObject({
  message_id: id,
  date,
  edit_date: date,
  from: maybe(user),
  sender_chat: maybe(z.object({ id, title: text })),
  chat,
  is_automatic_forward: flag,
  reply_to_message: maybe(z.object({ message_id: id })),
  text,
  entities: maybe(z.array(maybe(entity))),
  caption: text,
  caption_entities: maybe(z.array(maybe(entity))),
  photo: maybe(z.array(maybe(file))),
  video: maybe(file),
  video_note: maybe(file),
  animation: maybe(file),
  document: maybe(file),
  voice: maybe(file),
  audio: maybe(file),
  sticker: maybe(sticker),
  location: maybe(place),
  venue: maybe(z.object({ location: place, title: text, address: text })),
  contact: maybe(contact),
  poll: maybe(
    z.object({ question: text, options: maybe(z.array(maybe(z.object({ text: text })))) }),
  ),
  dice: maybe(z.object({ emoji: text, value: count })),
  game: maybe(z.object({ title: text })),
  invoice: maybe(z.object({ title: text })),
  checklist: maybe(z.object({ title: text })),
  reply_markup: maybe(z.object({ inline_keyboard: z.array(z.array(button)) })),
  migrate_to_chat_id: maybe(id),
  migrate_from_chat_id: maybe(id),
});

const callbackQuery = z.object({
  id: token,
  from: user,
  message: maybe(message),
  data: text,
});

const reactionType = z.object({ type: z.string(), emoji: text });

const messageReaction = z.object({
  chat,
  message_id: id,
  user: maybe(user),
  actor_chat: maybe(z.object({ id, title: text })),
  date,
  old_reaction: maybe(z.array(maybe(reactionType))),
  new_reaction: z.array(maybe(reactionType)),
});

/** Kinds that are not named here (`my_chat_member`, channel posts, business messages) mean nothing to us. */
export const updateShape = z.object({
  update_id: maybe(id),
  message: maybe(message),
  edited_message: maybe(message),
  callback_query: maybe(callbackQuery),
  message_reaction: maybe(messageReaction),
});

export type Update = z.output<typeof updateShape>;
export type TelegramUser = z.output<typeof user>;
export type TelegramChat = z.output<typeof chat>;
export type TelegramFile = z.output<typeof file>;
export type TelegramSticker = z.output<typeof sticker>;
export type TelegramContact = z.output<typeof contact>;
export type TelegramEntity = z.output<typeof entity>;
export type TelegramMessage = z.output<typeof message>;
export type CallbackQuery = z.output<typeof callbackQuery>;
export type MessageReaction = z.output<typeof messageReaction>;
