import type { World } from '../../kommo/world.ts';
import { vcardOf } from '../whatsapp/content.ts';
import { hasFile } from '../whatsapp/files.ts';
import { newMessageId } from '../whatsapp/messages.ts';
import type { Ack, Chat, Fields, Message, Presence } from '../whatsapp/state.ts';
import { chatJid, fullId, jidOf, participantOf, type Way } from './ids.ts';
import { mediaOf } from './media.ts';
import { rawOf } from './raw.ts';
import { type Engine, wahaState } from './state.ts';

const ACK_NAMES: Record<Ack, string> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER',
  2: 'DEVICE',
  3: 'READ',
  4: 'PLAYED',
};

/** WhatsApp Web puts a small picture into the body of a place. */
const THUMBNAIL = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8=';

const PRESENCES: Record<Presence, string> = {
  composing: 'typing',
  recording: 'recording',
  paused: 'paused',
  available: 'online',
  unavailable: 'offline',
};

/** Which session of which number tells something of which chat, and how it calls the people. */
export interface Telling {
  world: World;
  session: string;
  number: string;
  chat: Chat;
  way: Way;
}

function engineOf(world: World): Engine {
  return wahaState(world).settings.engine;
}

function isOwn({ source }: Message): boolean {
  return source !== 'client';
}

function authorJid({ world, number, way }: Telling, message: Message): string {
  return isOwn(message) ? `${number}@c.us` : jidOf(world, message.author, way);
}

/** The message's whole id as this session writes it. */
export function idOf(telling: Telling, message: Message, id = message.id): string {
  const { world, chat, way } = telling;
  const jid = chatJid(world, chat, way);
  const author = isOwn(message) ? telling.number : message.author;
  return fullId(isOwn(message), jid, id, participantOf(world, chat, author, way));
}

/** `from`, `to` and `participant`: WEBJS names both sides, the others always name the chat as `from`. */
function sides(telling: Telling, message: Message): Fields {
  const { world, number, chat, way } = telling;
  const jid = chatJid(world, chat, way);
  const isShared = chat.type !== 'person' && chat.type !== 'newsletter';
  const participant = isShared ? authorJid(telling, message) : undefined;
  if (engineOf(world) === 'WEBJS') {
    const me = `${number}@c.us`;
    return {
      from: isOwn(message) ? me : jid,
      to: isOwn(message) ? jid : me,
      ...(participant !== undefined && { participant, author: participant }),
    };
  }
  return { from: jid, to: participant ?? null, participant: participant ?? null };
}

function bodyOf(engine: Engine, message: Message): string | null {
  if (engine !== 'WEBJS') return message.text;
  if (message.kind === 'location') return THUMBNAIL;
  const [card] = message.contacts;
  if (card !== undefined && message.contacts.length === 1) return vcardOf(card);
  if (message.kind === 'poll') return String(message.extra.question);
  return message.text ?? '';
}

function locationOf(engine: Engine, { kind, location, text }: Message): Fields | null {
  if (location === null) return null;
  const { latitude, longitude, name, address } = location;
  const live = kind === 'live_location';
  if (engine === 'WEBJS') {
    const description = [name, address].filter((part) => part !== null).join('\n');
    return { latitude: String(latitude), longitude: String(longitude), live, description };
  }
  return { latitude, longitude, live, name, address, url: null, description: live ? text : null };
}

/** The message that another one answers, if the chat still has it. */
export function quotedIn({ chat }: Telling, message: Message): Message | undefined {
  return message.quote === null ? undefined : chat.messages.find(({ id }) => id === message.quote);
}

function replyTo(telling: Telling, quoted: Message | undefined): Fields | null {
  if (quoted === undefined) return null;
  const { world, session } = telling;
  const engine = engineOf(world);
  return {
    id: engine === 'WEBJS' ? idOf(telling, quoted) : quoted.id,
    participant: authorJid(telling, quoted),
    body: bodyOf(engine, quoted),
    hasMedia: hasFile(quoted.kind),
    media: mediaOf(world, session, quoted, idOf(telling, quoted)),
    _data: {},
  };
}

/** `source` is told of own messages; GOWS tells it of all. */
function sourceOf({ world, session }: Telling, message: Message, via = message.via): Fields {
  if (!isOwn(message) && engineOf(world) !== 'GOWS') return {};
  return { source: isOwn(message) && via === `waha/${session}` ? 'api' : 'app' };
}

