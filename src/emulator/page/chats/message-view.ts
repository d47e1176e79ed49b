import type { Message } from '../../kommo/chat-entities.ts';
import type { AuthorKind, Button, Delivery, FileView, ListMessage, MessageView } from './views.ts';

type Json = Record<string, unknown>;

/** @see https://www.amocrm.ru/developers/content/chats/chat-api-reference (delivery status) */
const MEANINGS: Record<number, string> = {
  901: 'the user deleted the chat',
  902: 'the integration is disabled on the channel’s side',
  903: 'internal server error',
  904: 'the conversation cannot be created',
  905: 'other, see the text',
};

const KINDS: Record<string, string> = {
  picture: 'Picture',
  video: 'Video',
  voice: 'Voice message',
  audio: 'Audio',
  file: 'File',
  sticker: 'Sticker',
  location: 'Location',
  contact: 'Contact',
};

/** Who reads: their reactions are marked as own. `peopleNames` by amojo id. */
export interface Reader {
  amojoId: string | null;
  names: Map<string, string>;
  /** Ids of the messages that are in the feed. */
  known: Set<string>;
}

export function messageView(entry: Message, reader: Reader): MessageView {
  const { message } = entry;
  const isFromUs = isOurs(entry);
  return {
    id: entry.id,
    side: isFromUs ? 'ours' : 'client',
    author: { name: entry.sender.name || entry.sender.phone || 'Unknown', kind: authorKind(entry) },
    at: entry.msec_timestamp,
    kind: text(message.type),
    text: text(message.text),
    file: fileOf(entry),
    location: locationOf(message.location),
    contact: contactOf(message.contact),
    buttons: buttonsOf(message.markup),
    list: listOf(message.markup),
    template: message.template === undefined ? null : templateName(message.template),
    quote: quoteOf(entry, reader),
    reactions: entry.reactions.map(({ user_id: id, emoji }) => ({
      emoji,
      by: reader.names.get(id) ?? '',
      isOwn: id === reader.amojoId,
    })),
    delivery: isReported(entry) ? deliveryOf(entry) : null,
    refusal: entry.hook !== null && entry.hook.status !== 200 ? entry.hook.status : null,
    isEdited: entry.is_edited,
    isSilent: entry.is_silent,
  };
}

export function isOurs({ author }: Message): boolean {
  return author !== 'client';
}

/** The text, or what kind of thing it is. */
export function shortText(message: Json): string {
  return text(message.text) || (KINDS[text(message.type)] ?? '');
}

/** What a channel brings as written by staff was written on the service's own device. */
function authorKind({ author, origin }: Message): AuthorKind {
  return author !== 'client' && origin === 'channel' ? 'device' : author;
}

/** What staff wrote elsewhere has arrived already; nobody reports on it unless they want to. */
function isReported({ author, origin, delivery }: Message): boolean {
  return author !== 'client' && (origin === 'kommo' || delivery !== null);
}

function deliveryOf({ delivery }: Message): Delivery {
  const code = delivery?.error_code ?? null;
  const isFailed = delivery?.status === -1;
  return {
    status: isFailed
      ? 'failed'
      : ((['sent', 'delivered', 'read'] as const)[delivery?.status ?? 0] ?? 'sent'),
    code: isFailed ? code : null,
    meaning: isFailed && code !== null ? (MEANINGS[code] ?? 'unknown') : '',
    error: isFailed ? (delivery?.error ?? '') : '',
  };
}

function fileOf({ message, media }: Message): FileView | null {
  if (text(message.media) === '' || media === null) return null;
  const { state, path = null, reason } = media;
  const isFetched = state === 'fetched';
  return {
    name: text(message.file_name),
    size: Number(message.file_size) || (media.size ?? 0),
    address: isFetched ? path : null,
    state: isFetched ? 'ready' : state === 'waiting' ? 'pending' : 'broken',
    reason: reason ?? '',
  };
}

function quoteOf({ reply_to: quote }: Message, { known }: Reader): MessageView['quote'] {
  if (quote === null) return null;
  const id = quote.id !== null && known.has(quote.id) ? quote.id : null;
  return { id, author: quote.sender.name, text: shortText({ type: quote.type, text: quote.text }) };
}

function locationOf(value: unknown): MessageView['location'] {
  const { lat, lon } = object(value);
  return typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : null;
}

function contactOf(value: unknown): MessageView['contact'] {
  if (value === undefined) return null;
  const { name, phone } = object(value);
  return { name: text(name), phone: text(phone) };
}

function buttonsOf(markup: unknown): Button[][] {
  return array(object(markup).buttons).map((row) =>
    array(row).map((one) => {
      const { text: label, url } = object(one);
      return { text: text(label), ...(typeof url === 'string' && { url }) };
    }),
  );
}

function listOf(markup: unknown): ListMessage | null {
  const { list_message: list } = object(markup);
  if (list === undefined || list === null) return null;
  const { header, body, footer, button, sections } = object(list);
  return {
    ...{ header: text(header), body: text(body), footer: text(footer), button: text(button) },
    sections: array(sections).map((section) => ({
      title: text(object(section).title),
      rows: array(object(section).rows).map((row) => ({
        title: text(object(row).title),
        description: text(object(row).description),
      })),
    })),
  };
}

function templateName(value: unknown): string {
  const { name, id } = object(value);
  return text(name) || `#${String(id)}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
