import { messageText } from '../message-text.ts';
import type { MediaKind, Placeholder, ReceivedContent, ReceivedMedia } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { madeFileName } from '../whatsapp/file-name.ts';
import {
  type DescribedFile,
  mimeType,
  type ProtoContent,
  placeholder,
  pollOf,
  pressed,
  protoContent,
} from '../whatsapp/proto-content.ts';
import { cardsIn } from '../whatsapp/vcard.ts';
import type { WahaMessage } from './event.ts';
import { filePath, type WahaFileRef } from './media.ts';
import { chatIdOf } from './people.ts';

/** Kinds of WhatsApp Web that hold a file. */
const WEB_FILES: Record<string, MediaKind> = {
  image: 'picture',
  video: 'video',
  ptv: 'video',
  ptt: 'voice',
  audio: 'audio',
  document: 'file',
  sticker: 'sticker',
};

/** Kinds of WhatsApp Web that nobody wrote, or of which other events tell. */
const WEB_SILENT =
  /^(?:e2e_notification|notification|notification_template|gp2|group_notification|broadcast_notification|protocol|ciphertext|revoked|call_log|reaction|poll_update|pin_message|pinned_message|keep_in_chat|album|debug|newsletter_notification|biz-cover-photo)$/;

/** Kinds of WhatsApp Web whose body is what somebody wrote; that of others may be a picture in base64. */
const WEB_WORDS = /^(?:|chat|interactive|list|buttons|template|hsm|native_flow)$/;

/** What a message says: several contents where it holds several contacts, none where nobody wrote it. */
export function contentsOf(message: WahaMessage, messageId: string): ReceivedContent[] {
  const { _data: data } = message;
  const proto = protoContent(data?.message) ?? protoContent(data?.Message);
  const said =
    fileOf(message, proto) ?? dataOf(message) ?? webOf(message) ?? proto ?? wordsOf(message);
  if (said === undefined) return [];
  switch (said.kind) {
    case 'described file':
      return [carried(message, said.file, messageId)];
    case 'cards':
      return said.cards.map((card) => ({ kind: 'contact', ...card }));
    default:
      return [said];
  }
}

/** A file, as the engine describes it and else by its type. */
function fileOf(message: WahaMessage, proto: ProtoContent | undefined): ProtoContent | undefined {
  const { media, body, hasMedia, _data: data } = message;
  if (proto?.kind === 'described file') return proto;
  const ofWeb = WEB_FILES[data?.type ?? ''];
  // WhatsApp Web knows a kind for everything that has a file; elsewhere a file may be all there is.
  if (ofWeb === undefined && media === undefined && hasMedia !== true) return undefined;
  const type = mimeType(media?.mimetype);
  const caption = messageText(data?.caption ?? body);
  return {
    kind: 'described file',
    file: {
      kind: ofWeb ?? kindOfType(media?.mimetype),
      ...(type !== undefined && { type }),
      ...(data?.filename !== undefined && { fileName: data.filename }),
      ...(data?.duration !== undefined && { seconds: data.duration }),
      ...(caption !== undefined && { caption }),
    },
  };
}

function kindOfType(given: string | undefined): MediaKind {
  const type = given?.toLowerCase() ?? '';
  if (type.startsWith('audio/')) return /\bopus\b/.test(type) ? 'voice' : 'audio';
  if (type === 'image/webp') return 'sticker';
  if (type.startsWith('image/')) return 'picture';
  return type.startsWith('video/') ? 'video' : 'file';
}

/** What WAHA itself tells of a message, whatever the engine. */
function dataOf({ location, vCards }: WahaMessage): ProtoContent | undefined {
  if (location !== undefined) {
    const { latitude: lat, longitude: lon, name, title, description, address } = location;
    const said = new Set([name ?? title, description, address].filter(Boolean));
    const text = messageText([...said].join('\n'));
    return { kind: 'location', lat, lon, ...(text !== undefined && { text }) };
  }
  const texts = (vCards ?? []).filter((card) => card !== undefined);
  return texts.length === 0 ? undefined : cardsOf(texts);
}

/** Kinds of WhatsApp Web that are no plain text. Their `body` may be a picture in base64. */
function webOf({ body, _data: data }: WahaMessage): ProtoContent | undefined {
  switch (data?.type) {
    case 'location': {
      const { lat, lng: lon, loc } = data;
      if (lat === undefined || lon === undefined) return placeholder('unsupported');
      const text = messageText(loc);
      return { kind: 'location', lat, lon, ...(text !== undefined && { text }) };
    }
    case 'vcard':
      return cardsOf([body ?? '']);
    case 'multi_vcard':
      return cardsOf((data.vcardList ?? []).map((card) => card?.vcard ?? ''));
    case 'poll_creation':
      return pollOf(data.pollName ?? body, data.pollOptions?.map((option) => option?.name) ?? []);
    case 'list_response': {
      const row = data.listResponse?.singleSelectReply?.selectedRowId;
      return pressed(body || data.listResponse?.title, row);
    }
    case 'buttons_response':
    case 'template_button_reply':
      return pressed(body, data.selectedButtonId ?? data.selectedId);
    case 'payment':
      return placeholder('payment');
    default:
      return undefined;
  }
}

function cardsOf(texts: readonly string[]): ProtoContent {
  const cards = cardsIn(texts);
  return cards.length > 0 ? { kind: 'cards', cards } : placeholder('unsupported');
}

function wordsOf({ body, _data: data }: WahaMessage): ProtoContent | undefined {
  const type = data?.type ?? '';
  if (WEB_SILENT.test(type)) return undefined;
  if (!WEB_WORDS.test(type)) {
    // A kind that Kommo has no place for, or that is newer than this file.
    return placeholder('unsupported', data?.title ?? data?.orderTitle ?? data?.eventName);
  }
  const text = messageText(body);
  return text === undefined ? undefined : { kind: 'text', text };
}

/** A file that can be fetched, or what it was. */
function carried(message: WahaMessage, file: DescribedFile, messageId: string): ReceivedContent {
  const { media, body, _data: data } = message;
  const type = mimeType(media?.mimetype) ?? file.type;
  const given = (media?.filename ?? file.fileName)?.replaceAll(/[/\\]/g, '_');
  const fileName = plainLine(given) ?? madeFileName(file.kind, messageId, type);
  // Some engines repeat the name of a document as its words.
  const words = file.caption ?? messageText(body);
  const isName = words === fileName || words === media?.filename || words === data?.filename;
  const text = isName ? undefined : words;
  const path = media?.error ? undefined : filePath(media?.url);
  if (path === undefined) return lost(fileName, text);
  const chat = chatIdOf(message);
  const ref: WahaFileRef = {
    path,
    ...(chat !== undefined && { chat }),
    ...(message.id !== undefined && { message: message.id }),
  };
  const carriedFile: ReceivedMedia = { ref, fileName, ...(type !== undefined && { type }) };
  return {
    kind: file.kind,
    media: carriedFile,
    ...(text !== undefined && { text }),
    ...(file.seconds !== undefined && { seconds: file.seconds }),
  };
}

/** WAHA could not fetch the file, was told not to, or has it elsewhere. */
function lost(fileName: string, text: string | undefined): Placeholder {
  return placeholder('file_unavailable', [fileName, text].filter(Boolean).join('\n'));
}
