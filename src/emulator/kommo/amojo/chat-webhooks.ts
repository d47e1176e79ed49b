import { randomUUID } from 'node:crypto';
import { hmacHex } from '../../engine/secrets.ts';
import type { Chat, ChatUser, Message } from '../chat-entities.ts';
import type { Account, Channel, Scope } from '../entities.ts';
import { callHook } from '../hooks/call-hook.ts';
import type { World } from '../world.ts';
import { findStaff, openChat } from './chats.ts';

/** How long Kommo waits for the chat service's backend. It sends a hook once. */
const TIMEOUT_MS = 5000;

/** What a person does in Kommo's chat window. */
export interface Outgoing {
  /** Kommo's id of the chat, or our id of it; absent, with `phone`, to begin a chat from Kommo. */
  conversation_id?: string;
  phone?: string;
  source_external_id?: string;
  text?: string;
  /** Replaces the whole `message.message`. */
  message?: Record<string, unknown>;
  kind?: 'message' | 'typing' | 'reaction';
  emoji?: string;
  /** Message to react to, by either id. */
  message_id?: string;
  /** Who acts; default: the account's first user. */
  user_id?: number;
  /** Sends this hook in an odd way: a final newline, numbers as strings, a wrong signature, twice. */
  oddity?: 'trailing newline' | 'numbers as strings' | 'bad signature' | 'duplicate';
}

/**
 * Sends a chat webhook to the channel's address, in the version chosen when the channel was connected.
 * https://www.amocrm.ru/developers/content/chats/chat-webhooks
 * @returns the status answered, 0 for none within 5 seconds
 * @throws TypeError if the act is impossible
 */
export async function sendChatWebhook(
  world: World,
  account: Account,
  channel: Channel,
  act: Outgoing,
): Promise<number> {
  const scope = world.state.scopes.find(
    (one) => one.channel_id === channel.id && one.account_amojo_id === account.amojo_id,
  );
  if (scope === undefined || !scope.is_connected) throw new TypeError('scope: not connected');
  if (channel.webhook_url === '') throw new TypeError('webhook_url: the channel has none');
  const user = world.user(account, act.user_id);
  const sender = findStaff(world, scope, user.amojo_id);
  if (sender === undefined) throw new TypeError('user_id: this user has no amojo id');
  const chat = chatOf(world, scope, act);
  const now = world.clock.now();
  const envelope = { account_id: scope.account_amojo_id, time: Math.floor(now / 1000) };
  if (act.kind === 'typing' || act.kind === 'reaction') {
    const body = { ...envelope, action: actionOf(chat, sender, act, now) };
    return post(world, channel, scope, body, act);
  }
  const message = addMessage(chat, sender, act, now);
  const body =
    scope.hook_api_version === 'v1'
      ? firstVersion(chat, message)
      : { ...envelope, message: messageOf(chat, sender, message) };
  return post(world, channel, scope, body, act);
}

/** The deprecated form: no envelope, our own ids only, one flat object. */
function firstVersion(chat: Chat, { msec_timestamp, message }: Message): object {
  return {
    receiver: chat.user.client_id,
    conversation_id: chat.conversation_id,
    msec_timestamp,
    ...{ type: 'text', text: '', media: '', thumbnail: '', file_name: '', file_size: 0 },
    ...message,
  };
}

async function post(
  world: World,
  channel: Channel,
  scope: Scope,
  body: object,
  { oddity }: Outgoing,
): Promise<number> {
  const asTexts = (_: string, value: unknown) => (typeof value === 'number' ? `${value}` : value);
  const json = JSON.stringify(body, oddity === 'numbers as strings' ? asTexts : undefined);
  const sent = oddity === 'trailing newline' ? `${json}\n` : json;
  // The signature is of the JSON alone: clients strip a final newline before hashing.
  const signature = hmacHex('sha1', channel.secret, json);
  const hook = {
    name: 'chat webhook',
    method: 'POST',
    url: channel.webhook_url.replaceAll(':scope_id', scope.scope_id),
    headers: {
      'content-type': 'application/json',
      'x-signature': oddity === 'bad signature' ? signature.replace(/^./, 'z') : signature,
    },
    body: sent,
    timeoutMs: TIMEOUT_MS,
    integration: world.integration(channel.client_id),
  } as const;
  const status = await callHook(world, hook);
  if (oddity === 'duplicate') await callHook(world, hook);
  return status;
}

function chatOf(world: World, scope: Scope, act: Outgoing): Chat {
  const chat = world.state.chats.find(
    (one) =>
      one.scope_id === scope.scope_id &&
      act.conversation_id !== undefined &&
      [one.id, one.conversation_id].includes(act.conversation_id),
  );
  if (chat !== undefined) return chat;
  if (act.phone === undefined) throw new TypeError('conversation_id: no such chat');
  const user: ChatUser = {
    id: randomUUID(),
    client_id: null,
    name: '',
    avatar: '',
    phone: act.phone,
    email: '',
  };
  const sourceExternalId = act.source_external_id ?? null;
  return openChat(world, scope, { conversationId: null, sourceExternalId, user });
}

function addMessage(chat: Chat, sender: ChatUser, act: Outgoing, now: number): Message {
  const message: Message = {
    id: randomUUID(),
    client_id: null,
    sender,
    receiver: chat.user,
    timestamp: Math.floor(now / 1000),
    msec_timestamp: now,
    arrived_at: now,
    author: 'user',
    message: { type: 'text', text: act.text ?? '', ...act.message },
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
  chat.messages.push(message);
  return message;
}

function messageOf(chat: Chat, sender: ChatUser, message: Message): object {
  const { id, phone, email, client_id } = chat.user;
  return {
    receiver: { id, phone, email, ...(client_id !== null && { client_id }) },
    sender: { id: sender.id, name: sender.name },
    conversation: conversationOf(chat),
    ...(chat.source_external_id !== null && { source: { external_id: chat.source_external_id } }),
    timestamp: message.timestamp,
    msec_timestamp: message.msec_timestamp,
    message: {
      id: message.id,
      media: '',
      thumbnail: '',
      file_name: '',
      file_size: 0,
      tag: '',
      ...message.message,
    },
  };
}

function conversationOf({ id, conversation_id }: Chat): object {
  return { id, ...(conversation_id !== null && { client_id: conversation_id }) };
}

function actionOf(chat: Chat, sender: ChatUser, act: Outgoing, now: number): object {
  const common = { user: { id: sender.id }, conversation: conversationOf(chat) };
  if (act.kind === 'typing') {
    return { typing: { ...common, expired_at: Math.floor(now / 1000) + 5 } };
  }
  const message = chat.messages.find(({ id, client_id }) =>
    [id, client_id].includes(act.message_id ?? ''),
  );
  if (message === undefined) throw new TypeError('message_id: no such message');
  return {
    reaction: {
      ...common,
      // The documentation's table has `message`, its example `msgid`: both are sent.
      msgid: message.id,
      message: { id: message.id, ...(message.client_id && { client_id: message.client_id }) },
      type: act.emoji === undefined ? 'unreact' : 'react',
      ...(act.emoji !== undefined && { emoji: act.emoji }),
    },
  };
}
