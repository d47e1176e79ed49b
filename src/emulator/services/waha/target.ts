import { chatOf, lineOf, lookUpNumber } from '../whatsapp/people.ts';
import type { Chat, Line, Person } from '../whatsapp/state.ts';
import type { Call } from './call.ts';
import { RequestError, ServerError } from './errors.ts';
import { readChatId } from './ids.ts';
import { noteFault } from './judge.ts';

/** A chat, and the linked number it belongs to. */
export interface ChatPlace {
  line: Line;
  chat: Chat;
}

/**
 * The chat a call means. A number that is not on WhatsApp, or written in another way there, gets no message: the server
 * finds out inside (github.com/devlikeapro/waha/issues/238).
 *
 * @throws RequestError, ServerError
 */
export function targetChat(call: Call, chatId: string): ChatPlace {
  const { world, session, number } = call;
  const target = readChatId(world, chatId);
  if (target === undefined) throw new RequestError('chatId must be a chat id');
  if (target.isOdd) noteFault(world, session.name, 'odd_chat_id', 'a phone that is no chat id');
  const line = lineOf(world, number);
  if (target.chat !== undefined) return { line, chat: chatOf(world, line, target.chat) };
  const person = target.person ?? exactly(call, target.phone);
  if (person === undefined) throw new ServerError('No LID for user');
  return { line, chat: chatOf(world, line, person.phone) };
}

function exactly({ world }: Call, phone: string | undefined): Person | undefined {
  if (phone === undefined) return undefined;
  const person = lookUpNumber(world, phone);
  return person?.phone === phone ? person : undefined;
}
