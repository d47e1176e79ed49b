import type { Chat, ChatUser, Message } from '../chat-entities.ts';
import type { Account, Channel, Scope } from '../entities.ts';
import type { StoredFile } from '../file-store.ts';
import { openLeadOf } from '../open-lead.ts';
import type { World } from '../world.ts';
import { contactOf } from './cards.ts';
import { addMessage, openChat, quoteOf } from './chats.ts';
import { actionHook, messageHook } from './hook-bodies.ts';
import { findStaff } from './people.ts';
import { checkFault, type HookFault, sendHook } from './send-hook.ts';
import { type FileInput, fileMessage, storeFile } from './sent-files.ts';
import { filled, type TemplateInput } from './sent-template.ts';

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

const KNOWN = new Set([
  ...['kind', 'conversation_id', 'phone', 'name', 'source_external_id', 'as', 'user_id', 'text'],
  ...['file', 'files', 'reply_to', 'message_id', 'emoji', 'buttons', 'list_message', 'template'],
  ...['message', 'oddity', 'delay_ms'],
]);
const KINDS = ['message', 'typing', 'reaction', 'unreact', 'read'];

/**
 * Lets a person, or the bot, act in a chat, and sends what Kommo sends then to the channel's address.
 *
 * @throws TypeError if the act is impossible
 */
export async function act(
  world: World,
  account: Account,
  channel: Channel,
  what: Outgoing,
): Promise<ActResult> {
  check(what);
  const scope = world.state.scopes.find(
    (one) => one.channel_id === channel.id && one.account_amojo_id === account.amojo_id,
  );
  if (scope === undefined || !scope.is_connected) throw new TypeError('scope: not connected');
  if (channel.webhook_url === '') throw new TypeError('webhook_url: the channel has none');
  const actor = actorOf(world, account, channel, scope, what);
  const chat = chatOf(world, account, scope, what);
  const place = { world, channel, scope };
  switch (what.kind) {
    case 'read':
      chat.unread = 0;
      world.chatChanges.tell({ kind: 'chat', chat });
      return { status: null, message_id: null, chat_id: chat.id };
    case 'typing': {
      const sent = await sendHook(place, actionHook(place, chat, typing(world, chat, actor)), what);
      return { status: sent.status, message_id: null, chat_id: chat.id };
    }
    case 'reaction':
    case 'unreact': {
      const [message, reaction] = reactionOf(world, chat, actor, what);
      const sent = await sendHook(place, actionHook(place, chat, { reaction }), what);
      return { status: sent.status, message_id: message.id, chat_id: chat.id };
    }
    default:
      return await write(place, chat, actor, what);
  }
}

function check(what: Outgoing): void {
  for (const name of Object.keys(what)) {
    if (!KNOWN.has(name)) throw new TypeError(`${name}: no such property`);
  }
  if (what.kind !== undefined && !KINDS.includes(what.kind)) {
    throw new TypeError(`kind: one of ${KINDS.join(', ')} is expected`);
  }
  checkFault(what);
}

interface Actor {
  person: ChatUser;
  author: Message['author'];
}

function actorOf(
  world: World,
  account: Account,
  channel: Channel,
  scope: Scope,
  what: Outgoing,
): Actor {
  const id = what.as === 'bot' ? channel.bot.id : world.user(account, what.user_id).amojo_id;
  const actor = findStaff(world, scope, id);
  if (actor === undefined) throw new TypeError('user_id: this user has no amojo id');
  return actor;
}

/** The chat that is meant; with a phone number, the contact's chat of that source, which may have to begin. */
function chatOf(world: World, account: Account, scope: Scope, what: Outgoing): Chat {
  const { conversation_id: id, phone } = what;
  if (id !== undefined) {
    const byId = world.chats.chat(id);
    const chat = byId?.scope_id === scope.scope_id ? byId : undefined;
    const found = chat ?? world.chats.chatOfConversation(scope.scope_id, id);
    if (found !== undefined) return found;
  }
  if (phone === undefined) throw new TypeError('conversation_id: no such chat');
  const source = what.source_external_id ?? null;
  const former = world.chats.chatOfPhone(scope.scope_id, source, phone);
  if (former !== undefined) return former;
  const contact = world.chats.contactOfAddress(account.id, phone, '');
  const user: ChatUser = {
    id: crypto.randomUUID(),
    client_id: null,
    name: what.name ?? contact?.name ?? '',
    ...{ avatar: '', phone, email: '' },
  };
  const chat = openChat(world, scope, { conversationId: null, sourceExternalId: source, user });
  // A person writes first from a card, so the chat has one.
  chat.is_linked = true;
  const { id: contactId } = contactOf(world, account, chat);
  chat.lead_id = openLeadOf(world.state, account.id, contactId)?.id ?? null;
  return chat;
}

function typing(world: World, chat: Chat, { person }: Actor): object {
  const expiredAt = world.clock.seconds() + 5;
  return { typing: { user: { id: person.id }, ...conversation(chat), expired_at: expiredAt } };
}

function conversation({ id, conversation_id: ours }: Chat): object {
  return { conversation: { id, ...(ours !== null && { client_id: ours }) } };
}

