import type { Credentials, MessageCarrier } from '../connector.ts';
import { jidOf } from '../whatsapp/chat.ts';
import { composeParts, type WhatsAppPart } from '../whatsapp/compose.ts';
import { storedCredentials } from '../whatsapp/session.ts';
import type { EvolutionClient, EvolutionServer } from './client.ts';
import { findChat, findPerson } from './directory.ts';
import { openFile } from './media.ts';
import { parseEvent } from './parse.ts';
import { type Speaker, sendPart, sendReaction } from './send.ts';

/** How long one sign of writing is shown, in milliseconds. The server keeps the request open as long. */
const WRITING_MS = 4_000;

/** @see https://doc.evolution-api.com/v2/ */
export function evolutionMessages(
  server: EvolutionServer,
  client: EvolutionClient,
  secondsBetweenMessages: number,
): MessageCarrier<WhatsAppPart> {
  const instanceOf = (credentials: Credentials) => storedCredentials.parse(credentials).session;
  const speakerOf = (credentials: Credentials): Speaker => ({
    server,
    client,
    instance: instanceOf(credentials),
  });

  return {
    options: ['groups', 'own_device'],
    secondsBetweenMessages,
    showsSeen: true,
    parse: parseEvent,
    compose: composeParts,
    findChat: (tools, credentials, alias) =>
      findChat(client, tools, instanceOf(credentials), alias),
    findPerson: (tools, credentials, personId) =>
      findPerson(client, tools, instanceOf(credentials), personId),
    send: (tools, credentials, chat, part) => sendPart(tools, speakerOf(credentials), chat, part),
    openMedia: (tools, credentials, ref) => openFile(tools, server, instanceOf(credentials), ref),
    react: (tools, credentials, chat, reaction) =>
      sendReaction(tools, speakerOf(credentials), chat, reaction),

    async typing(tools, credentials, { chatId }): Promise<void> {
      const jid = jidOf(chatId, 's.whatsapp.net');
      if (jid === undefined) return;
      await client.showWriting(tools, instanceOf(credentials), jid, WRITING_MS);
    },
  };
}
