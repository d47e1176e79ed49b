import { badRequest } from './api-error.ts';
import { type Call, chatToWrite, type Method, messageTo } from './call.ts';
import { findChat, tellChat } from './chats.ts';
import { REACTIONS } from './reactions.ts';
import { readReplyMarkup } from './reply-markup.ts';
import { type Chat, type Fields, own, type StoredMessage } from './state.ts';
import { readCaption, readText } from './texts.ts';

/** @see https://core.telegram.org/bots/api#deletemessage */
const DELETE_SECONDS = 48 * 3600;
/** How long an answer to a press is taken. */
const QUERY_SECONDS = 150;
/** @see https://core.telegram.org/bots/api#answercallbackquery */
const ANSWER_MAX = 200;

const REPLACED = {
  text: ['text', 'entities'],
  caption: ['caption', 'caption_entities'],
  reply_markup: [],
};

/** Methods that change a message or answer a press, by name in lower case. */
export const EDIT_METHODS: Record<string, Method> = {
  editmessagetext: (call) => edit(call, readText(call.parameters), 'text'),
  editmessagecaption: (call) => edit(call, readCaption(call.parameters), 'caption'),
  editmessagereplymarkup: (call) => edit(call, {}, 'reply_markup'),
  deletemessage: deleteMessage,
  setmessagereaction: setMessageReaction,
  answercallbackquery: answerCallbackQuery,
};

function ownMessage(call: Call, what: string): { chat: Chat; stored: StoredMessage } {
  const chat = chatToWrite(call);
  const stored = messageTo(call, chat, what);
  if (stored.side !== 'bot') throw badRequest("message can't be edited");
  return { chat, stored };
}

function edit(call: Call, content: Fields, part: 'text' | 'caption' | 'reply_markup'): Fields {
  const { chat, stored } = ownMessage(call, 'message to edit');
  if (part === 'text' && stored.kind !== 'text') {
    throw badRequest('there is no text in the message to edit');
  }
  if (part === 'caption' && stored.file_ids.length === 0) {
    throw badRequest('there is no caption in the message to edit');
  }
  const { edit_date: _, ...before } = stored.message;
  // What is not given again is gone: the buttons, too.
  const replaced = ['reply_markup', ...REPLACED[part]];
  const kept = Object.entries(before).filter(([name]) => !replaced.includes(name));
  const markup = readReplyMarkup(call.parameters);
  const after: Fields = {
    ...Object.fromEntries(kept),
    ...content,
    ...(markup !== undefined && { reply_markup: markup }),
  };
  if (isSame(before, after)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  if (part !== 'reply_markup') stored.earlier.push(String(before[part] ?? ''));
  stored.message = { ...after, edit_date: call.world.clock.seconds() };
  tellChat(call.world, chat);
  return stored.message;
}

/** The order of properties does not matter. */
function isSame(one: Fields, other: Fields): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
}

function deleteMessage(call: Call): boolean {
  const chat = chatToWrite(call);
  const stored = messageTo(call, chat, 'message to delete');
  if (Number(stored.message.date) + DELETE_SECONDS < call.world.clock.seconds()) {
    throw badRequest("message can't be deleted for everyone");
  }
  stored.is_deleted = true;
  tellChat(call.world, chat);
  return true;
}

/** @see https://core.telegram.org/bots/api#setmessagereaction */
function setMessageReaction(call: Call): boolean {
  const chat = chatToWrite(call);
  const stored = messageTo(call, chat, 'message to react');
  const given = call.parameters.json('reaction', 'reaction types') ?? [];
  if (!Array.isArray(given)) throw badRequest('expected an Array of ReactionType');
  const emoji = given.map((one) => {
    const { type, emoji } = (one ?? {}) as Fields;
    if (type !== 'emoji' || typeof emoji !== 'string' || !REACTIONS.has(emoji)) {
      throw badRequest('REACTION_INVALID');
    }
    return emoji;
  });
  if (emoji.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  stored.reactions.bot = emoji;
  tellChat(call.world, chat);
  return true;
}

function answerCallbackQuery({ world, bot, parameters }: Call): boolean {
  const query = own(bot.queries, parameters.text('callback_query_id'));
  if (query === undefined || query.date + QUERY_SECONDS < world.clock.seconds()) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid');
  }
  const text = parameters.text('text');
  if (text.length > ANSWER_MAX) throw badRequest('MESSAGE_TOO_LONG');
  query.answer = {
    text,
    show_alert: parameters.flag('show_alert'),
    ...(parameters.has('url') && { url: parameters.text('url') }),
  };
  const chat = findChat(world, bot, query.chat_id);
  if (chat !== undefined) tellChat(world, chat);
  return true;
}
