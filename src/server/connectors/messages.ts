import type { Readable } from 'node:stream';

export type ChannelOption = 'groups' | 'own_device';

/** The signed-in account an event belongs to. */
export interface AccountAtService {
  externalId: string;
}

/** Where to send. What a connector put into `chat` and `person` of an item comes back here. */
export interface ChatAddress {
  chatId: string;
  personId: string;
  /** E.164, where it is known: for a chat that begins in Kommo it may be all there is. */
  phone?: string;
  /** True for a chat that began in Kommo and that the client has not answered yet. */
  isNew: boolean;
  /** The client's newest message that nobody has answered yet; only for carriers that `showsSeen`. */
  lastReceivedId?: string;
  /** Those before it that nobody has answered either, newest first, twenty at most. */
  earlierReceivedIds?: readonly string[];
}

/** A file of a received message. */
export interface ReceivedMedia {
  /** Small JSON for `openMedia`: an id at the service, never an address with a secret in it. */
  ref: unknown;
  fileName: string;
  /** MIME type, as the service says. */
  type?: string;
  bytes?: number;
}

/** A file of a message to the client. */
export interface OutgoingMedia {
  fileName: string;
  /** MIME type, guessed from the name where Kommo does not say. */
  type: string;
  bytes?: number;
  /** Our own signed link, for services that fetch files themselves. */
  link: string;
  /** @throws ConnectorError `unavailable`, or `rejected` when the file is gone or larger than allowed */
  open(): Promise<OpenMedia>;
}

export interface OpenMedia {
  body: Readable;
  /** Undefined: not known before the end. */
  bytes?: number;
  type?: string;
}

export type MediaKind = 'picture' | 'video' | 'voice' | 'audio' | 'file' | 'sticker';

/** What a message says, in either direction. */
export type MessageContent<Media> =
  | { kind: 'text'; text: string; callbackData?: string }
  | { kind: MediaKind; media: Media; text?: string; seconds?: number }
  | { kind: 'location'; lat: number; lon: number; text?: string }
  | { kind: 'contact'; name: string; phone: string; text?: string };

/** What arrives, of kinds Kommo does not have: a text in the account's language says what it was. */
export interface Placeholder {
  kind: 'placeholder';
  what: PlaceholderKind;
  /** The client's own words in it, such as the question of a poll or the name of a file. */
  detail?: string;
}

export type PlaceholderKind =
  | 'poll'
  | 'dice'
  | 'story'
  | 'game'
  | 'payment'
  | 'file_too_large'
  | 'file_unavailable'
  | 'deleted'
  | 'unsupported';

export type ReceivedContent = MessageContent<ReceivedMedia> | Placeholder;

export interface ReceivedPerson {
  /** Stable, unique among the service's people. */
  id: string;
  name: string;
  /** The name is only what stands in for one: `findPerson` asks for it. */
  isNameless?: true;
  /** E.164. */
  phone?: string;
  email?: string;
  avatarUrl?: string;
}

export interface ReceivedChat {
  /** Stable and unique for this account at the service, and what `send` reaches it by. */
  id: string;
  isGroup?: boolean;
  /** Further ids the service has for the same chat, as far as the event tells. Whichever came first stays the chat's. */
  aliases?: readonly string[];
  /** The service may know this chat by another id as well, and did not say so: `findChat` asks. */
  isAlias?: true;
  /** The event tells no chat at all: what `findChat` and our own records cannot place is left out. */
  isOnlyAlias?: true;
}

interface Received {
  chat: ReceivedChat;
  /** The client, also when staff wrote; of what staff wrote, the name counts only as long as none is known. */
  person: ReceivedPerson;
  /** When it happened at the service, in milliseconds. */
  atMs: number;
  acknowledgement?: unknown;
}

export interface ReceivedMessage extends Received {
  event: 'message';
  /** Unique for this account at the service, over all its chats. */
  messageId: string;
  content: ReceivedContent;
  /** Written by staff in the service's own app. */
  isFromStaff?: boolean;
  /** `messageId` of the quoted message. */
  replyTo?: string;
}

export interface ReceivedEdit extends Received {
  event: 'edit';
  messageId: string;
  content: ReceivedContent;
  /** Tells two edits of one message apart. */
  editId: string;
}

export interface ReceivedDeletion extends Received {
  event: 'delete';
  messageId: string;
}

export interface ReceivedReaction extends Received {
  event: 'reaction';
  messageId: string;
  /** Null takes it away. */
  emoji: string | null;
  /** Tells two reactions to one message apart. */
  reactionId: string;
}

/** How a message that we sent is doing. `messageId` is what `send` returned. */
export interface ReceivedStatus {
  event: 'status';
  messageId: string;
  state: 'delivered' | 'read' | 'failed';
  /** The service's own words, one plain line. */
  detail?: string;
}

export interface ReceivedTyping extends Received {
  event: 'typing';
}

/** The service gave a chat another id, for good. */
export interface ReceivedMove {
  event: 'move';
  fromChatId: string;
  toChatId: string;
}

export type ReceivedItem =
  | ReceivedMessage
  | ReceivedEdit
  | ReceivedDeletion
  | ReceivedReaction
  | ReceivedStatus
  | ReceivedTyping
  | ReceivedMove;

/** A button below a message: a link, or a text the client sends by pressing it. */
export interface MessageButton {
  text: string;
  url?: string;
  /** What to hand back with the text; rows of a list have one. */
  callbackData?: string;
}

/** What a manager or bot wrote in Kommo. A message may hold a file, a text and buttons at once. */
export interface OutgoingMessage {
  /** Ours, stable over repeats. */
  id: string;
  /** When it was written, in milliseconds. */
  atMs: number;
  text?: string;
  media?: OutgoingMedia & { kind: MediaKind };
  /** Rows of buttons. A list message comes as one row for each entry, after its header, body and footer as text. */
  buttons?: MessageButton[][];
  /** `messageId` of the quoted message, where we still know it. */
  replyTo?: string;
  /** The quoted message is one that a manager wrote. */
  isReplyToOurs?: boolean;
  /** Parts of one sending share it. */
  groupId?: string;
  /** Who wrote, for services that show it. */
  authorName?: string;
}

/** What became of one part. */
export type SendOutcome =
  | {
      state: 'sent';
      /** The service's id; the same form as in received items. */
      messageId: string;
      /** The chat's id at the service, where it differs from what was asked for. */
      chatId?: string;
      /** The service says itself that the client has it; otherwise a status event will. */
      isDelivered: boolean;
    }
  | {
      /** Final for this message; the next one may pass. */
      state: 'refused';
      reason: RefusalReason;
      /** The service's own words, one plain line without secrets. */
      detail?: string;
    }
  /** Asked, and not answered: it may have arrived. */
  | { state: 'unknown' };

/** Why a service refuses one message. Each has a text for the manager and one for the admin. */
export type RefusalReason =
  | 'blocked'
  | 'person_gone'
  | 'chat_unknown'
  | 'removed_from_chat'
  | 'too_large'
  | 'unsupported'
  | 'file_unavailable'
  | 'refused';
