import { type Outgoing, sendChatWebhook } from '../../kommo/amojo/chat-webhooks.ts';
import type { Chat } from '../../kommo/chat-entities.ts';
import type { Account, Channel } from '../../kommo/entities.ts';
import type { Exchange } from '../../kommo/exchange.ts';
import type { Session } from '../../kommo/session.ts';
import type { World } from '../../kommo/world.ts';
import { chatsOf } from './inbox-view.ts';

type Json = Record<string, unknown>;

/** Sends what stands in the reply box. @returns what the backend answered, and the chat */
export async function sendMessage(exchange: Exchange, { account }: Session): Promise<object> {
  const { world } = exchange;
  const body = exchange.fields();
  const place = placeOf(world, account, body);
  const statuses: number[] = [];
  const act: Outgoing = {
    ...place.act,
    ...senderOf(body),
    text: String(body.text ?? ''),
    message: messageOf(body),
  };
  statuses.push(await sendChatWebhook(world, account, place.channel, act));
  return { statuses, chat: String(body.chat) };
}

function messageOf(body: Json): Json {
  const { buttons, list } = body;
  if (Array.isArray(buttons) && buttons.length > 0) {
    return { markup: { mode: 'inline', buttons: buttons.map((button) => [button]) } };
  }
  if (list !== undefined) return { markup: { list_message: list } };
  return {};
}

export async function tellTyping(exchange: Exchange, { account }: Session): Promise<object> {
  const body = exchange.fields();
  const { act, channel } = placeOf(exchange.world, account, body);
  const status = await sendChatWebhook(exchange.world, account, channel, {
    ...act,
    ...senderOf(body),
    kind: 'typing',
  });
  return { status };
}

export async function react(exchange: Exchange, { account }: Session): Promise<object> {
  const body = exchange.fields();
  const { act, channel } = placeOf(exchange.world, account, body);
  const status = await sendChatWebhook(exchange.world, account, channel, {
    ...act,
    ...senderOf(body),
    kind: 'reaction',
    message_id: String(body.message),
    ...(typeof body.emoji === 'string' && { emoji: body.emoji }),
  });
  return { status };
}

/** A person has the chat before them. Kommo tells the integration nothing of it. */
export function markRead(exchange: Exchange, { account }: Session): object {
  chatOf(exchange.world, account, exchange.fields().chat).unread = 0;
  return {};
}

export function keepFile(): object {
  throw new TypeError('not yet');
}

function senderOf({ sender }: Json): Partial<Outgoing> {
  return { user_id: Number(sender) };
}

function chatOf(world: World, account: Account, id: unknown): Chat {
  const chat = chatsOf(world, account).find((one) => one.id === id);
  if (chat === undefined) throw new TypeError('There is no such chat.');
  return chat;
}

/** The channel an act goes to, and how the act names its chat. */
function placeOf(
  world: World,
  account: Account,
  body: Json,
): { act: Partial<Outgoing>; channel: Channel } {
  const { phone, source } = body;
  const chat = body.chat === undefined ? undefined : chatOf(world, account, body.chat);
  const scope = world.state.scopes.find(({ scope_id: id }) => id === chat?.scope_id);
  const channel = world.channel(scope?.channel_id ?? String(body.channel));
  if (channel === undefined) throw new TypeError('There is no such channel.');
  if (chat !== undefined) return { act: { conversation_id: chat.id }, channel };
  return { act: { phone: String(phone), source_external_id: String(source) }, channel };
}
