import type { World } from '../../kommo/world.ts';
import {
  type Chat,
  type Content,
  type Fields,
  type Kind,
  type Message,
  networkState,
  own,
} from '../whatsapp/state.ts';
import { chatJid, jidOf, type Way } from './ids.ts';
import { protoOf } from './proto.ts';
import { lidOfLine } from './session.ts';
import type { Engine } from './state.ts';

/** What a message is called in WEBJS (whatsapp-web.js, MessageTypes). */
const TYPES: Record<Kind, string> = {
  text: 'chat',
  image: 'image',
  video: 'video',
  video_note: 'video',
  gif: 'video',
  voice: 'ptt',
  audio: 'audio',
  document: 'document',
  sticker: 'sticker',
  location: 'location',
  live_location: 'location',
  contacts: 'vcard',
  poll: 'poll_creation',
  list: 'list',
  buttons: 'interactive',
  event: 'event_creation',
  order: 'order',
  unknown: 'unknown',
};

/** `5511…@s.whatsapp.net` instead of `…@c.us`, as the engines below WAHA write it. */
export function rawJid(jid: string): string {
  return jid.replace(/@c\.us$/, '@s.whatsapp.net');
}

/** How WEBJS has a press. */
function pressedInWeb({ extra }: Content): Fields {
  const { list_reply: row, button_reply: button } = extra as Record<string, Fields | undefined>;
  if (row !== undefined) {
    const listResponse = { title: row.text, singleSelectReply: { selectedRowId: row.id } };
    return { type: 'list_response', listResponse };
  }
  return button === undefined ? {} : { type: 'buttons_response', selectedButtonId: button.id };
}

interface RawContext {
  world: World;
  number: string;
  chat: Chat;
  way: Way;
}

/** `_data`: the message as the engine below has it. */
export function rawOf(
  engine: Engine,
  { world, number, chat, way }: RawContext,
  message: Message,
  quoted?: Message,
): Fields {
  const isOwn = message.source !== 'client';
  const remote = chatJid(world, chat, way);
  const author = isOwn ? `${number}@c.us` : jidOf(world, message.author, way);
  const person = own(networkState(world).people, message.author);
  const isShared = chat.type !== 'person' && chat.type !== 'newsletter';
  const seconds = Math.floor(message.at / 1000);
  // Only the person who hides nothing has the phone beside the hidden id.
  const other = own(networkState(world).people, isShared ? message.author : chat.id);
  const alternative =
    way === 'lid' && other !== undefined && other.addressing !== 'hidden'
      ? `${other.phone}@s.whatsapp.net`
      : undefined;
  if (engine === 'WEBJS') {
    const file = own(networkState(world).files, message.file ?? '');
    return {
      id: {
        fromMe: isOwn,
        remote,
        id: message.id,
        ...(isShared && { participant: author }),
        _serialized: [isOwn, remote, message.id, ...(isShared ? [author] : [])].join('_'),
      },
      viewed: false,
      type:
        message.kind === 'contacts' && message.contacts.length > 1
          ? 'multi_vcard'
          : TYPES[message.kind],
      t: seconds,
      ...(!isOwn && person !== undefined && { notifyName: person.name }),
      from: isOwn ? `${number}@c.us` : remote,
      to: isOwn ? remote : `${number}@c.us`,
      ...(isShared && { author }),
      ack: message.ack,
      body: message.text ?? '',
      ...pressedInWeb(message),
      ...(file !== undefined && {
        mimetype: file.mime,
        size: file.size,
        ...(file.name !== null && { filename: file.name }),
      }),
      ...(message.kind === 'gif' && { isGif: true }),
      ...(message.is_view_once && { isViewOnce: true }),
      ...(message.is_forwarded && { isForwarded: true }),
      ...(message.kind === 'poll' && {
        pollName: message.extra.question,
        pollOptions: (message.extra.options as string[]).map((name, localId) => ({
          name,
          localId,
        })),
      }),
    };
  }
  const context: Fields = {
    ...(quoted !== undefined && {
      stanzaId: quoted.id,
      participant: rawJid(
        quoted.source === 'client' ? jidOf(world, quoted.author, way) : `${number}@c.us`,
      ),
      quotedMessage: protoOf(world, quoted),
    }),
    ...(message.is_forwarded && { isForwarded: true, forwardingScore: 1 }),
  };
  const inner = protoOf(world, message, Object.keys(context).length === 0 ? undefined : context);
  const content = message.is_view_once ? { viewOnceMessageV2: { message: inner } } : inner;
  const addressingMode = way === 'lid' ? 'lid' : 'pn';
  if (engine === 'NOWEB') {
    return {
      key: {
        remoteJid: rawJid(remote),
        fromMe: isOwn,
        id: message.id,
        ...(isShared && { participant: rawJid(author) }),
        ...(alternative !== undefined && {
          [isShared ? 'participantAlt' : 'remoteJidAlt']: alternative,
        }),
        addressingMode,
      },
      messageTimestamp: seconds,
      ...(!isOwn && person !== undefined && { pushName: person.name }),
      broadcast: chat.type === 'broadcast' || chat.type === 'status',
      message: content,
      status: message.ack + 1,
    };
  }
  const sender = isOwn
    ? way === 'lid'
      ? `${lidOfLine(number)}:12@lid`
      : `${number}:12@s.whatsapp.net`
    : rawJid(author);
  return {
    Info: {
      Chat: rawJid(remote),
      Sender: sender,
      IsFromMe: isOwn,
      IsGroup: isShared,
      AddressingMode: addressingMode,
      SenderAlt: isOwn ? '' : (alternative ?? ''),
      RecipientAlt: isOwn ? (alternative ?? '') : '',
      ID: message.id,
      Type: message.kind === 'text' ? 'text' : 'media',
      PushName: isOwn ? '' : (person?.name ?? ''),
      Timestamp: new Date(message.at).toISOString(),
    },
    Message: goNames(content),
    IsViewOnce: message.is_view_once,
  };
}

/** Go's protobuf writes abbreviations in capitals: `stanzaID`, `URL`, `PTT`. */
function goNames(value: Fields): Fields {
  const names: Record<string, string> = { stanzaId: 'stanzaID', ptt: 'PTT', url: 'URL' };
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      names[name] ?? name,
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? goNames(part as Fields)
        : part,
    ]),
  );
}