/** @see https://waha.devlike.pro/docs/how-to/events/#message */
export function messagePayload(telling: Telling, message: Message, withMedia = true): Fields {
  const { world, session } = telling;
  const engine = engineOf(world);
  const id = idOf(telling, message);
  // The engines disagree on what a message of the other side has reached.
  const ack: Ack = isOwn(message) ? message.ack : engine === 'WEBJS' ? 1 : 2;
  const quoted = quotedIn(telling, message);
  const media = withMedia ? mediaOf(world, session, message, id) : null;
  return {
    id,
    timestamp: Math.floor(message.at / 1000),
    ...sides(telling, message),
    fromMe: isOwn(message),
    ...sourceOf(telling, message),
    body: message.revoked_at === null ? bodyOf(engine, message) : '',
    hasMedia: hasFile(message.kind),
    media,
    mediaUrl: media?.url ?? null,
    ack,
    ackName: ACK_NAMES[ack],
    location: locationOf(engine, message),
    vCards: message.contacts.map(vcardOf),
    replyTo: replyTo(telling, quoted),
    _data: rawOf(engine, telling, message, quoted),
  };
}

/** @see https://waha.devlike.pro/docs/how-to/events/#messageack */
export function ackPayload(telling: Telling, message: Message, ack: Ack, by: string): Fields {
  const { world, chat, way } = telling;
  const isGroup = chat.type !== 'person';
  return {
    id: idOf(telling, message),
    ...sides(telling, message),
    participant: isGroup ? jidOf(world, by, way) : null,
    fromMe: true,
    ack,
    ackName: ACK_NAMES[ack],
  };
}

interface Reaction {
  by: string;
  emoji: string;
  via: string | null;
}

/** @see https://waha.devlike.pro/docs/how-to/events/#messagereaction */
export function reactionPayload(telling: Telling, message: Message, reaction: Reaction): Fields {
  const { world, number } = telling;
  const { by, emoji, via } = reaction;
  const source: Message['source'] = by === number ? 'app' : 'client';
  const act: Message = { ...message, author: by, source, via, id: newMessageId() };
  const participant = authorJid(telling, act);
  const now = world.clock.now();
  return {
    id: idOf(telling, act),
    ...sides(telling, act),
    ...(engineOf(world) === 'WEBJS' && { participant }),
    fromMe: isOwn(act),
    ...sourceOf(telling, act),
    // Whole seconds or not, depending on the engine.
    timestamp: engineOf(world) === 'WEBJS' ? now / 1000 : Math.floor(now / 1000),
    reaction: { text: emoji, messageId: idOf(telling, message) },
  };
}

/** @see https://waha.devlike.pro/docs/how-to/events/#messageedited */
export function editedPayload(telling: Telling, message: Message, via: string | null): Fields {
  const act = actOn(telling, message, via, message.edited_at);
  return { ...messagePayload(telling, act, false), editedMessageId: message.id };
}

/** @see https://waha.devlike.pro/docs/how-to/events/#messagerevoked */
export function revokedPayload(telling: Telling, message: Message, via: string | null): Fields {
  const act = actOn(telling, message, via, message.revoked_at);
  const after = { ...messagePayload(telling, act, false), hasMedia: false };
  const isKnown = engineOf(telling.world) === 'WEBJS';
  const before = { ...messagePayload(telling, { ...message, revoked_at: null }, false) };
  return { after, before: isKnown ? before : null, revokedMessageId: message.id };
}

/** Editing and deleting are messages with ids of their own, but in WEBJS. */
function actOn(
  { world }: Telling,
  message: Message,
  via: string | null,
  at: number | null,
): Message {
  const id = engineOf(world) === 'WEBJS' ? message.id : newMessageId();
  return { ...message, id, via, at: at ?? message.at };
}

/** @see https://waha.devlike.pro/docs/how-to/events/#messagewaiting */
export function waitingPayload(telling: Telling, message: Message): Fields {
  const payload = messagePayload(telling, { ...message, kind: 'unknown', file: null }, false);
  return { ...payload, body: '' };
}

/** @see https://waha.devlike.pro/docs/how-to/presence/ */
export function presencePayload(
  { world, chat, way }: Pick<Telling, 'world' | 'chat' | 'way'>,
  by: string,
  presence: Presence,
): Fields {
  return {
    id: chatJid(world, chat, way),
    presences: [
      {
        participant: jidOf(world, by, way),
        lastKnownPresence: PRESENCES[presence],
        lastSeen: null,
      },
    ],
  };
}
