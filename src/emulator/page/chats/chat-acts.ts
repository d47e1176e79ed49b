import { act } from '../../kommo/amojo/acts.ts';
import type { ActResult, Outgoing } from '../../kommo/amojo/outgoing.ts';
import type { Chat } from '../../kommo/chat-entities.ts';
import type { Account, Channel } from '../../kommo/entities.ts';
import type { Exchange } from '../../kommo/exchange.ts';
import type { Session } from '../../kommo/session.ts';
import type { World } from '../../kommo/world.ts';
import { chatsOf } from './inbox-view.ts';

type Json = Record<string, unknown>;

/**
 * Sends what stands in the reply box: `{ chat, sender, text, files, quote, template, buttons, list }`, or the first
 * message to a number, `{ phone, channel, source, sender, text }`.
 * @returns what the backend answered to each hook, and the chat
 */
export async function sendMessage(exchange: Exchange, session: Session): Promise<object> {
  const body = exchange.fields();
  const { files, quote, template, buttons, list } = body;
  const result = await run(exchange, session, body, {
    ...(typeof body.text === 'string' && template === undefined && { text: body.text }),
    files: array(files).map((id) => ({ id: String(id) })),
    ...(typeof quote === 'string' && { reply_to: quote }),
    ...(template !== undefined && { template: { id: Number(template) } }),
    ...(array(buttons).length > 0 && { buttons: array(buttons).map(row) }),
    ...(isObject(list) && { list_message: withCallbacks(list) }),
  });
  return { statuses: result.statuses ?? [result.status], chat: result.chat_id };
}

/** Each button in a row of its own. */
function row(button: unknown): { text: string; url?: string }[] {
  const { text, url } = isObject(button) ? button : {};
  return [{ text: String(text ?? ''), ...(typeof url === 'string' && { url }) }];
}

/** Gives each row of a list the id that the client's choice carries back. */
function withCallbacks(list: Json): Json {
  const sections = array(list.sections).filter(isObject);
  return {
    ...list,
    sections: sections.map((section, at) => ({
      ...section,
      rows: array(section.rows)
        .filter(isObject)
        .map((one, index) => ({ callback_data: `row_${at + 1}_${index + 1}`, ...one })),
    })),
  };
}

export async function tellTyping(exchange: Exchange, session: Session): Promise<object> {
  return await run(exchange, session, exchange.fields(), { kind: 'typing' });
}

/** Reacts with an emoji, or takes the reaction back: `{ chat, sender, message, emoji }`. */
export async function react(exchange: Exchange, session: Session): Promise<object> {
  const body = exchange.fields();
  const { message, emoji } = body;
  return await run(exchange, session, body, {
    kind: typeof emoji === 'string' ? 'reaction' : 'unreact',
    message_id: String(message),
    ...(typeof emoji === 'string' && { emoji }),
  });
}

/** A person has the chat before them. Kommo tells the integration nothing of it. */
export function markRead(exchange: Exchange, { account }: Session): object {
  const { world } = exchange;
  const chat = chatOf(world, account, exchange.fields().chat);
  chat.unread = 0;
  world.chatChanges.tell({ kind: 'chat', chat });
  return {};
}

async function run(
  { world }: Exchange,
  { account }: Session,
  body: Json,
  what: Outgoing,
): Promise<ActResult> {
  const { where, channel } = placeOf(world, account, body);
  return await act(world, account, channel, { ...where, ...senderOf(body), ...what });
}

function senderOf({ sender }: Json): Outgoing {
  return sender === 'bot' ? { as: 'bot' } : { user_id: Number(sender) };
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
): { where: Outgoing; channel: Channel } {
  const { phone, source } = body;
  const chat = body.chat === undefined ? undefined : chatOf(world, account, body.chat);
  const scope = world.state.scopes.find(({ scope_id: id }) => id === chat?.scope_id);
  const channel = world.channel(scope?.channel_id ?? String(body.channel));
  if (channel === undefined) throw new TypeError('There is no such channel.');
  if (chat !== undefined) return { where: { conversation_id: chat.id }, channel };
  return { where: { phone: String(phone), source_external_id: String(source) }, channel };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
