import type { WebhookRequest } from '../connector.ts';
import type { ReceivedEdit, ReceivedItem, ReceivedMessage, ReceivedReaction } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { spokenBy } from '../spoken-by.ts';
import { eventOf } from '../webhook-proof.ts';
import { pressedButton } from './buttons.ts';
import { ownPhone } from './contact.ts';
import { contentOf } from './content.ts';
import { messageKey } from './message-id.ts';
import { clientOf, isGroup, nameOf } from './people.ts';
import {
  type CallbackQuery,
  type MessageReaction,
  type TelegramMessage,
  updateShape,
} from './update.ts';

/** What is known of an update beside its content. */
interface Context {
  updateId: string;
  /** For what does not say when it happened. */
  receivedAtMs: number;
}

/**
 * Reads an update. What nobody wrote (service messages, changes of membership), other bots and channel posts give
 * nothing; every other message gives an item.
 *
 * @see https://core.telegram.org/bots/api#update
 */
export function parseUpdate(event: WebhookRequest): ReceivedItem[] {
  const update = updateShape.safeParse(eventOf(event.body)).data;
  if (update === undefined) return [];
  const context = { updateId: update.update_id ?? '', receivedAtMs: event.receivedAtMs ?? 0 };
  const item =
    (update.message && readMessage(update.message, context)) ??
    (update.edited_message && readEdit(update.edited_message, context)) ??
    (update.callback_query && readPress(update.callback_query, context)) ??
    (update.message_reaction && readReaction(update.message_reaction, context));
  return item === undefined ? [] : [item];
}

function readMessage(message: TelegramMessage, context: Context): ReceivedItem | undefined {
  const moved = readMove(message);
  if (moved !== undefined) return moved;
  const read = readContent(message);
  if (read === undefined) return undefined;
  const { chat, reply_to_message: quoted } = message;
  return {
    event: 'message',
    messageId: keyOf(message),
    ...read,
    atMs: millisecondsOf(message.date, context),
    ...(quoted && {
      replyTo: messageKey({ chatId: chat.id, messageId: quoted.message_id }),
    }),
  } satisfies ReceivedMessage;
}

/** A group that grows becomes a supergroup with another id. Both chats say so; one of them may be missed. */
function readMove(message: TelegramMessage): ReceivedItem | undefined {
  const { chat, migrate_to_chat_id: to, migrate_from_chat_id: from } = message;
  if (to !== undefined) return { event: 'move', fromChatId: chat.id, toChatId: to };
  if (from !== undefined) return { event: 'move', fromChatId: from, toChatId: chat.id };
  return undefined;
}

function readEdit(message: TelegramMessage, context: Context): ReceivedEdit | undefined {
  // Somebody who shares his way edits one message for hours. The place he began at stays.
  if (message.location?.live_period !== undefined) return undefined;
  const read = readContent(message);
  if (read === undefined) return undefined;
  return {
    event: 'edit',
    messageId: keyOf(message),
    editId: `${message.edit_date ?? 0}:${context.updateId}`,
    ...read,
    atMs: millisecondsOf(message.edit_date, context),
  };
}

function readPress(query: CallbackQuery, context: Context): ReceivedMessage | undefined {
  const { from, message, id } = query;
  // Without the message nobody knows the chat: a button of inline mode, which we do not use.
  if (message === undefined || from.is_bot === true) return undefined;
  const said = pressedButton(query.data, message.reply_markup?.inline_keyboard);
  const { chat } = message;
  const content = { kind: 'text' as const, ...said };
  return {
    event: 'message',
    messageId: `${chat.id}:press:${id}`,
    chat: chatOf(message),
    person: clientOf(chat, from),
    content: isGroup(chat) ? spokenBy(nameOf(from) ?? from.id, content) : content,
    // A press has no time; that of the message with the buttons is its earliest.
    atMs: context.receivedAtMs || millisecondsOf(message.date, context),
    replyTo: keyOf(message),
    acknowledgement: { callbackQueryId: id },
  };
}

function readReaction(reaction: MessageReaction, context: Context): ReceivedReaction | undefined {
  const { chat, user, actor_chat: actor, message_id: messageId } = reaction;
  if (user?.is_bot === true || (user === undefined && actor === undefined)) return undefined;
  const emoji = emojiOf(reaction.new_reaction);
  // An emoji of Telegram's own making has no letter: it only takes the one before it away.
  if (emoji === null && reaction.new_reaction.length > 0 && !emojiOf(reaction.old_reaction ?? [])) {
    return undefined;
  }
  return {
    event: 'reaction',
    messageId: messageKey({ chatId: chat.id, messageId }),
    emoji,
    reactionId: `${reaction.date ?? 0}:${context.updateId}`,
    chat: { id: chat.id, ...(isGroup(chat) && { isGroup: true }) },
    person: clientOf(chat, user),
    atMs: millisecondsOf(reaction.date, context),
  };
}

function readContent(
  message: TelegramMessage,
): Pick<ReceivedMessage, 'chat' | 'person' | 'content'> | undefined {
  const speaker = speakerOf(message);
  if (speaker === undefined) return undefined;
  const content = contentOf(message);
  if (content === undefined) return undefined;
  const { chat, from } = message;
  const person = clientOf(chat, from);
  if (isGroup(chat)) return { chat: chatOf(message), person, content: spokenBy(speaker, content) };
  const phone = ownPhone(message);
  return {
    chat: chatOf(message),
    person: { ...person, ...(phone !== undefined && { phone }) },
    content,
  };
}

/**
 * The name of the person who wrote; `undefined` for bots and for posts that a channel forwards into its group. An
 * anonymous admin of a group is a person: Telegram hides him behind a bot and names the group.
 */
function speakerOf(message: TelegramMessage): string | undefined {
  const { chat, from, sender_chat: sender } = message;
  if (message.is_automatic_forward === true) return undefined;
  if (sender !== undefined && sender.id === chat.id) return plainLine(sender.title) ?? sender.id;
  if (sender !== undefined || from?.is_bot === true) return undefined;
  const person = from ?? chat;
  return nameOf(person) ?? person.id;
}

/** The first reaction that has a letter; a star is paid for. */
function emojiOf(reactions: MessageReaction['new_reaction']): string | null {
  for (const reaction of reactions) {
    if (reaction?.type === 'paid') return '⭐';
    if (reaction?.type === 'emoji') return plainLine(reaction.emoji, 32) ?? null;
  }
  return null;
}

function chatOf({ chat }: TelegramMessage): ReceivedMessage['chat'] {
  return { id: chat.id, ...(isGroup(chat) && { isGroup: true }) };
}

function keyOf({ chat, message_id: messageId }: TelegramMessage): string {
  return messageKey({ chatId: chat.id, messageId });
}

/** Telegram tells whole seconds. Within one, the time of arrival keeps the order, also with what managers write. */
function millisecondsOf(seconds: number | undefined, { receivedAtMs }: Context): number {
  if (seconds === undefined) return receivedAtMs;
  const atMs = seconds * 1000;
  return Math.max(atMs, Math.min(receivedAtMs, atMs + 999));
}
