import type { Handler, Route } from '../../kommo/exchange.ts';
import {
  editMessage,
  reactTo,
  revokeMessage,
  seeMessages,
  showOwnPresence,
} from '../whatsapp/messages.ts';
import { lineOf } from '../whatsapp/people.ts';
import type { Chat, Fields, Message, Presence } from '../whatsapp/state.ts';
import { type Call, sessionCall, textOf } from './call.ts';
import { crash, fail, RequestError, ServerError } from './errors.ts';
import { chatJid, parseId } from './ids.ts';
import { idOf, messagePayload } from './payloads.ts';
import { tellingOf } from './send-routes.ts';
import { sentAnswer } from './sent-answer.ts';
import { wahaState } from './state.ts';
import { type ChatPlace, targetChat } from './target.ts';

const PRESENCES: Record<string, Presence> = {
  typing: 'composing',
  recording: 'recording',
  paused: 'paused',
  online: 'available',
  offline: 'unavailable',
};

type At = (method: Route['method'], path: string, handler: Handler) => Route;

/** Chats and what is in them. @see https://waha.devlike.pro/docs/how-to/chats/ */
export function chatRoutes(at: At): Route[] {
  const message = '/api/:session/chats/:chat/messages/:message';
  return [
    at('PUT', '/api/reaction', sessionCall(react)),
    at('GET', '/api/:session/chats', sessionCall(listChats)),
    at('GET', '/api/:session/chats/:chat/messages', sessionCall(listMessages)),
    at('POST', '/api/:session/chats/:chat/messages/read', sessionCall(readMessages)),
    at('GET', message, sessionCall(showMessage)),
    at('PUT', message, sessionCall(edit)),
    at('DELETE', message, sessionCall(remove)),
    at('POST', '/api/:session/presence', sessionCall(setPresence)),
    at('POST', '/api/:session/presence/:chat/subscribe', sessionCall(subscribe)),
  ];
}

/** The message an id means in this chat. WEBJS knows whole ids only. @throws ServerError */
function messageNamed(call: Call, { chat }: ChatPlace, name: string): Message {
  const { id, fromMe } = parseId(name);
  const isWhole = fromMe !== undefined;
  const found = chat.messages.find((message) => message.id === id);
  const isSame = !isWhole || fromMe === (found?.source !== 'client');
  const { engine } = wahaState(call.world).settings;
  if (found === undefined || !isSame || (!isWhole && engine === 'WEBJS')) {
    throw new ServerError('Message not found');
  }
  return found;
}

/** The message names its chat. */
function react(call: Call): void {
  const { exchange, world, session, number, fields } = call;
  const messageId = textOf(fields, 'messageId');
  const emoji = textOf(fields, 'reaction');
  const { chat } = parseId(messageId);
  if (chat === undefined) throw new RequestError('messageId must be a message id with its chat');
  const place = targetChat(call, chat);
  const message = messageNamed(call, place, messageId);
  reactTo(world, place, message, { by: number, emoji, via: `waha/${session.name}` });
  exchange.sendJson(200, sentAnswer(tellingOf(call, place), message));
}

function namedPlace(call: Call): ChatPlace & { message: Message } {
  const place = targetChat(call, call.exchange.param('chat'));
  return { ...place, message: messageNamed(call, place, call.exchange.param('message')) };
}

/** Text or caption of an own message. */
function edit(call: Call): void {
  const { exchange, world, session, fields } = call;
  const text = textOf(fields, 'text');
  const place = namedPlace(call);
  if (place.message.source === 'client' || place.message.revoked_at !== null) {
    throw new ServerError('Message can not be edited');
  }
  editMessage(world, place, place.message, text, `waha/${session.name}`);
  exchange.sendJson(200, sentAnswer(tellingOf(call, place), place.message));
}

