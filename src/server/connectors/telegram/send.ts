import { z } from 'zod';
import type { Tools } from '../connector.ts';
import type { ChatAddress, SendOutcome } from '../messages.ts';
import { outcomeOfFile } from '../open-upload.ts';
import { askTelegram, type Verdict } from './ask.ts';
import type { Bot } from './client.ts';
import type { MediaPart, TelegramPart, TextPart } from './compose.ts';
import { openForUpload } from './media.ts';
import { AS_DOCUMENT, type MediaMethod } from './media-method.ts';
import { messageKey, numberInChat } from './message-id.ts';
import { mayPassAsDocument, refusalOf } from './refusals.ts';

const CHAT_ID = /^-?\d{1,20}$/;

const id = z.union([z.number().int(), z.string().regex(CHAT_ID)]).transform(String);

const sentMessage = z.object({
  message_id: id,
  chat: z.object({ id }).optional().catch(undefined),
});

/**
 * Sends one part. A group that became a supergroup is followed there once, and a file that Telegram cannot show in
 * the chosen way goes as a document: both refusals say that nothing was sent.
 *
 * @throws ConnectorError as `askTelegram`
 */
export async function sendPart(
  tools: Tools,
  bot: Bot,
  chat: ChatAddress,
  part: TelegramPart,
): Promise<SendOutcome> {
  // A bot cannot write first: a chat that nobody began with it has no id.
  if (!CHAT_ID.test(chat.chatId)) return { state: 'refused', reason: 'chat_unknown' };
  if (part.kind === 'empty') return { state: 'refused', reason: 'unsupported' };
  try {
    const verdict = await attempt(tools, bot, chat.chatId, part);
    const movedTo = verdict.state === 'refused' ? verdict.movedTo : undefined;
    if (movedTo === undefined) return outcomeOf(verdict, chat.chatId, chat.chatId);
    return outcomeOf(await attempt(tools, bot, movedTo, part), chat.chatId, movedTo);
  } catch (error) {
    return outcomeOfFile(error);
  }
}

/** @param asked the chat that was meant; `used` the one that was sent to */
function outcomeOf(verdict: Verdict, asked: string, used: string): SendOutcome {
  if (verdict.state === 'refused') return refusalOf(verdict);
  const sent =
    verdict.state === 'accepted' ? sentMessage.safeParse(verdict.result).data : undefined;
  if (sent === undefined) return { state: 'unknown' };
  const chatId = sent.chat?.id ?? used;
  return {
    state: 'sent',
    messageId: messageKey({ chatId, messageId: sent.message_id }),
    ...(chatId !== asked && { chatId }),
    // Telegram never says more than that it took a message.
    isDelivered: true,
  };
}

async function attempt(
  tools: Tools,
  bot: Bot,
  chatId: string,
  part: TextPart | MediaPart,
): Promise<Verdict> {
  const parameters = {
    chat_id: wireId(chatId),
    reply_parameters: quoteOf(part.replyTo, chatId),
    reply_markup: part.keyboard && { inline_keyboard: part.keyboard },
  };
  if (part.kind === 'text') {
    return await askTelegram(tools, bot, 'sendMessage', { ...parameters, text: part.text });
  }
  const verdict = await attemptFile(tools, bot, parameters, part, part.how);
  if (part.how.method === AS_DOCUMENT.method || !mayPassAsDocument(verdict)) return verdict;
  return await attemptFile(tools, bot, parameters, part, AS_DOCUMENT);
}

async function attemptFile(
  tools: Tools,
  bot: Bot,
  parameters: Record<string, unknown>,
  { media, caption }: MediaPart,
  { method, field }: MediaMethod,
): Promise<Verdict> {
  const file = await openForUpload(media, field);
  try {
    return await askTelegram(tools, bot, method, { ...parameters, caption }, file);
  } finally {
    file.body.destroy();
  }
}

function quoteOf(replyTo: string | undefined, chatId: string): object | undefined {
  const number = numberInChat(replyTo, chatId);
  // The quoted message may be deleted by now, which must not keep the answer back.
  return number === undefined
    ? undefined
    : { message_id: number, allow_sending_without_reply: true };
}

/** Ids are numbers on the wire; one that a number cannot hold goes as text, which Telegram takes too. */
export function wireId(chatId: string): number | string {
  const number = Number(chatId);
  return Number.isSafeInteger(number) ? number : chatId;
}
