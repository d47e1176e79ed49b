type Json = Record<string, unknown>;

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
const WITH_MEDIA = ['file', 'video', 'picture', 'voice', 'audio'];
const WITH_FILE = ['file', 'video', 'picture'];

/**
 * What is wrong with a message's payload; empty if nothing. Types are strict.
 * https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export function checkPayload(payload: Json, isEdit: boolean): string[] {
  const conversation = payload.conversation_id ?? payload.conversation_ref_id;
  const isInt = (value: unknown) => Number.isInteger(value);
  return [
    ...need(isEdit || isInt(payload.timestamp), 'timestamp: seconds are expected'),
    ...need(isEdit || isInt(payload.msec_timestamp), 'msec_timestamp: milliseconds are expected'),
    ...need(isText(payload.msgid), 'msgid: a text is expected'),
    ...need(isText(conversation), 'conversation_id: a text is expected'),
    ...need(isEdit || isPerson(payload.sender), 'sender: needs id or ref_id'),
    ...need(
      payload.receiver === undefined || isPerson(payload.receiver),
      'receiver: needs id or ref_id',
    ),
    ...need(
      payload.silent === undefined || typeof payload.silent === 'boolean',
      'silent: a boolean is expected',
    ),
    ...checkSource(payload.source),
    ...checkMessage(payload.message),
  ];
}

function checkMessage(message: unknown): string[] {
  if (!isObject(message)) return ['message: an object is expected'];
  const { type, media, location, contact } = message;
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    return [`message.type: one of ${TYPES.join(', ')} is expected`];
  }
  return [
    ...need(type !== 'text' || isText(message.text), 'message.text: a text is expected'),
    ...need(
      !WITH_MEDIA.includes(type) || (isText(media) && URL.canParse(media)),
      'message.media: an address is expected',
    ),
    ...need(
      !WITH_FILE.includes(type) || isText(message.file_name),
      'message.file_name: a text is expected',
    ),
    ...need(
      !WITH_FILE.includes(type) || Number.isInteger(message.file_size),
      'message.file_size: bytes are expected',
    ),
    ...need(
      type !== 'location' || (isObject(location) && typeof location.lon === 'number'),
      'message.location: lon and lat are expected',
    ),
    ...need(
      type !== 'contact' || (isObject(contact) && isText(contact.phone)),
      'message.contact: name and phone are expected',
    ),
  ];
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
