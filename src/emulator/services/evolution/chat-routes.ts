/** The methods under `/chat/`: what is read, looked up, changed and taken back. */

import { setTimeout as delay } from 'node:timers/promises';
import { contentOf } from '../whatsapp/files.ts';
import {
  editMessage,
  newMessageId,
  revokeMessage,
  seeMessages,
  showOwnPresence,
} from '../whatsapp/messages.ts';
import { lineOf } from '../whatsapp/people.ts';
import { type Chat, type Message, networkState, own, type Presence } from '../whatsapp/state.ts';
import { CHAT_SCHEMAS } from './chat-schemas.ts';
import type { Call } from './guard.ts';
import { isGroupJid, isPhoneJid, jidOf } from './jid.ts';
import { endingOf } from './media.ts';
import { badRequest, Refusal, unexpected } from './refusal.ts';
import { faultsOf } from './schema.ts';
import { refuseFaults } from './send-routes.ts';
import { stateOf, viaOf } from './session.ts';
import { evolutionState, type Fields, type Key, rowOf, type StoredRow } from './state.ts';
import { chatByJid, lookUp, targetOf } from './target.ts';

/** `whatsappNumbers`: refusals come without the usual frame. */
export function whatsappNumbers(call: Call): void {
  const { exchange } = call;
  const fields = exchange.fields();
  const faults = faultsOf(fields, CHAT_SCHEMAS.whatsappNumbers);
  if (faults.length > 0) {
    return void exchange.sendJson(400, { status: 400, error: 'Bad Request', message: [faults] });
  }
  const numbers = (fields.numbers ?? []) as string[];
  try {
    const known = numbers.map((number) => lookUp(call, number));
    const rank = (jid: string) => (jid.includes('@broadcast') ? 0 : isGroupJid(jid) ? 1 : 2);
    exchange.sendJson(
      200,
      known.sort((one, other) => rank(one.jid) - rank(other.jid)),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const payload = { statusCode: 428, error: 'Precondition Required', message: error.message };
    const output = { statusCode: 428, payload, headers: {} };
    exchange.sendJson(400, { data: null, isBoom: true, isServer: false, output });
  }
}

/** `markMessageAsRead`: keys with a hidden id are passed over without a word. */
export function markMessageAsRead(call: Call): void {
  const { exchange, session } = call;
  const { world } = exchange;
  const fields = exchange.fields();
  refuseFaults(fields, CHAT_SCHEMAS.markMessageAsRead);
  if (stateOf(world, session) !== 'open') {
    throw new Refusal(500, ['Read messages fail', 'Error: Connection Closed']);
  }
  for (const { remoteJid, id } of fields.readMessages as Key[]) {
    if (!isGroupJid(remoteJid) && !isPhoneJid(remoteJid)) continue;
    const chat = chatByJid(call, remoteJid);
    if (chat !== undefined) seeMessages(world, chat, [id]);
  }
  exchange.sendJson(201, { message: 'Read messages', read: 'success' });
}

/** `sendPresence`: holds the request for `delay` milliseconds. */
export async function sendPresence(call: Call): Promise<void> {
  const { exchange } = call;
  const { world } = exchange;
  const fields = exchange.fields();
  refuseFaults(fields, CHAT_SCHEMAS.sendPresence);
  let chat: Chat;
  try {
    ({ chat } = targetOf(call, String(fields.number)));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 400) throw error;
    const [first] = error.answer as unknown[];
    // An object is written out as text here.
    throw badRequest(typeof first === 'string' ? first : '[object Object]');
  }
  showOwnPresence(world, chat, fields.presence as Presence);
  await delay(Number(fields.delay), undefined, { signal: world.life, ref: false }).catch(
    () => undefined,
  );
  showOwnPresence(world, chat, 'paused');
  exchange.sendJson(201, { presence: fields.presence });
}

/** A message of the line by WhatsApp's id. */
function findMessage({ exchange: { world }, session }: Call, id: string) {
  const line = lineOf(world, session.phone?.number ?? '');
  for (const chat of Object.values(line.chats)) {
    const message = chat.messages.find((one) => one.id === id);
    if (message !== undefined) return { line, chat, message };
  }
  return undefined;
}

const EDITABLE: readonly string[] = ['conversation', 'imageMessage', 'videoMessage'];

/** `updateMessage`: texts, and captions of pictures and videos. */
export function updateMessage(call: Call): void {
  const { exchange, session, instance } = call;
  const { world } = exchange;
  const fields = exchange.fields();
  refuseFaults(fields, CHAT_SCHEMAS.updateMessage);
  if (typeof fields.number !== 'string') {
    throw unexpected("Cannot read properties of undefined (reading 'replace')");
  }
  const jid = jidOf(fields.number);
  const { id } = fields.key as Key;
  const row = rowOf(instance, id);
  if (row === undefined || !EDITABLE.includes(row.messageType)) {
    throw badRequest('Message not compatible');
  }
  if (row.key.remoteJid !== jid) throw badRequest('RemoteJid does not match');
  if (stateOf(world, session) !== 'open') throw unexpected('Connection Closed');
  const found = findMessage(call, id);
  const text = String(fields.text);
  // An edit of what others wrote goes out, and is shown nowhere.
  if (found !== undefined && isEditable(found.message)) {
    editMessage(world, found, found.message, text, viaOf(session));
  }
  exchange.sendJson(200, protocolAnswer(call, jid, 'MESSAGE_EDIT', fields.key));
}

