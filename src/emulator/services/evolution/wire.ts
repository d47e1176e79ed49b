import { createHash } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { vcardOf } from '../whatsapp/content.ts';
import {
  type Chat,
  type Content,
  type Message,
  networkState,
  own,
  type Person,
  type StoredFile,
} from '../whatsapp/state.ts';
import type { Fields, Key, Row } from './state.ts';

/** In which of two ways a message of somebody who shows in both is told. */
export type Side = 'phone' | 'lid';

export const phoneJid = (digits: string): string => `${digits}@s.whatsapp.net`;

/** The names one person's jid goes by in keys. */
function jidsOf(person: Person, side?: Side): { jid: string; alt?: string; mode: 'pn' | 'lid' } {
  const phone = phoneJid(person.phone);
  const lid = `${person.lid}@lid`;
  switch (person.addressing) {
    case 'phone':
      return { jid: phone, alt: lid, mode: 'pn' };
    case 'lid':
      return { jid: lid, alt: phone, mode: 'lid' };
    case 'hidden':
      return { jid: lid, mode: 'lid' };
    case 'twins':
      return side === 'lid' ? { jid: lid, mode: 'lid' } : { jid: phone, mode: 'pn' };
  }
}

/** The chat's jid, as the server's keys have it. */
export function chatJid(world: World, chat: Chat, side?: Side): string {
  const person = own(networkState(world).people, chat.id);
  if (chat.type !== 'person') return chat.id;
  return person === undefined ? phoneJid(chat.id) : jidsOf(person, side).jid;
}

/**
 * The key of a message, "exactly as it comes from Baileys".
 *
 * @see https://github.com/WhiskeySockets/Baileys/blob/v7.0.0-rc.6/src/Utils/decode-wa-message.ts
 */
export function keyOf(
  world: World,
  chat: Chat,
  { id, author, source }: Pick<Message, 'id' | 'author' | 'source'>,
  side?: Side,
): Key {
  const { people } = networkState(world);
  const fromMe = source !== 'client';
  if (chat.type === 'person') {
    const person = own(people, chat.id);
    if (person === undefined) return { remoteJid: phoneJid(chat.id), fromMe, id };
    const { jid, alt, mode } = jidsOf(person, side);
    const known = alt !== undefined && { remoteJidAlt: alt };
    return { remoteJid: jid, ...known, fromMe, id, addressingMode: mode };
  }
  const person = own(people, author);
  const who = person && jidsOf(person, side);
  const alt = who?.alt !== undefined && { participantAlt: who.alt };
  const participant = who?.jid ?? phoneJid(author);
  return { remoteJid: chat.id, fromMe, id, participant, ...alt, addressingMode: who?.mode ?? 'pn' };
}

