import type { World } from '../../kommo/world.ts';

/** A JSON object of whatever a kind of message has besides. */
export type Fields = Record<string, unknown>;

/**
 * How a person shows to linked devices: by phone; by the hidden id with the phone beside it; by the hidden id alone, with a
 * phone nobody can look up; or every message twice, once in each way (seen at github.com/devlikeapro/waha/issues/1627).
 */
export type Addressing = 'phone' | 'lid' | 'hidden' | 'twins';

/** Somebody on WhatsApp who is not one of the linked numbers. */
export interface Person {
  /** Digits without `+`, as WhatsApp writes the number. */
  phone: string;
  /** Digits of the hidden id; `<lid>@lid`. */
  lid: string;
  /** The name the person has chosen. */
  name: string;
  addressing: Addressing;
  /** The device is switched off: what is sent stays at the server. */
  is_offline: boolean;
  /** Blocked the linked number: what is sent is never delivered. */
  is_blocking: boolean;
}

export interface Group {
  /** Whole: `120363…@g.us`. */
  id: string;
  name: string;
  /** Phones of the members; linked numbers are members without being listed. */
  members: string[];
}

export type ChatType = 'person' | 'group' | 'broadcast' | 'status' | 'newsletter';

/** What a linked number has with one person or group. */
export interface Chat {
  /** The phone's digits for a person; else the whole id: `…@g.us`, `…@broadcast`, `status@broadcast`, `…@newsletter`. */
  id: string;
  type: ChatType;
  name: string;
  /** Oldest first. */
  messages: Message[];
  /** What the linked number shows that it is doing, and since when. */
  own_presence: { presence: Presence; at: number } | null;
  /** What the other side shows. */
  presence: { presence: Presence; by: string; at: number } | null;
}

export type Presence = 'composing' | 'recording' | 'paused' | 'available' | 'unavailable';

/** A linked number: its chats are the same for every session that is linked to it. */
export interface Line {
  /** Digits without `+`. */
  number: string;
  /** By the chat's id. */
  chats: Record<string, Chat>;
}

/** -1 error, 0 pending, 1 server, 2 device, 3 read, 4 played. */
export type Ack = -1 | 0 | 1 | 2 | 3 | 4;

export const KINDS = [
  'text',
  'image',
  'video',
  'video_note',
  'gif',
  'voice',
  'audio',
  'document',
  'sticker',
  'location',
  'live_location',
  'contacts',
  'poll',
  'list',
  'buttons',
  'event',
  'order',
  'unknown',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Place {
  latitude: number;
  longitude: number;
  name: string | null;
  address: string | null;
}

export interface Card {
  name: string;
  /** Digits without `+`. */
  phone: string;
  organization: string | null;
}

/** What a message says, whoever says it. */
export interface Content {
  kind: Kind;
  /** Text, or the caption of a file. */
  text: string | null;
  /** Id of a StoredFile. */
  file: string | null;
  location: Place | null;
  contacts: Card[];
  /** Whatever else the kind has: a poll's options, a list's sections, buttons. */
  extra: Fields;
}

export interface Message extends Content {
  /** `3EB0` and 18 hexadecimal digits; the same for every device. */
  id: string;
  /** The chat's id. */
  chat: string;
  /** Digits of who wrote it: the linked number, or a person. */
  author: string;
  /** Written by the other side, on the linked phone itself, or through a server's API. */
  source: 'client' | 'app' | 'api';
  /** `waha/<session>` or `evolution/<instance>` when a server sent it. */
  via: string | null;
  /** Milliseconds. */
  at: number;
  /** Id of the message it answers. */
  quote: string | null;
  /** Emoji by the digits of who gave it. */
  reactions: Record<string, string>;
  /** Earlier texts, oldest first. */
  earlier: string[];
  edited_at: number | null;
  revoked_at: number | null;
  /** Of own messages: how far it came. */
  ack: Ack;
  /** Of the other side's messages: the linked number has seen it. */
  is_seen: boolean;
  is_forwarded: boolean;
  /** Shown once, and then never again. */
  is_view_once: boolean;
}

/** Where a file's bytes come from; an upload above 4 MB is counted and hashed, not kept. */
export type FileSource =
  | { from: 'sample'; sample: string }
  | { from: 'generated'; sample: string; seed: number }
  | { from: 'upload' };

export interface StoredFile {
  id: string;
  name: string | null;
  mime: string;
  size: number;
  sha256: string;
  source: FileSource;
}

export interface NetworkState {
  /** By phone. */
  people: Record<string, Person>;
  /** By id. */
  groups: Record<string, Group>;
  /** By number. */
  lines: Record<string, Line>;
  /** By id. */
  files: Record<string, StoredFile>;
  /** Numbers that are not on WhatsApp, as digits. */
  absent: string[];
  next_number: number;
}

const SERVICE = 'whatsapp_network';

/** The network that all WhatsApp doubles share; forgotten by a reset of the emulator. */
export function networkState(world: World): NetworkState {
  return world.service<NetworkState>(SERVICE, () => ({
    people: {},
    groups: {},
    lines: {},
    files: {},
    absent: [],
    next_number: 1,
  }));
}

/** A number nothing else on the network has. */
export function nextNumber(world: World): number {
  const state = networkState(world);
  const number = state.next_number;
  state.next_number += 1;
  return number;
}

/** What the record itself has under a key that came from outside: never what every object inherits. */
export function own<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
