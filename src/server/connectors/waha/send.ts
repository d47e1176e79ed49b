import { z } from 'zod';
import { base64Json, base64Length } from '../base64-json.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import { notUnderstood, readAs, sendJson } from '../http.ts';
import type { ChatAddress, SendOutcome } from '../messages.ts';
import { openUpload, outcomeOfFile } from '../open-upload.ts';
import { chatOf } from '../whatsapp/chat.ts';
import type { MediaPart, TextPart, WhatsAppPart } from '../whatsapp/compose.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import type { WahaAccess } from './access.ts';
import { wireChat, wireMessage } from './addresses.ts';
import { askWaha, type Verdict } from './ask.ts';
import { findChat } from './directory.ts';
import { mediaMethodOf } from './media-method.ts';
import { refusalOf } from './refusals.ts';
import { showSeen } from './signs.ts';

/**
 * Largest file that goes as base64: WAHA reads JSON of 50 MB, and this leaves room for the rest of it.
 *
 * @see https://github.com/devlikeapro/waha/issues/1365
 */
const MAX_INLINE_BYTES = 37 * 1024 * 1024;

const idShape = z.union([
  z.string(),
  z.object({ _serialized: z.string() }).transform((id) => id._serialized),
  z.object({ id: z.string() }).transform(({ id }) => id),
  z.object({ id: z.object({ _serialized: z.string() }) }).transform(({ id }) => id._serialized),
]);