function messageOf(world: World, chat: Chat, id: string | undefined, name: string): Message {
  const place =
    id === undefined
      ? undefined
      : (world.chats.message(chat.scope_id, id) ?? world.chats.messageByOurId(chat.scope_id, id));
  if (place?.chat !== chat) throw new TypeError(`${name}: no such message in this chat`);
  return place.message;
}

function reactionOf(
  world: World,
  chat: Chat,
  { person }: Actor,
  { message_id: id, emoji, kind }: Outgoing,
): [Message, object] {
  const message = messageOf(world, chat, id, 'message_id');
  const isRemoval = kind === 'unreact' || emoji === undefined;
  const others = message.reactions.filter(({ user_id }) => user_id !== person.id);
  message.reactions = isRemoval ? others : [...others, { user_id: person.id, emoji }];
  world.chatChanges.tell({ kind: 'reaction', chat, message });
  const name = ({ id: own, client_id: ours }: ChatUser) => ({
    ...{ id: own, ...(ours !== null && { client_id: ours }) },
  });
  const { client_id: ours, timestamp, msec_timestamp } = message;
  // A message of the client goes to whoever has the chat; the emulator names the channel's own side.
  const receiver = message.receiver ?? person;
  const reaction = {
    // The documentation's table has `message`, its example `msgid`: both are sent.
    msgid: message.id,
    message: {
      id: message.id,
      ...(ours !== null && { client_id: ours }),
      ...{ receiver: name(receiver), sender: name(message.sender), timestamp, msec_timestamp },
    },
    user: { id: person.id },
    ...conversation(chat),
    type: isRemoval ? 'unreact' : 'react',
    ...(!isRemoval && { emoji }),
  };
  return [message, reaction];
}

/** Writes a message, or one for each file, and sends them all at once. */
async function write(
  place: { world: World; channel: Channel; scope: Scope },
  chat: Chat,
  actor: Actor,
  what: Outgoing,
): Promise<ActResult> {
  const { world, scope } = place;
  const files = [...(what.file === undefined ? [] : [what.file]), ...(what.files ?? [])];
  const stored = files.map((file) => storeFile(world, file));
  const quoted =
    what.reply_to === undefined ? null : messageOf(world, chat, what.reply_to, 'reply_to');
  const template = what.template && filled(world, scope, what.template);
  const group = stored.length > 1 ? { media_group_id: crypto.randomUUID() } : {};
  const markup = markupOf(what) ?? template?.markup;
  const parts = stored.length === 0 ? [undefined] : stored;
  const sent = parts.map(async (file, index) => {
    const isFirst = index === 0;
    const message = newMessage(world, chat, actor, {
      ...{ type: 'text', text: isFirst ? (what.text ?? template?.text ?? '') : '' },
      ...(file !== undefined && fileMessage(scope, world, file, files[index])),
      ...group,
      ...(isFirst && markup !== undefined && { markup }),
      ...(isFirst && template !== undefined && { template: template.template }),
      ...what.message,
    });
    if (quoted !== null && isFirst) message.reply_to = quoteOf(quoted, null);
    if (file !== undefined) message.media = mediaOf(world, file);
    addMessage(world, chat, message);
    const result = await sendHook(place, messageHook(place, chat, message), what, (status, ms) => {
      message.hook = { status, ms };
      world.chatChanges.tell({ kind: 'hook', chat, message });
    });
    return { id: message.id, status: result.status };
  });
  const results = await Promise.all(sent);
  const [first] = results;
  const statuses = results.map(({ status }) => status);
  return {
    status: statuses.find((status) => status !== 200) ?? first?.status ?? null,
    message_id: first?.id ?? null,
    chat_id: chat.id,
    ...(results.length > 1 && { statuses, message_ids: results.map(({ id }) => id) }),
  };
}

function newMessage(
  world: World,
  chat: Chat,
  { person, author }: Actor,
  message: Record<string, unknown>,
): Message {
  const now = world.clock.now();
  return {
    id: crypto.randomUUID(),
    client_id: null,
    author,
    origin: 'kommo',
    sender: person,
    receiver: chat.user,
    timestamp: Math.floor(now / 1000),
    msec_timestamp: now,
    arrived_at: now,
    message,
    is_edited: false,
    reply_to: null,
    forwards: null,
    delivery: null,
    media: null,
    hook: null,
    reactions: [],
    is_silent: false,
    source_external_id: chat.source_external_id,
  };
}

function mediaOf(world: World, file: StoredFile): Message['media'] {
  const { content_type, size, sha256, id } = file;
  return {
    ...{ state: 'fetched', reason: null, status: 200, content_type, size, sha256 },
    ...{ at: world.clock.now(), path: `/__emulator/files/${id}` },
  };
}

function markupOf({ buttons, list_message: list }: Outgoing): object | undefined {
  if (list !== undefined) return { list_message: list };
  if (buttons === undefined) return undefined;
  const rows = buttons.map((row) =>
    row.map((button) => (typeof button === 'string' ? { text: button } : button)),
  );
  return { mode: 'inline', buttons: rows };
}
