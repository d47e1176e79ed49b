/** A person as we know them. */
export interface ChatPerson {
  /** Ours: stable, and unique in the channel. */
  id: string;
  /** Kommo's (`ref_id`): a user's amojo id, the bot's, or the client of a chat begun in Kommo. */
  kommoId?: string;
  name: string;
  /** `+` and digits. Kommo uses it to find the contact. */
  phone?: string;
  email?: string;
  /** Public https address; Kommo fetches it some time after the call. */
  avatarUrl?: string;
}

/** A file as Kommo may fetch it: without a login, and some time after the call. */
export interface ChatMedia {
  url: string;
  fileName: string;
  bytes?: number;
  /** How long it plays. */
  seconds?: number;
}

/** What a message holds. */
export type MessageContent =
  | {
      kind: 'text';
      text: string;
      /** Id of the row the client chose from a list of Kommo's. */
      callbackData?: string;
    }
  | {
      kind: 'picture' | 'video' | 'voice' | 'audio' | 'file' | 'sticker';
      media: ChatMedia;
      text?: string;
    }
  | { kind: 'location'; lat: number; lon: number; text?: string }
  | { kind: 'contact'; name: string; phone: string; text?: string };

/** The quoted message by Kommo's id, by ours, or, when Kommo does not have it, as it was. */
export type QuotedMessage =
  | { kommoId: string }
  | { msgid: string }
  | { type: MessageContent['kind']; text: string; atMs: number; senderName: string };

/** The API's form of a person. */
export function personJson(person: ChatPerson): object {
  const { phone, email } = person;
  const profile = { ...(phone && { phone }), ...(email && { email }) };
  return {
    id: person.id,
    name: orBlank(person.name),
    ...(person.avatarUrl && { avatar: person.avatarUrl }),
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(person.kommoId && { ref_id: person.kommoId }),
  };
}

/**
 * The API's form of a content. Types are strict there: a number is never sent as a text.
 *
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export function contentJson(content: MessageContent): object {
  const { kind: type, text } = content;
  switch (content.kind) {
    case 'text': {
      const { callbackData } = content;
      const json = { type, text: orBlank(content.text) };
      return callbackData === undefined ? json : { ...json, callback_data: callbackData };
    }
    case 'location': {
      const location = { lon: content.lon, lat: content.lat };
      return { type, ...(text && { text }), location };
    }
    case 'contact': {
      const contact = { name: orBlank(content.name), phone: content.phone };
      return { type, ...(text && { text }), contact };
    }
    case 'picture':
    case 'video':
    case 'voice':
    case 'audio':
    case 'file':
    case 'sticker': {
      const { url, fileName, bytes, seconds } = content.media;
      return {
        type,
        text: text ?? '',
        media: url,
        file_name: orBlank(fileName),
        ...(bytes !== undefined && { file_size: Math.trunc(bytes) }),
        ...(seconds !== undefined && { media_duration: Math.round(seconds) }),
      };
    }
  }
}

/** The API's form of a quote. */
export function quoteJson(quoted: QuotedMessage): object {
  if ('kommoId' in quoted) return { message: { id: quoted.kommoId } };
  if ('msgid' in quoted) return { message: { msgid: quoted.msgid } };
  const { type, text, atMs, senderName } = quoted;
  const sender = { name: orBlank(senderName) };
  return { message: { type, text, ...timesJson(atMs), sender } };
}

/** When something happened at the service, in whole seconds and in milliseconds. */
export function timesJson(atMs: number): { timestamp: number; msec_timestamp: number } {
  return { timestamp: Math.floor(atMs / 1000), msec_timestamp: Math.floor(atMs) };
}

/** The API refuses an empty text where one is needed, and takes a blank. */
function orBlank(text: string): string {
  return text.replaceAll('\0', '') === '' ? ' ' : text;
}
