import type { World } from '../../kommo/world.ts';
import { ApiError, badRequest } from './api-error.ts';
import { findChat, findMessage } from './chats.ts';
import type { Parameters } from './parameters.ts';
import { type Bot, type Chat, type StoredMessage, telegramState } from './state.ts';

/** One call of a Bot API method. */
export interface Call {
  world: World;
  bot: Bot;
  /** Lower case. */
  method: string;
  parameters: Parameters;
}

/** Returns the `result`. @throws ApiError */
export type Method = (call: Call) => unknown;

/** The chat that `chat_id` names. @throws ApiError in Telegram's words (Client.cpp, check_chat) */
export function chatToRead({ world, bot, parameters }: Call): Chat {
  const id = parameters.text('chat_id');
  if (id === '') throw badRequest('chat_id is empty');
  const chat = findChat(world, bot, Number(id));
  if (chat === undefined) throw badRequest('chat not found');
  return chat;
}

/** The same, for a call that changes something there. */
export function chatToWrite(call: Call): Chat {
  const chat = chatToRead(call);
  if (chat.type === 'private') {
    if (telegramState(call.world).people[chat.id]?.is_deactivated) {
      throw new ApiError(403, 'Forbidden: user is deactivated');
    }
    if (chat.is_blocked) throw new ApiError(403, 'Forbidden: bot was blocked by the user');
    return chat;
  }
  if (chat.migrated_to !== undefined) {
    const description = 'Bad Request: group chat was upgraded to a supergroup chat';
    throw new ApiError(400, description, { migrate_to_chat_id: chat.migrated_to });
  }
  if (chat.membership === 'kicked') {
    throw new ApiError(403, `Forbidden: bot was kicked from the ${chat.type} chat`);
  }
  if (chat.membership === 'left') {
    throw new ApiError(403, `Forbidden: bot is not a member of the ${chat.type} chat`);
  }
  return chat;
}

/** The message that `message_id` names. @param what `message to edit` and the like */
export function messageTo(call: Call, chat: Chat, what: string): StoredMessage {
  const message = findMessage(chat, Number(call.parameters.text('message_id')));
  if (message === undefined) throw badRequest(`${what} not found`);
  return message;
}

/** @see https://core.telegram.org/bots/api#replyparameters */
export function replyTo({ parameters }: Call, chat: Chat): StoredMessage | undefined {
  const given = parameters.json('reply_parameters', 'reply parameters');
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw badRequest('object expected as reply parameters');
  }
  const reply = (given ?? {
    message_id: parameters.number('reply_to_message_id'),
    allow_sending_without_reply: parameters.flag('allow_sending_without_reply'),
  }) as { message_id?: unknown; allow_sending_without_reply?: unknown };
  if (reply.message_id === undefined) return undefined;
  const message = findMessage(chat, Number(reply.message_id));
  if (message === undefined && reply.allow_sending_without_reply !== true) {
    throw badRequest('message to be replied not found');
  }
  return message;
}