/** For everybody; the other side's messages cannot be taken back. */
function remove(call: Call): void {
  const { exchange, world, session } = call;
  const place = namedPlace(call);
  if (place.message.source === 'client') throw new ServerError('Message can not be deleted');
  revokeMessage(world, place, place.message, `waha/${session.name}`);
  exchange.send(200);
}

/** Newest first. */
function listMessages(call: Call): void {
  const { exchange } = call;
  const place = targetChat(call, exchange.param('chat'));
  const limit = Number(exchange.query('limit') ?? 10);
  const offset = Number(exchange.query('offset') ?? 0);
  const found = place.chat.messages.filter((message) => passes(exchange.url.searchParams, message));
  const shown = found.reverse().slice(offset, offset + limit);
  exchange.sendJson(
    200,
    shown.map((message) => shownMessage(call, place, message)),
  );
}

function passes(query: URLSearchParams, message: Message): boolean {
  const seconds = Math.floor(message.at / 1000);
  const least = query.get('filter.timestamp.gte');
  const most = query.get('filter.timestamp.lte');
  const fromMe = query.get('filter.fromMe');
  return (
    (least === null || seconds >= Number(least)) &&
    (most === null || seconds <= Number(most)) &&
    (fromMe === null || (message.source !== 'client') === (fromMe === 'true'))
  );
}

/** `source` is told in events only. */
function shownMessage(call: Call, place: ChatPlace, message: Message): Fields {
  const withMedia = call.exchange.query('downloadMedia') !== 'false';
  const { source: _, ...payload } = messagePayload(tellingOf(call, place), message, withMedia);
  return payload;
}

function showMessage(call: Call): void {
  const { exchange, world } = call;
  if (exchange.param('chat') === 'all') {
    if (wahaState(world).settings.engine === 'WEBJS') return void crash(exchange, 'Chat not found');
    const { id } = parseId(exchange.param('message'));
    const line = lineOf(world, call.number);
    const chat = Object.values(line.chats).find((one) =>
      one.messages.some((message) => message.id === id),
    );
    const message = chat?.messages.find((one) => one.id === id);
    if (chat === undefined || message === undefined)
      return void fail(exchange, 404, 'Message not found');
    return void exchange.sendJson(200, shownMessage(call, { line, chat }, message));
  }
  const place = targetChat(call, exchange.param('chat'));
  const { id } = parseId(exchange.param('message'));
  const message = place.chat.messages.find((one) => one.id === id);
  if (message === undefined) return void fail(exchange, 404, 'Message not found');
  exchange.sendJson(200, shownMessage(call, place, message));
}

function readMessages(call: Call): void {
  const place = targetChat(call, call.exchange.param('chat'));
  const unseen = place.chat.messages.filter(
    ({ source, is_seen }) => source === 'client' && !is_seen,
  );
  seeMessages(call.world, place.chat);
  const telling = tellingOf(call, place);
  call.exchange.sendJson(201, { ids: unseen.map((message) => idOf(telling, message)) });
}

function listChats(call: Call): void {
  const { exchange, world, number } = call;
  const chats = Object.values(lineOf(world, number).chats);
  exchange.sendJson(
    200,
    chats.map((chat: Chat) => ({ id: chatJid(world, chat, 'phone'), name: chat.name })),
  );
}

/** Without a chat it is the presence of the whole account, which nobody here looks at. */
function setPresence(call: Call): void {
  const { exchange, world, fields } = call;
  const presence = PRESENCES[textOf(fields, 'presence')];
  if (presence === undefined) throw new RequestError('presence must be one of the known presences');
  if (typeof fields.chatId === 'string') {
    showOwnPresence(world, targetChat(call, fields.chatId).chat, presence);
  }
  exchange.sendJson(201, {});
}

function subscribe(call: Call): void {
  const { chat } = targetChat(call, call.exchange.param('chat'));
  call.session.subscribed = [...new Set([...(call.session.subscribed ?? []), chat.id])];
  call.exchange.send(201);
}
