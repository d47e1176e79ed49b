import { z } from 'zod';
import type { MessageCarrier } from '../connector.ts';
import { unavailable } from '../http.ts';
import type { SendOutcome } from '../messages.ts';
import { askTelegram } from './ask.ts';
import { botOf } from './client.ts';
import { composeParts, type TelegramPart } from './compose.ts';
import { openFile } from './media.ts';
import { numberInChat } from './message-id.ts';
import { parseUpdate } from './parse.ts';
import { refusalOf } from './refusals.ts';
import { sendPart, wireId } from './send.ts';

/** Telegram knows its reactions without the mark that asks for a colourful form. */
const VARIATION_SELECTOR = /\ufe0f/g;

const acknowledgedPress = z.object({ callbackQueryId: z.string() });

/** @see https://core.telegram.org/bots/api */
export function telegramMessages(apiRoot: string): MessageCarrier<TelegramPart> {
  return {
    options: ['groups'],
    // A bot cannot write first.
    test: { target: 'last_chat' },
    parse: (event) => parseUpdate(event),
    compose: composeParts,
    send: (tools, credentials, chat, part) =>
      sendPart(tools, botOf(apiRoot, credentials), chat, part),
    openMedia: (tools, credentials, ref) => openFile(tools, botOf(apiRoot, credentials), ref),

    async react(tools, credentials, { chatId }, { messageId, emoji }): Promise<SendOutcome> {
      const number = numberInChat(messageId, chatId);
      if (number === undefined) return { state: 'refused', reason: 'chat_unknown' };
      const reaction =
        emoji === null ? [] : [{ type: 'emoji', emoji: emoji.replace(VARIATION_SELECTOR, '') }];
      const parameters = { chat_id: wireId(chatId), message_id: number, reaction };
      const bot = botOf(apiRoot, credentials);
      const verdict = await askTelegram(tools, bot, 'setMessageReaction', parameters);
      // Said twice, a reaction is still one.
      if (verdict.state === 'unknown') throw unavailable('telegram setMessageReaction');
      if (verdict.state === 'refused') return refusalOf(verdict);
      return { state: 'sent', messageId, isDelivered: true };
    },

    async typing(tools, credentials, { chatId }): Promise<void> {
      const parameters = { chat_id: wireId(chatId), action: 'typing' };
      await askTelegram(tools, botOf(apiRoot, credentials), 'sendChatAction', parameters);
    },

    async acknowledge(tools, credentials, acknowledgement): Promise<void> {
      const press = acknowledgedPress.safeParse(acknowledgement).data;
      if (press === undefined) return;
      const parameters = { callback_query_id: press.callbackQueryId };
      await askTelegram(tools, botOf(apiRoot, credentials), 'answerCallbackQuery', parameters);
    },
  };
}