function isEditable({ source, revoked_at: revokedAt }: Message): boolean {
  return source !== 'client' && revokedAt === null;
}

/** `deleteMessageForEveryone`. */
export function deleteMessage(call: Call): void {
  const { exchange, session } = call;
  const { world } = exchange;
  const fields = exchange.fields();
  refuseFaults(fields, CHAT_SCHEMAS.deleteMessageForEveryone);
  if (stateOf(world, session) !== 'open') {
    throw new Refusal(500, [
      'Error while deleting message for everyone',
      'Error: Connection Closed',
    ]);
  }
  const found = findMessage(call, String(fields.id));
  if (found !== undefined && isEditable(found.message)) {
    revokeMessage(world, found, found.message, viaOf(session));
  }
  exchange.sendJson(201, protocolAnswer(call, String(fields.remoteJid), 'REVOKE', fields));
}

function protocolAnswer(
  { exchange: { world } }: Call,
  remoteJid: string,
  type: string,
  key: unknown,
): object {
  return {
    key: { remoteJid, fromMe: true, id: newMessageId() },
    message: { protocolMessage: { key, type } },
    messageTimestamp: String(world.clock.seconds()),
    status: 'PENDING',
  };
}

const MEDIA_TYPES: readonly string[] = [
  'imageMessage',
  'documentMessage',
  'audioMessage',
  'videoMessage',
  'stickerMessage',
  'ptvMessage',
];

/** `getBase64FromMediaMessage`: the whole file in JSON. */
export function getBase64(call: Call): void {
  const { exchange, instance } = call;
  const { world } = exchange;
  const { message: asked, convertToMp4 } = exchange.fields() as {
    message?: { key?: { id?: unknown } };
    convertToMp4?: unknown;
  };
  if (asked?.key === undefined) {
    throw badRequest("TypeError: Cannot read properties of undefined (reading 'key')");
  }
  const row = rowOf(instance, String(asked.key.id));
  if (row === undefined) throw badRequest('Message not found');
  const [mediaType, media] = mediaIn(row);
  const found = findMessage(call, row.key.id);
  const file = own(networkState(world).files, found?.message.file ?? '');
  const pieces = file === undefined ? undefined : contentOf(world, file);
  const isGone = evolutionState(world).settings.media_gone;
  if (pieces === undefined || isGone)
    throw badRequest('AxiosError: Request failed with status code 410');
  const mimetype = String(media.mimetype);
  exchange.sendJson(201, {
    mediaType,
    fileName: media.fileName ?? `${row.key.id}.${endingOf(mimetype)}`,
    caption: media.caption,
    size: { fileLength: media.fileLength, height: media.height, width: media.width },
    mimetype: convertToMp4 === true && mediaType === 'audioMessage' ? 'audio/mp4' : mimetype,
    base64: Buffer.concat([...pieces]).toString('base64'),
    buffer: null,
  });
}

/** The media inside a row, also one that is shown once. @throws Refusal */
function mediaIn({ message }: StoredRow): [string, Fields] {
  const once = message.viewOnceMessageV2 as { message: Fields } | undefined;
  const inner = once?.message ?? message;
  const type = MEDIA_TYPES.find((one) => inner[one] !== undefined);
  if (type === undefined) throw badRequest('The message is not of the media type');
  return [type, inner[type] as Fields];
}

/** `findMessages`: the newest first, 50 a page unless `offset` says how many. */
export function findMessages({ exchange, instance }: Call): void {
  const fields = exchange.fields();
  refuseFaults(fields, CHAT_SCHEMAS.findMessages);
  const where = (fields.where ?? {}) as Fields;
  const key = (where.key ?? {}) as Partial<Key>;
  const names = ['id', 'fromMe', 'remoteJid', 'participant'] as const;
  const found = instance.rows
    .filter(
      (row) =>
        names.every((name) => !key[name] || row.key[name] === key[name]) &&
        (where.messageType === undefined || row.messageType === where.messageType) &&
        (where.source === undefined || row.source === where.source),
    )
    .sort((one, other) => other.messageTimestamp - one.messageTimestamp);
  const size = Number(fields.offset) || 50;
  const page = Number(fields.page) || 1;
  const records = found.slice(size * (page - 1), size * page).map(recordOf);
  exchange.sendJson(200, {
    messages: {
      total: found.length,
      pages: Math.ceil(found.length / size),
      currentPage: page,
      records,
    },
  });
}

function recordOf({ chat: _chat, updates, status: _status, ...row }: StoredRow): object {
  return { ...row, MessageUpdate: updates };
}
