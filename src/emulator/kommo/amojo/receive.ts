import { randomUUID } from 'node:crypto';
import type { Chat, Message, Quote } from '../chat-entities.ts';
import type { Scope } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { amojoProblem } from '../problems.ts';
import type { World } from '../world.ts';
import { openCard } from './cards.ts';
import {
  addMessage,
  bindChat,
  fetchAvatar,
  fetchFile,
  findChat,
  openChat,
  quoteOf,
} from './chats.ts';
import { editMessage } from './edit.ts';
import { refuse, type ScopeGate } from './gate.ts';
import { checkNewMessage, isObject, isText, type Strictness, strictness } from './message-rules.ts';
import { type Acquaintance, greet, meet, type PersonInput } from './people.ts';
import { sendIds } from './send-ids.ts';

type Json = Record<string, unknown>;

/** A message of a client, or of staff on another device; or an edit of one. */
export function receive(exchange: Exchange, gate: ScopeGate) {
  const { event_type: type, payload } = gate.body;
  if (!isObject(payload)) return refuse(exchange, 'payload: an object is expected');
  if (type === 'new_message') return newMessage(exchange, gate.scope, payload);
  if (type === 'edit_message') return editMessage(exchange, gate.scope, payload);
  refuse(exchange, 'event_type: new_message or edit_message is expected');
}

function newMessage(exchange: Exchange, scope: Scope, payload: Json) {
  const { world } = exchange;
  const how = strictness(world);
  const faults = checkNewMessage(payload, how);
  if (faults.length > 0) return refuse(exchange, ...faults);
  const repeated = world.chats.messageByOurId(scope.scope_id, String(payload.msgid));
  if (repeated !== undefined) return answerRepeat(exchange, repeated.chat, repeated.message);
  const people = meetBoth(world, scope, payload, how);
  if (typeof people === 'string') return refuse(exchange, people);
  const known = findChat(world, scope, {
    conversationId: payload.conversation_id,
    refId: payload.conversation_ref_id,
  });
  if (known === undefined && !isText(payload.conversation_id)) {
    return refuse(exchange, 'conversation_ref_id: no such chat');
  }
  const quote = findQuote(world, scope, payload.reply_to, known, how);
  if (typeof quote === 'string') return refuse(exchange, quote);
  const message = accept(world, scope, { payload, people, known, quote });
  sendIds(exchange, 'new_message', message.chat, message.message);
}

/** A repeat has no effect whatever it is answered. */
function answerRepeat(exchange: Exchange, chat: Chat, message: Message) {
  const { world } = exchange;
  const finding = { scope_id: chat.scope_id, message_id: message.id, what: 'a known msgid again' };
  world.judge.note('repeated_msgids', finding);
  const how = world.switch('repeatedMsgid');
  if (how === '200 same ids') return sendIds(exchange, 'new_message', chat, message);
  amojoProblem(exchange, Number(how), 'MESSAGE_ALREADY_EXISTS', 'msgid: the message is known');
}

interface People {
  sender: Acquaintance;
  receiver: Acquaintance | undefined;
}

function meetBoth(
  world: World,
  scope: Scope,
  payload: Json,
  { isStrict }: Strictness,
): People | string {
  const sender = meet(world, scope, payload.sender as PersonInput);
  if (typeof sender === 'string') return `sender: ${sender}`;
  if (isStrict && !sender.isReferred && !isText(sender.input.name)) {
    return 'sender.name: a text is expected';
  }
  if (payload.receiver === undefined) {
    if (isStrict && sender.author !== 'client') return 'receiver: needed for an outgoing message';
    return { sender, receiver: undefined };
  }
  const receiver = meet(world, scope, payload.receiver as PersonInput);
  if (typeof receiver === 'string') return `receiver: ${receiver}`;
  const isNew = receiver.person.name === '' && !receiver.isReferred;
  if (isStrict && isNew && !isText(receiver.input.name)) {
    return 'receiver.name: a text is expected';
  }
  return { sender, receiver };
}

/** @returns undefined without a quote, a text if it may not be */
function findQuote(
  world: World,
  scope: Scope,
  reply: unknown,
  chat: Chat | undefined,
  { isStrict }: Strictness,
): Quote | string | null {
  const given = isObject(reply) ? reply.message : undefined;
  if (!isObject(reply) || !isObject(given)) return null;
  const { id, msgid } = given;
  if (!isText(id) && !isText(msgid)) return describedQuote(given, reply);
  const found =
    (isText(id) ? world.chats.message(scope.scope_id, id) : undefined) ??
    (isText(msgid) ? world.chats.messageByOurId(scope.scope_id, msgid) : undefined);
  if (found !== undefined && found.chat === chat) return quoteOf(found.message, reply);
  if (isStrict) return 'reply_to.message: no such message in this chat';
  return describedQuote(given, reply);
}

function describedQuote(given: Json, reply: Json): Quote {
  const sender = isObject(given.sender) ? given.sender : {};
  return {
    id: null,
    msgid: isText(given.msgid) ? given.msgid : null,
    type: isText(given.type) ? given.type : 'text',
    text: isText(given.text) ? given.text : '',
    sender: {
      id: isText(sender.ref_id) ? sender.ref_id : null,
      client_id: isText(sender.id) ? sender.id : null,
      name: isText(sender.name) ? sender.name : '',
    },
    timestamp: Number(given.timestamp ?? 0),
    msec_timestamp: Number(given.msec_timestamp ?? 0),
    given: reply,
  };
}

/** Everything is right: writes it down. */
function accept(
  world: World,
  scope: Scope,
  given: {
    payload: Json;
    people: People;
    known: Chat | undefined;
    quote: Quote | null;
  },
): { chat: Chat; message: Message } {
  const { payload, people, quote } = given;
  const { sender, receiver } = people;
  const client = sender.author === 'client' ? sender : (receiver ?? sender);
  const formerAvatar = client.person.avatar;
  for (const one of [sender, receiver]) if (one !== undefined) greet(world, scope, one);
  const source = isObject(payload.source) ? String(payload.source.external_id) : null;
  const chat =
    given.known ??
    openChat(world, scope, {
      conversationId: String(payload.conversation_id),
      sourceExternalId: source,
      user: client.person,
    });
  bindChat(world, chat, payload.conversation_id);
  // A chat keeps its first source.
  chat.source_external_id ??= source;
  const message: Message = {
    id: randomUUID(),
    client_id: String(payload.msgid),
    author: sender.author,
    origin: 'channel',
    sender: sender.person,
    receiver: receiver?.person ?? null,
    timestamp: Number(payload.timestamp),
    msec_timestamp: Number(payload.msec_timestamp),
    arrived_at: world.clock.now(),
    message: payload.message as Json,
    is_edited: false,
    reply_to: quote,
    forwards: isObject(payload.forwards) ? payload.forwards : null,
    delivery: null,
    media: null,
    hook: null,
    reactions: [],
    is_silent: payload.silent === true,
    source_external_id: source,
  };
  if (message.author === 'client') chat.typing_until = 0;
  openCard(world, scope, chat, message);
  addMessage(world, chat, message);
  fetchFile(world, scope, chat, message);
  fetchAvatar(world, scope, chat, formerAvatar);
  return { chat, message };
}
