/** What the Chats page is told, as JSON. The server builds it from the state, the page's scripts only draw it. */

/** A chat in the list. Times are milliseconds. */
export interface ChatRow {
  id: string;
  name: string;
  /** The client's picture, if Kommo has one. */
  avatar: string | null;
  /** Name of its source, or of its channel where no source is known. */
  source: string;
  unread: number;
  last: { text: string; at: number; isOurs: boolean; isFailed: boolean } | null;
  lead: LeadRow | null;
}

export interface LeadRow {
  id: number;
  name: string;
  pipeline: string;
  status: string;
  color: string;
  /** Stands among the incoming leads: nobody has accepted it yet. */
  isIncoming: boolean;
}

/** Everything beside the messages: the list, and what can be chosen from. */
export interface Inbox {
  chats: ChatRow[];
  sources: { id: string; channel: string; name: string }[];
  templates: TemplateRow[];
  /** The channel is connected, so that something can be sent. */
  isConnected: boolean;
}

export interface TemplateRow {
  id: number;
  name: string;
  content: string;
  buttons: Button[];
}

export interface Button {
  text: string;
  url?: string;
}

export type Side = 'client' | 'ours';

/** `device`: staff who wrote in the service itself; Kommo knows nobody of them, so the bot stands for them. */
export type AuthorKind = 'client' | 'user' | 'bot' | 'device';

/** A file as the emulated Kommo holds it; `address` only if it does: the largest are not kept. */
export interface FileView {
  address: string | null;
  name: string;
  size: number;
  state: 'ready' | 'pending' | 'broken';
  /** Why it is broken. */
  reason: string;
}

export interface Delivery {
  status: 'sent' | 'delivered' | 'read' | 'failed';
  code: number | null;
  /** What the code means. */
  meaning: string;
  /** The text the integration gave. */
  error: string;
}

export interface ListMessage {
  header: string;
  body: string;
  footer: string;
  button: string;
  sections: { title: string; rows: { title: string; description: string }[] }[];
}

export interface MessageView {
  id: string;
  side: Side;
  author: { name: string; kind: AuthorKind };
  at: number;
  kind: string;
  text: string;
  file: FileView | null;
  location: { lat: number; lon: number } | null;
  contact: { name: string; phone: string } | null;
  buttons: Button[][];
  list: ListMessage | null;
  template: string | null;
  /** `id` is null where the quoted message is not in this chat. */
  quote: { id: string | null; author: string; text: string } | null;
  reactions: { emoji: string; by: string; isOwn: boolean }[];
  /** Null for the client's messages. */
  delivery: Delivery | null;
  /** The backend did not take the message: what it answered, 0 for nothing. Null if it did. */
  refusal: number | null;
  isEdited: boolean;
  isSilent: boolean;
}

export interface ContactView {
  name: string;
  avatar: string | null;
  phone: string;
  email: string;
}

/** The chosen chat: its newest messages, oldest first, and its card. */
export interface Feed {
  id: string;
  name: string;
  source: string;
  messages: MessageView[];
  /** Messages before these. */
  earlier: number;
  lead: LeadRow | null;
  contact: ContactView;
  /** When the client's typing ends; null if they do not type. */
  typingUntil: number | null;
}

/** What the document carries for its scripts. */
export interface ChatsBoot {
  account: { name: string; subdomain: string };
  user: { id: number; name: string };
  senders: { id: string; name: string }[];
  /** Chosen by the address. */
  chat: string | null;
  maxFileBytes: number;
}
