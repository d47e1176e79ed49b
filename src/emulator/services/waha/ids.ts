import type { World } from '../../kommo/world.ts';
import { personByLid } from '../whatsapp/people.ts';
import { type Chat, type Message, networkState, own, type Person } from '../whatsapp/state.ts';

/** In which of a person's two ids an event speaks of her. */
export type Way = 'phone' | 'lid';

/** In which ways an event of this chat is told; more than one brings it more than once. */
export function waysOf(world: World, chat: Chat, message?: Message): Way[] {
  const id = chat.type === 'person' ? chat.id : (message?.author ?? '');
  const addressing = own(networkState(world).people, id)?.addressing ?? 'phone';
  if (addressing === 'twins') return chat.type === 'person' ? ['phone', 'lid'] : ['phone'];
  return [addressing === 'phone' ? 'phone' : 'lid'];
}

function personOf(world: World, phone: string): Person | undefined {
  return own(networkState(world).people, phone);
}

/** `5511…@c.us` or `123…@lid`. */
export function jidOf(world: World, phone: string, way: Way): string {
  const person = personOf(world, phone);
  return way === 'lid' && person !== undefined ? `${person.lid}@lid` : `${phone}@c.us`;
}

/** The chat's id as WAHA writes it. @see https://waha.devlike.pro/docs/how-to/receive-messages/#chatid-from-to-participant */
export function chatJid(world: World, chat: Chat, way: Way): string {
  return chat.type === 'person' ? jidOf(world, chat.id, way) : chat.id;
}

/** Who wrote it, where the chat's id does not tell. */
export function participantOf(
  world: World,
  chat: Chat,
  author: string,
  way: Way,
): string | undefined {
  if (chat.type === 'person' || chat.type === 'newsletter') return undefined;
  return jidOf(world, author, way);
}

/** `{fromMe}_{chatId}_{hash}[_{participant}]`. */
export function fullId(isOwn: boolean, chat: string, id: string, participant?: string): string {
  return [isOwn, chat, id, ...(participant === undefined ? [] : [participant])].join('_');
}

interface ParsedId {
  fromMe: boolean | undefined;
  chat: string | undefined;
  id: string;
}

/** A full or bare message id. */
export function parseId(text: string): ParsedId {
  const match = /^(true|false)_([^_]+)_([^_]+)(?:_[^_]+)?$/.exec(text);
  if (match === null) return { fromMe: undefined, chat: undefined, id: text };
  return { fromMe: match[1] === 'true', chat: match[2], id: match[3] ?? '' };
}

/** What a chatId of a call means: a person's phone or hidden id, or anything with a whole id. */
export interface Target {
  /** Digits that were dialled; they may be nobody's, or written in another way than WhatsApp does. */
  phone?: string;
  person?: Person;
  chat?: string;
  /** Written in a way one must not. */
  isOdd: boolean;
}

export function readChatId(world: World, chatId: string): Target | undefined {
  const phone = /^\+?(\d{6,15})(?:@c\.us|@s\.whatsapp\.net)?$/.exec(chatId)?.[1];
  if (phone !== undefined) {
    return { phone, isOdd: chatId.endsWith('@s.whatsapp.net') || chatId.startsWith('+') };
  }
  const lid = /^(\d+)(?::\d+)?@lid$/.exec(chatId)?.[1];
  if (lid !== undefined) {
    const person = personByLid(world, lid);
    return { ...(person !== undefined && { person }), isOdd: false };
  }
  return /^[\d-]+@(g\.us|newsletter|broadcast)$|^status@broadcast$/.test(chatId)
    ? { chat: chatId, isOdd: false }
    : undefined;
}
