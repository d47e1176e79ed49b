import type { MessageCarrier } from '../connector.ts';
import type { SendOutcome } from '../messages.ts';
import { ownChat } from '../whatsapp/chat.ts';
import { composeParts, type WhatsAppPart } from '../whatsapp/compose.ts';
import { accessOf } from './access.ts';
import { wireChat, wireMessage } from './addresses.ts';
import { askWaha } from './ask.ts';
import { findChat, findPerson } from './directory.ts';
import { openFile } from './media.ts';
import { parseEvent } from './parse.ts';
import { refusalOf } from './refusals.ts';
import { sendPart } from './send.ts';
import { showTyping } from './signs.ts';

const DEFAULT_SECONDS = 1;

/** @see https://waha.devlike.pro/docs/ */
export function wahaMessages(server: {
  url: string;
  apiKey: string;
  secondsBetweenMessages?: number;
}): MessageCarrier<WhatsAppPart> {
  return {
    options: ['groups', 'own_device'],
    test: { target: 'own_number', ownChat },
    secondsBetweenMessages: server.secondsBetweenMessages ?? DEFAULT_SECONDS,
    showsSeen: true,
    parse: parseEvent,
    compose: composeParts,
    send: (tools, credentials, chat, part) =>
      sendPart(tools, accessOf(server, credentials), chat, part),
    openMedia: (tools, credentials, ref) => openFile(tools, accessOf(server, credentials), ref),

    findChat: (tools, credentials, alias) => findChat(tools, accessOf(server, credentials), alias),
    findPerson: (tools, credentials, personId) =>
      findPerson(tools, accessOf(server, credentials), personId),

    async react(tools, credentials, { chatId }, reaction): Promise<SendOutcome> {
      const { messageId, isOurs, emoji } = reaction;
      const chat = wireChat(chatId);
      if (chat === undefined) return { state: 'refused', reason: 'chat_unknown' };
      const access = accessOf(server, credentials);
      const verdict = await askWaha(tools, access, {
        method: 'PUT',
        path: '/api/reaction',
        json: {
          session: access.session,
          messageId: wireMessage(chat, messageId, isOurs),
          reaction: emoji ?? '',
        },
      });
      if (verdict.state === 'refused') return refusalOf(verdict);
      // Some engines fail for good at messages they do not keep: what managers write next must not wait for that.
      if (verdict.state === 'unknown') return verdict;
      return { state: 'sent', messageId, isDelivered: true };
    },

    async typing(tools, credentials, { chatId }): Promise<void> {
      const chat = wireChat(chatId);
      if (chat !== undefined) await showTyping(tools, accessOf(server, credentials), chat);
    },
  };
}
