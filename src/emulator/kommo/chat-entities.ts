/** A client, user or bot of a chat; `id` is Kommo's, `client_id` ours. */
export interface ChatUser {
  id: string;
  client_id: string | null;
  name: string;
  avatar: string;
  phone: string;
  email: string;
}

/** Who wrote a message. What staff writes on the service's own device counts as the user's or the bot's. */
export type Author = 'client' | 'user' | 'bot';

/** One report about a message: delivered 1, read 2, failed -1. */
export interface DeliveryReport {
  status: number;
  error_code: number | null;
  error: string | null;
  /** Which of the two documented names the report used. */
  field: 'status_code' | 'delivery_status' | 'both';
  /** The emulator's clock, in milliseconds. */
  at: number;
}

/** The report that counts, and all of them, oldest first. Null in a message: only sent so far. */
export interface Delivery extends DeliveryReport {
  history: DeliveryReport[];
}

/**
 * What became of a link: Kommo fetches what it names.
 * - `waiting`: not asked yet, or not yet answered. `fetched`: a 200 of the size that was announced.
 * - `failed`: any other answer, or none. `refused`: not asked, see the switch `privateMediaHosts`.
 */
export interface Media {
  state: 'waiting' | 'fetched' | 'failed' | 'refused';
  /** Why it failed or was refused; null otherwise. Never holds the link. */
  reason: string | null;
  /** Status answered, 0 for none; null before. */
  status: number | null;
  content_type: string | null;
  /** Bytes that came. */
  size: number | null;
  /** SHA-256 of the bytes that came, in hexadecimal. */
  sha256: string | null;
  /** The emulator's clock when it was settled, in milliseconds. */
  at: number | null;
  /** Where the emulator serves the bytes it kept, on any of its hosts: `/__emulator/files/<id>`. */
  path?: string;
}

/** The message that another one answers. */
export interface Quote {
  /** Kommo's id; null if the quoted message was only described. */
  id: string | null;
  /** Our id of it. */
  msgid: string | null;
  type: string;
  text: string;
  sender: { id: string | null; client_id: string | null; name: string };
  timestamp: number;
  msec_timestamp: number;
  /** `reply_to` as the request had it; null for a quote that a person chose in Kommo. */
  given: Record<string, unknown> | null;
}

export interface Reaction {
  /** The user's amojo id, or our id of a client. */
  user_id: string;
  emoji: string;
}

export interface Message {
  id: string;
  client_id: string | null;
  author: Author;
  /** Sent from Kommo to the channel, or brought by the channel. */
  origin: 'kommo' | 'channel';
  sender: ChatUser;
  receiver: ChatUser | null;
  timestamp: number;
  msec_timestamp: number;
  /** When it came to the emulator, by its clock, in milliseconds. */
  arrived_at: number;
  /** `type`, `text`, `media`, `file_name`, `file_size`, `markup`, `template` and the like, as on the wire. */
  message: Record<string, unknown>;
  is_edited: boolean;
  reply_to: Quote | null;
  /** `forwards` as the request had it. */
  forwards: Record<string, unknown> | null;
  delivery: Delivery | null;
  /** What was fetched of `message.media`; for what Kommo sends, the file itself. Null without a file. */
  media: Media | null;
  /** What the channel's backend answered the hook, 0 for nothing in 5 s; null if none was sent, or not yet. */
  hook: { status: number; ms: number } | null;
  reactions: Reaction[];
  is_silent: boolean;
  source_external_id: string | null;
}

export interface Chat {
  id: string;
  scope_id: string;
  conversation_id: string | null;
  source_external_id: string | null;
  user: ChatUser;
  /** What was fetched of the client's avatar. */
  avatar: Media | null;
  /** In order of arrival. */
  messages: Message[];
  /** Null until the chat has a card. */
  contact_id: number | null;
  lead_id: number | null;
  /** Opened from a card, or linked to one by `contacts/chats` before its first message: it makes no lead. */
  is_linked: boolean;
  /** Client's messages since a person last looked or answered. */
  unread: number;
  /** By the emulator's clock, in milliseconds. */
  created_at: number;
  /** Time of the newest message, in milliseconds; before the first, of the chat's making. */
  last_at: number;
  /** Until when the client is typing, by the emulator's clock, in milliseconds. */
  typing_until: number;
}

export interface ContactChat {
  id: number;
  account_id: number;
  contact_id: number;
  chat_id: string;
}
