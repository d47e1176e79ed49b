import type { Credentials, MessageCarrier } from '../connector.ts';
import { ownChat } from '../whatsapp/chat.ts';
import { composeParts, type WhatsAppPart } from '../whatsapp/compose.ts';
import { storedCredentials } from '../whatsapp/session.ts';
import type { EvolutionClient, EvolutionServer } from './client.ts';
import { findChat, findPerson } from './directory.ts';
import { openFile } from './media.ts';
import { parseEvent } from './parse.ts';
import { type Speaker, sendPart, sendReaction } from './send.ts';
import { showWriting } from './signs.ts';

/** @see https://doc.evolution-api.com/v2/ */
export function evolutionMessages(
  server: EvolutionServer,
  client: EvolutionClient,
  secondsBetweenMessages: number,
): MessageCarrier<WhatsAppPart> {
  const speakerOf = (credentials: Credentials): Speaker => ({
    server,
    client,
    instance: storedCredentials.parse(credentials).session,
  });

  return {
    options: ['groups', 'own_device'],
    test: { target: 'own_number', ownChat },
    secondsBetweenMessages,
    showsSeen: true,
    parse: parseEvent,
    compose: composeParts,
    findChat: (tools, credentials, alias) => findChat(tools, speakerOf(credentials), alias),
    findPerson: (tools, credentials, id) => findPerson(tools, speakerOf(credentials), id),
    send: (tools, credentials, chat, part) => sendPart(tools, speakerOf(credentials), chat, part),
    openMedia: (tools, credentials, ref) => openFile(tools, speakerOf(credentials), ref),
    react: (tools, credentials, chat, reaction) =>
      sendReaction(tools, speakerOf(credentials), chat, reaction),
    typing: (tools, credentials, chat) => showWriting(tools, speakerOf(credentials), chat),
  };
}