/** The message WAHA made, in the forms of its engines. */
const sentMessage = z.object({
  id: idShape.optional().catch(undefined),
  key: z.object({ id: z.string() }).optional().catch(undefined),
  _data: z
    .object({ id: idShape.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const existence = z.object({
  numberExists: z.boolean(),
  chatId: z.string().optional().catch(undefined),
});

/** Where a message goes. */
interface Recipient {
  /** WAHA's spelling. */
  chat: string;
  /** Ours, where it differs from what was asked for. */
  chatId?: string;
}

/**
 * Sends one part: a client's messages are marked as seen before they are answered, a number that nobody wrote with is
 * looked up first, and a quote that WAHA cannot find does not keep the answer back.
 *
 * @throws ConnectorError as `askWaha`
 */
export async function sendPart(
  tools: Tools,
  access: WahaAccess,
  address: ChatAddress,
  part: WhatsAppPart,
): Promise<SendOutcome> {
  if (part.kind === 'empty') return { state: 'refused', reason: 'unsupported' };
  const recipient = await recipientOf(tools, access, address);
  if (recipient === undefined) return { state: 'refused', reason: 'chat_unknown' };
  const { lastReceivedId, earlierReceivedIds = [] } = address;
  if (part.isFirst && lastReceivedId !== undefined) {
    const seen = [lastReceivedId, ...earlierReceivedIds];
    await showSeen(tools, access, recipient.chat, seen);
  }
  try {
    const verdict = await attempt(tools, access, recipient.chat, part);
    if (part.quote === undefined || !mayPassWithoutQuote(verdict)) {
      return outcomeOf(verdict, recipient);
    }
    const { quote: _lost, ...plain } = part;
    return outcomeOf(await attempt(tools, access, recipient.chat, plain), recipient);
  } catch (error) {
    return outcomeOfFile(error);
  }
}

/** @returns undefined when nobody can be reached there */
async function recipientOf(
  tools: Tools,
  access: WahaAccess,
  { chatId, phone }: ChatAddress,
): Promise<Recipient | undefined> {
  const chat = wireChat(chatId);
  if (chat !== undefined) return { chat };
  const digits = phone?.replaceAll(/\D/g, '') ?? '';
  return /^\d{7,15}$/.test(digits) ? await findNumber(tools, access, digits) : undefined;
}

/**
 * Asks WhatsApp how it spells a number: Brazilian ones have a digit more or less.
 *
 * @see https://waha.devlike.pro/docs/how-to/contacts/#check-phone-number-exists
 */
async function findNumber(
  tools: Tools,
  access: WahaAccess,
  digits: string,
): Promise<Recipient | undefined> {
  const query = new URLSearchParams({ phone: digits, session: access.session });
  const { status, json } = await sendJson(tools.send, {
    url: `${access.url}/api/contacts/check-exists?${query}`,
    headers: { 'x-api-key': access.apiKey },
  });
  if (status === 401 || status === 403) throw new ConnectorError('misconfigured');
  if (status === 404) throw new ConnectorError('reauthorize');
  if (status === 422) throw new ConnectorError('unavailable');
  if (status >= 400) throw notUnderstood(`waha check-exists: status ${status}`);
  const { numberExists, chatId } = readAs(existence, json);
  if (!numberExists) return undefined;
  const asked = chatOf(`${digits}@c.us`);
  const told = chatOf(chatId) ?? asked;
  // What the client answers comes with the number as WhatsApp spells it, which a hidden id does not tell.
  const id = told?.isAlias ? ((await numberBehind(tools, access, told.id)) ?? asked?.id) : told?.id;
  const chat = wireChat(id ?? '');
  return id === undefined || chat === undefined ? undefined : { chat, chatId: id };
}

async function numberBehind(
  tools: Tools,
  access: WahaAccess,
  hidden: string,
): Promise<string | undefined> {
  try {
    return (await findChat(tools, access, hidden))?.chatId;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return undefined;
  }
}

async function attempt(
  tools: Tools,
  access: WahaAccess,
  chat: string,
  part: TextPart | MediaPart,
): Promise<Verdict> {
  const { quote } = part;
  const common = {
    session: access.session,
    chatId: chat,
    ...(quote && { reply_to: wireMessage(chat, quote.messageId, quote.isOurs) }),
  };
  if (part.kind === 'text') {
    const json = { ...common, text: part.text };
    return await askWaha(tools, access, { path: '/api/sendText', json });
  }
  return await attemptFile(tools, access, common, part);
}

/**
 * WAHA takes a file as base64, or fetches it by an address. It is sent as base64 wherever that fits: the server is often
 * on a network from which our public address cannot be reached, and a failed fetch would leave nobody knowing what
 * happened. A larger file goes by our signed link, which opens this one file and tells no secret.
 */
async function attemptFile(
  tools: Tools,
  access: WahaAccess,
  common: object,
  { media, caption }: MediaPart,
): Promise<Verdict> {
  const { path, mimetype, extra } = mediaMethodOf(media);
  const body = (file: object) => ({
    ...common,
    ...(caption !== undefined && { caption }),
    ...extra,
    file: { mimetype, filename: fileNameOf(media.fileName), ...file },
  });
  if (media.bytes !== undefined && base64Length(media.bytes) > base64Length(MAX_INLINE_BYTES)) {
    return await askWaha(tools, access, { path, json: body({ url: media.link }) });
  }
  const file = await openUpload(media, MAX_INLINE_BYTES);
  try {
    const upload = base64Json((data) => body({ data }), file);
    return await askWaha(tools, access, { path, upload });
  } finally {
    file.body.destroy();
  }
}

/** Names with folders in them mean something to some engines. */
function fileNameOf(fileName: string): string {
  return fileName.toWellFormed().replaceAll(/[/\\\p{Cc}]/gu, '_') || 'file';
}

/** Some engines refuse a message for a quote of what they do not know, and say so before they send. */
function mayPassWithoutQuote(verdict: Verdict): boolean {
  if (verdict.state !== 'refused') return false;
  const { status, description } = verdict;
  return status === 400 || status === 422 || /quoted message/i.test(description);
}

function outcomeOf(verdict: Verdict, { chatId }: Recipient): SendOutcome {
  if (verdict.state === 'refused') return refusalOf(verdict);
  if (verdict.state === 'unknown') return verdict;
  const messageId = sentId(verdict.json);
  if (messageId === undefined) return { state: 'unknown' };
  return {
    state: 'sent',
    messageId,
    ...(chatId !== undefined && { chatId }),
    // `message.ack` says when the client has it.
    isDelivered: false,
  };
}

function sentId(json: unknown): string | undefined {
  const sent = sentMessage.safeParse(json).data;
  return (
    bareMessageId(sent?.id ?? null) ??
    bareMessageId(sent?.key?.id ?? null) ??
    bareMessageId(sent?._data?.id ?? null)
  );
}
