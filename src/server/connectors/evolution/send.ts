import { base64Json } from '../base64-json.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import { unavailable } from '../http.ts';
import type { ChatAddress, SendOutcome } from '../messages.ts';
import { openUpload, outcomeOfFile } from '../open-upload.ts';
import { chatOf, jidOf } from '../whatsapp/chat.ts';
import type { MediaPart, Quote, TextPart, WhatsAppPart } from '../whatsapp/compose.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { askEvolution, type Verdict } from './ask.ts';
import type { EvolutionClient, EvolutionServer } from './client.ts';
import { findChat } from './directory.ts';
import { documentCallOf, type MediaCall, mediaCallOf } from './media-call.ts';
import { showSeen } from './signs.ts';

/** The server takes 136 MB of JSON, in which three bytes of a file are four. */
const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;

/** The account that speaks, and where. */
export interface Speaker {
  server: EvolutionServer;
  client: EvolutionClient;
  instance: string;
}

/**
 * Sends one part.
 *
 * @throws ConnectorError as `askEvolution`
 */
export async function sendPart(
  tools: Tools,
  speaker: Speaker,
  chat: ChatAddress,
  part: WhatsAppPart,
): Promise<SendOutcome> {
  const number = numberOf(chat);
  if (number === undefined) return { state: 'refused', reason: 'chat_unknown' };
  if (part.kind === 'empty') return { state: 'refused', reason: 'unsupported' };
  if (part.isFirst) await showSeen(tools, speaker, chat);
  try {
    const verdict = await attempt(tools, speaker, number, part);
    return await outcomeOf(tools, speaker, chat, verdict);
  } catch (error) {
    return outcomeOfFile(error);
  }
}

/** Puts a reaction on a message, or takes it away. */
export async function sendReaction(
  tools: Tools,
  speaker: Speaker,
  chat: ChatAddress,
  reaction: { messageId: string; isOurs: boolean; emoji: string | null },
): Promise<SendOutcome> {
  const remoteJid = jidOf(chat.chatId, 's.whatsapp.net');
  const id = bareMessageId(reaction.messageId);
  if (remoteJid === undefined || id === undefined) {
    return { state: 'refused', reason: 'chat_unknown' };
  }
  const json = { key: { remoteJid, fromMe: reaction.isOurs, id }, reaction: reaction.emoji ?? '' };
  const path = `/message/sendReaction/${speaker.instance}`;
  const verdict = await askEvolution(tools, speaker.server, path, { json });
  // What managers write next must not wait for one that the server fails at for good.
  if (verdict.state === 'unknown') return verdict;
  if (verdict.state === 'accepted') return { state: 'sent', messageId: id, isDelivered: true };
  return await outcomeOf(tools, speaker, chat, verdict);
}

async function attempt(
  tools: Tools,
  { server, instance }: Speaker,
  number: string,
  part: TextPart | MediaPart,
): Promise<Verdict> {
  const quoted = quoteOf(part.quote);
  if (part.kind === 'text') {
    const json = { number, text: part.text, quoted };
    return await askEvolution(tools, server, `/message/sendText/${instance}`, { json });
  }
  const sendAs = async ({ call, field, members }: MediaCall): Promise<Verdict> => {
    const file = await openUpload(part.media, MAX_UPLOAD_BYTES);
    const bodyWith = (data: string) => ({ number, quoted, ...members, [field]: data });
    try {
      const path = `/message/${call}/${instance}`;
      return await askEvolution(tools, server, path, { upload: base64Json(bodyWith, file) });
    } finally {
      file.body.destroy();
    }
  };
  const best = mediaCallOf(part);
  const verdict = await sendAs(best);
  const isRefused = verdict.state === 'refused' && verdict.mayPassAsDocument;
  if (!isRefused || best.members.mediatype === 'document') return verdict;
  return await sendAs(documentCallOf(part));
}

async function outcomeOf(
  tools: Tools,
  speaker: Speaker,
  chat: ChatAddress,
  verdict: Verdict,
): Promise<SendOutcome> {
  const { client, instance } = speaker;
  if (verdict.state === 'unknown') return verdict;
  if (verdict.state === 'refused') {
    const { reason, detail } = verdict;
    if (!verdict.isNameless) return { state: 'refused', reason, ...(detail && { detail }) };
    // A group that is not found: because the account is not in it, or because there is no connection to ask through.
    const isConnected = (await client.findState(tools, instance)) === 'open';
    if (!isConnected) throw unavailable('evolution: not connected');
    return { state: 'refused', reason: isGroup(chat) ? 'removed_from_chat' : reason };
  }
  const messageId = bareMessageId(verdict.messageId);
  if (messageId === undefined) return { state: 'unknown' };
  const chatId = await chatIdAfter(tools, speaker, chat, verdict.remoteJid);
  return {
    state: 'sent',
    messageId,
    ...(chatId !== chat.chatId && { chatId }),
    isDelivered: false,
  };
}

/**
 * Whom the server is to write to. A number nobody has written from yet goes as it is dialled: the server knows the
 * countries where WhatsApp spells numbers otherwise.
 */
function numberOf({ chatId, phone, isNew }: ChatAddress): string | undefined {
  if (isNew) return /^\+\d{7,15}$/.test(phone ?? '') ? phone?.slice(1) : undefined;
  return jidOf(chatId, 's.whatsapp.net');
}

/**
 * Where the message went: under a number's other spelling, perhaps. A hidden id is no better than the number we have, but
 * for a number that was only dialled so far: the client answers under the one that WhatsApp has.
 */
async function chatIdAfter(
  tools: Tools,
  speaker: Speaker,
  { chatId, phone, isNew }: ChatAddress,
  jid: string | undefined,
): Promise<string> {
  const used = chatOf(jid);
  if (used !== undefined && used.isAlias !== true) return used.id;
  if (!isNew) return chatId;
  const known = used && (await numberBehind(tools, speaker, used.id));
  return known ?? phone?.slice(1) ?? chatId;
}

/** The message is sent: whatever keeps us from asking. */
async function numberBehind(
  tools: Tools,
  speaker: Speaker,
  hidden: string,
): Promise<string | undefined> {
  try {
    return (await findChat(tools, speaker, hidden))?.chatId;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return undefined;
  }
}

function quoteOf(quote: Quote | undefined): object | undefined {
  return quote === undefined ? undefined : { key: { id: quote.messageId } };
}

function isGroup({ chatId }: ChatAddress): boolean {
  return chatId.endsWith('@g.us');
}
