import type { World } from '../world.ts';

type Json = Record<string, unknown>;

/** How much is insisted on, by the switches `strictFields` and `pictureDetails`. */
export interface Strictness {
  isStrict: boolean;
  needsPictureDetails: boolean;
}

export function strictness(world: World): Strictness {
  return {
    isStrict: world.switch('strictFields') === 'on',
    needsPictureDetails: world.switch('pictureDetails') === 'required',
  };
}

const TYPES = [
  'text',
  'contact',
  'file',
  'video',
  'picture',
  'voice',
  'audio',
  'sticker',
  'location',
];
const WITH_MEDIA = ['file', 'video', 'picture', 'voice', 'audio', 'sticker'];
const WITH_DETAILS = ['file', 'video', 'picture'];
/** A time in seconds stays below this for 3,000 years; one in milliseconds is always above it. */
const SECONDS_MAX = 100_000_000_000;

/**
 * What is wrong with the payload of a new message; empty if nothing. Types are strict.
 * https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export function checkNewMessage(payload: Json, how: Strictness): string[] {
  return [
    ...checkTimes(payload, how),
    ...need(isText(payload.msgid), 'msgid: a text is expected'),
    ...checkConversation(payload),
    ...need(isPerson(payload.sender), 'sender: needs id or ref_id'),
    ...need(
      payload.receiver === undefined || isPerson(payload.receiver),
      'receiver: needs id or ref_id',
    ),
    ...need(
      payload.silent === undefined || typeof payload.silent === 'boolean',
      'silent: a boolean is expected',
    ),
    ...checkSource(payload.source),
    ...checkMessage(payload.message, how, false),
    ...checkReply(payload.reply_to),
    ...checkForwards(payload.forwards, how),
  ];
}

/** The same for an edit: all but the message, its id and its conversation is ignored. */
export function checkEdit(payload: Json, how: Strictness): string[] {
  return [
    ...need(isText(payload.msgid) || isText(payload.id), 'msgid: a text is expected, or id'),
    ...checkConversation(payload),
    ...checkMessage(payload.message, how, true),
  ];
}

function checkConversation(payload: Json): string[] {
  const conversation = payload.conversation_id ?? payload.conversation_ref_id;
  return need(isText(conversation), 'conversation_id: a text is expected');
}

function checkTimes({ timestamp, msec_timestamp: ms }: Json, { isStrict }: Strictness): string[] {
  const isTime = (value: unknown, isOfRange: (time: number) => boolean) =>
    typeof value === 'number' && Number.isInteger(value) && (!isStrict || isOfRange(value));
  return [
    ...need(
      isTime(timestamp, (time) => time > 0 && time < SECONDS_MAX),
      'timestamp: seconds are expected',
    ),
    ...need(
      isTime(ms, (time) => time >= SECONDS_MAX),
      'msec_timestamp: milliseconds are expected',
    ),
  ];
}

function checkMessage(message: unknown, how: Strictness, isEdit: boolean): string[] {
  if (!isObject(message)) return ['message: an object is expected'];
  const { type, location, contact } = message;
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    return [`message.type: one of ${TYPES.join(', ')} is expected`];
  }
  return [
    ...need(type !== 'text' || isText(message.text), 'message.text: a text is expected'),
    ...need(
      message.text === undefined || typeof message.text === 'string',
      'message.text: a text is expected',
    ),
    ...checkFile(message, type, how, isEdit),
    ...need(
      type !== 'location' || isLocation(location, how),
      'message.location: lon and lat are expected',
    ),
    ...need(
      type !== 'contact' || isContact(contact, how),
      'message.contact: name and phone are expected',
    ),
  ];
}

/** An edit may leave out what did not change. */
function checkFile(message: Json, type: string, how: Strictness, isEdit: boolean): string[] {
  const { media, file_name: name, file_size: size } = message;
  const isSticker = type === 'sticker' && !how.isStrict;
  const needsMedia = WITH_MEDIA.includes(type) && !isEdit && !isSticker;
  const hasDetails = WITH_DETAILS.includes(type) && !isEdit;
  const needsDetails = hasDetails && (how.needsPictureDetails || type === 'file');
  const isSize = typeof size === 'number' && Number.isInteger(size) && (!how.isStrict || size >= 0);
  return [
    ...need(
      media === undefined || media === '' ? !needsMedia : isLink(media, how),
      'message.media: an address is expected',
    ),
    ...need(
      name === undefined
        ? !needsDetails
        : typeof name === 'string' && (!needsDetails || name !== ''),
      'message.file_name: a text is expected',
    ),
    ...need(size === undefined ? !needsDetails : isSize, 'message.file_size: bytes are expected'),
  ];
}

function isLink(value: unknown, { isStrict }: Strictness): boolean {
  if (!isText(value) || !URL.canParse(value)) return false;
  return !isStrict || /^https?:$/.test(new URL(value).protocol);
}

function isLocation(value: unknown, { isStrict }: Strictness): boolean {
  return (
    isObject(value) && typeof value.lon === 'number' && (!isStrict || typeof value.lat === 'number')
  );
}

function isContact(value: unknown, { isStrict }: Strictness): boolean {
  return isObject(value) && isText(value.phone) && (!isStrict || isText(value.name));
}

/** A quote names a message of the chat, or describes one. */
function checkReply(reply: unknown): string[] {
  if (reply === undefined || reply === null) return [];
  const message = isObject(reply) ? reply.message : undefined;
  if (!isObject(message)) return ['reply_to.message: an object is expected'];
  if (isText(message.id) || isText(message.msgid)) return [];
  const { type, timestamp, msec_timestamp: ms, sender } = message;
  return [
    ...need(
      typeof type === 'string' && TYPES.includes(type),
      'reply_to.message: id, msgid or a whole message is expected',
    ),
    ...need(
      Number.isInteger(timestamp) && Number.isInteger(ms),
      'reply_to.message.timestamp: seconds and milliseconds are expected',
    ),
    ...need(isObject(sender), 'reply_to.message.sender: an object is expected'),
  ];
}

function checkForwards(forwards: unknown, { isStrict }: Strictness): string[] {
  if (forwards === undefined || forwards === null) return [];
  const messages = isObject(forwards) ? forwards.messages : undefined;
  if (!Array.isArray(messages)) return ['forwards.messages: a list is expected'];
  return need(!isStrict || messages.length === 1, 'forwards.messages: one message is expected');
}

/** `source.external_id` of a message or chat. An unknown one is allowed: the default source applies. */
export function checkSource(source: unknown): string[] {
  if (source === undefined) return [];
  const id = isObject(source) ? source.external_id : undefined;
  return need(
    isText(id) && /^[\x20-\x7e]{1,40}$/.test(id),
    'source.external_id: at most 40 printable ASCII characters are expected',
  );
}

export function isPerson(value: unknown): value is { id?: unknown; ref_id?: unknown } {
  return isObject(value) && (isText(value.id) || isText(value.ref_id));
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function need(isRight: boolean, fault: string): string[] {
  return isRight ? [] : [fault];
}
