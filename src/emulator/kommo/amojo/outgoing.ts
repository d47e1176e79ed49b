import type { ChatUser, Message } from '../chat-entities.ts';
import { checkFault, type HookFault } from './send-hook.ts';
import type { FileInput } from './sent-files.ts';
import type { TemplateInput } from './sent-template.ts';

/** What a person or the bot does in Kommo's chat window. */
export interface Outgoing extends HookFault {
  /** Default `message`. `read` sends no hook: somebody looked at the chat. */
  kind?: 'message' | 'typing' | 'reaction' | 'unreact' | 'read';
  /** Kommo's id of the chat, or our id of it; absent, with `phone`, to write first from a contact's card. */
  conversation_id?: string;
  phone?: string;
  /** Name of a contact that is not known yet; for writing first. */
  name?: string;
  source_external_id?: string;
  /** Default `user`. */
  as?: 'user' | 'bot';
  /** Which user acts; default: the account's first. */
  user_id?: number;
  text?: string;
  /** Several become one hook each, sent at once, with one `media_group_id`; the text goes with the first. */
  file?: FileInput;
  files?: FileInput[];
  /** Message to quote or to react to, by either id. */
  reply_to?: string;
  message_id?: string;
  emoji?: string;
  /** Rows of buttons below the text: a text, or `{text, url}`. */
  buttons?: (string | { text: string; url?: string })[][];
  /** A WhatsApp list message, as in `markup.list_message`. */
  list_message?: Record<string, unknown>;
  template?: TemplateInput;
  /** Fields that replace those of `message.message`. */
  message?: Record<string, unknown>;
}

export interface ActResult {
  /** Answered by the channel's backend, 0 for nothing within 5 s; null if no hook was sent, or not yet. */
  status: number | null;
  message_id: string | null;
  chat_id: string;
  /** Of every part, if there were several files; `status` is then the worst. */
  statuses?: (number | null)[];
  message_ids?: string[];
}

/** Who acts. */
export interface Actor {
  person: ChatUser;
  author: Message['author'];
}

const KNOWN = new Set([
  ...['kind', 'conversation_id', 'phone', 'name', 'source_external_id', 'as', 'user_id', 'text'],
  ...['file', 'files', 'reply_to', 'message_id', 'emoji', 'buttons', 'list_message', 'template'],
  ...['message', 'oddity', 'delay_ms'],
]);
const KINDS = ['message', 'typing', 'reaction', 'unreact', 'read'];

/** @throws TypeError naming what is wrong */
export function checkOutgoing(what: Outgoing): void {
  for (const name of Object.keys(what)) {
    if (!KNOWN.has(name)) throw new TypeError(`${name}: no such property`);
  }
  if (what.kind !== undefined && !KINDS.includes(what.kind)) {
    throw new TypeError(`kind: one of ${KINDS.join(', ')} is expected`);
  }
  checkFault(what);
}