/** Bytes as the server writes them into JSON: an object of numbers by place. */
function bytesOf(hex: string): Record<string, number> {
  return Object.fromEntries([...Buffer.from(hex, 'hex')].map((byte, index) => [index, byte]));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A file as WhatsApp names it: encrypted, somewhere else. */
function fileFields(file: StoredFile, at: number): Fields {
  const path = `/v/t62.7118-24/${digest(file.id).slice(0, 24)}.enc`;
  return {
    url: `https://mmg.whatsapp.net${path}?ccb=11-4`,
    mimetype: file.mime,
    fileSha256: bytesOf(file.sha256),
    fileLength: { low: file.size % 2 ** 32, high: Math.floor(file.size / 2 ** 32), unsigned: true },
    mediaKey: bytesOf(digest(`key of ${file.id}`)),
    fileEncSha256: bytesOf(digest(`encrypted ${file.id}`)),
    directPath: path,
    mediaKeyTimestamp: { low: Math.floor(at / 1000), high: 0, unsigned: false },
  };
}

const caption = (text: string | null): Fields => (text === null ? {} : { caption: text });

/** The proto of a content: its name and what is inside. `conversation` is a bare text. */
export function protoOf(
  world: World,
  { kind, text, file: fileId, location, contacts, extra }: Content,
  at: number,
): [string, Fields | string] | undefined {
  const stored = own(networkState(world).files, fileId ?? '');
  const file = stored === undefined ? {} : fileFields(stored, at);
  const place = {
    degreesLatitude: location?.latitude,
    degreesLongitude: location?.longitude,
  };
  switch (kind) {
    case 'text':
      return pressed(extra) ?? ['conversation', text ?? ''];
    case 'image':
      return ['imageMessage', { ...file, ...caption(text), height: 600, width: 800 }];
    case 'video':
      return ['videoMessage', { ...file, ...caption(text), seconds: 2, gifPlayback: false }];
    case 'gif':
      return ['videoMessage', { ...file, ...caption(text), seconds: 2, gifPlayback: true }];
    case 'video_note':
      return ['ptvMessage', { ...file, seconds: 2 }];
    case 'voice':
      return ['audioMessage', { ...file, seconds: 2, ptt: true }];
    case 'audio':
      return ['audioMessage', { ...file, seconds: 2, ptt: false }];
    case 'document': {
      const name = stored?.name ?? undefined;
      return ['documentMessage', { ...file, title: name, fileName: name, ...caption(text) }];
    }
    case 'sticker':
      return ['stickerMessage', { ...file, isAnimated: false, height: 512, width: 512 }];
    case 'location':
      return [
        'locationMessage',
        { ...place, name: location?.name ?? undefined, address: location?.address ?? undefined },
      ];
    case 'live_location':
      return ['liveLocationMessage', { ...place, ...caption(text), sequenceNumber: '1' }];
    case 'contacts': {
      const cards = contacts.map((card) => ({ displayName: card.name, vcard: vcardOf(card) }));
      const [only] = cards;
      return cards.length === 1 && only !== undefined
        ? ['contactMessage', only]
        : ['contactsArrayMessage', { displayName: `${cards.length} contacts`, contacts: cards }];
    }
    case 'poll':
      return [
        'pollCreationMessageV3',
        {
          name: extra.question,
          options: ((extra.options ?? []) as unknown[]).map((optionName) => ({ optionName })),
          selectableOptionsCount: extra.selectable_count ?? 1,
        },
      ];
    case 'list':
      return ['listMessage', { ...extra, listType: 2 }];
    case 'buttons':
      return ['viewOnceMessage', { message: { interactiveMessage: extra } }];
    case 'event':
      return ['eventMessage', { name: text, ...extra }];
    case 'order':
      return ['orderMessage', { message: text, itemCount: 1, ...extra }];
    case 'unknown':
      return undefined;
  }
}

/** A text that comes of a press: on a button, or on a row of a list. */
function pressed({ button_reply: button, list_reply: row }: Fields): [string, Fields] | undefined {
  if (typeof button === 'object' && button !== null) {
    const { id, text } = button as Fields;
    return ['buttonsResponseMessage', { selectedButtonId: id, selectedDisplayText: text, type: 1 }];
  }
  if (typeof row !== 'object' || row === null) return undefined;
  const { id, text } = row as Fields;
  return [
    'listResponseMessage',
    { title: text, listType: 1, singleSelectReply: { selectedRowId: id } },
  ];
}

/** `contextInfo`: what the message answers, and whether it was forwarded. */
function contextOf(world: World, chat: Chat, message: Message): Fields | undefined {
  const quoted = chat.messages.find(({ id }) => id === message.quote);
  if (quoted === undefined && !message.is_forwarded) return undefined;
  const forwarded = message.is_forwarded && { forwardingScore: 1, isForwarded: true };
  if (quoted === undefined) return { ...forwarded };
  const proto = protoOf(world, quoted, quoted.at);
  const person = own(networkState(world).people, quoted.author);
  return {
    stanzaId: quoted.id,
    participant: person === undefined ? phoneJid(quoted.author) : jidsOf(person).jid,
    quotedMessage: proto === undefined ? {} : { [proto[0]]: proto[1] },
    ...forwarded,
  };
}

/** Where a message was written, by its id. @see https://github.com/WhiskeySockets/Baileys/blob/v7.0.0-rc.6/src/Utils/messages.ts */
function sourceOf(id: string): string {
  if (/^3A.{18}$/.test(id)) return 'ios';
  if (/^3E.{20}$/.test(id)) return 'web';
  if (/^(?:.{21}|.{32})$/.test(id)) return 'android';
  return /^(?:3F|.{18}$)/.test(id) ? 'desktop' : 'unknown';
}

/**
 * A message as Evolution shows and stores it: texts with a quote are folded into `conversation`, their context beside them.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/integrations/channel/whatsapp/whatsapp.baileys.service.ts (prepareMessage)
 */
export function rowFor(
  world: World,
  { chat, message, instanceId }: { chat: Chat; message: Message; instanceId: string },
  side?: Side,
): Row {
  const proto = protoOf(world, message, message.at);
  const context = contextOf(world, chat, message);
  const key = keyOf(world, chat, message, side);
  const isViewOnce = message.is_view_once;
  return {
    key,
    pushName: key.fromMe ? 'Você' : (own(networkState(world).people, message.author)?.name ?? null),
    status: message.source === 'api' ? 'PENDING' : key.fromMe ? 'SERVER_ACK' : 'DELIVERY_ACK',
    message: bodyOf(proto, context, isViewOnce),
    ...(context !== undefined && proto !== undefined && !isViewOnce && { contextInfo: context }),
    messageType: typeOf(proto, isViewOnce),
    messageTimestamp: Math.floor(message.at / 1000),
    instanceId,
    source: sourceOf(message.id),
  };
}

type Proto = ReturnType<typeof protoOf>;

function typeOf(proto: Proto, isViewOnce: boolean): string {
  if (proto === undefined) return 'unknown';
  return isViewOnce ? 'viewOnceMessageV2' : proto[0];
}

function bodyOf(proto: Proto, context: Fields | undefined, isViewOnce: boolean): Fields {
  const device = { messageContextInfo: { deviceListMetadataVersion: 2 } };
  if (proto === undefined) return device;
  const [name, inner] = proto;
  if (typeof inner === 'string') return { [name]: inner, ...device };
  const full = context === undefined ? inner : { ...inner, contextInfo: context };
  if (!isViewOnce) return { [name]: full, ...device };
  return { viewOnceMessageV2: { message: { [name]: { ...full, viewOnce: true } } }, ...device };
}
