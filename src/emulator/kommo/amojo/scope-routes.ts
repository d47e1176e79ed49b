import { randomUUID } from 'node:crypto';
import type { Chat, ChatUser, Message } from '../chat-entities.ts';
import { CHATS } from '../documents.ts';
import type { Exchange, Handler, KommoRoute } from '../exchange.ts';
import { findChat, findMessage, meet, openChat, type PersonInput } from './chats.ts';
import { amojoProblem, type ScopeGate, signedInScope } from './gate.ts';
import { checkPayload, checkSource, isObject, isPerson, isText } from './message-rules.ts';

export function scopeRoutes(): KommoRoute[] {
  const route = (method: 'GET' | 'POST', path: string, handler: Handler, note?: string) => ({
    ...{ method, host: 'amojo' as const, path: `/v2/origin/custom/:scope${path}`, handler },
    ...{ source: CHATS, ...(note !== undefined && { note }) },
  });
  const old = { isOld: true };
  return [
    route(
      'POST',
      '',
      signedInScope(receive, old),
      'new_message and edit_message; media are not fetched',
    ),
    route('POST', '/chats', signedInScope(createChat, old)),
    route('POST', '/typing', signedInScope(typing)),
    route('POST', '/react', signedInScope(react)),
    route(
      'POST',
      '/:message/delivery_status',
      signedInScope(deliveryStatus, old),
      'reads delivery_status and status_code',
    ),
    route('GET', '/chats/:chat/history', signedInScope(history, { ...old, hasBody: false })),
  ];
}

function refuse(exchange: Exchange, ...faults: string[]): void {
  amojoProblem(exchange, 400, 'ValidationError', faults.join('; '));
}

function createChat(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const faults = checkSource(body.source);
  if (!isText(body.conversation_id)) faults.push('conversation_id: a text is expected');
  const person = isPerson(body.user) ? meet(world, scope, body.user as PersonInput) : undefined;
  if (person === undefined) faults.push('user: needs id and name, or a known ref_id');
  if (faults.length > 0 || person === undefined) return refuse(exchange, ...faults);
  const conversationId = String(body.conversation_id);
  const chat =
    findChat(world, scope, { conversationId }) ??
    openChat(world, scope, {
      conversationId,
      sourceExternalId: isObject(body.source) ? String(body.source.external_id) : null,
      user: person,
    });
  const { id, client_id, name, avatar, phone, email } = chat.user;
  // For a manager, named by ref_id, the answer has only the id.
  const told = client_id === null ? {} : { client_id, name, avatar, phone, email };
  exchange.sendJson(200, { id: chat.id, user: { id, ...told } });
}

function receive(exchange: Exchange, gate: ScopeGate) {
  const { event_type: type, payload } = gate.body;
  if (!isObject(payload)) return refuse(exchange, 'payload: an object is expected');
  if (type === 'new_message') return newMessage(exchange, gate, payload);
  if (type === 'edit_message') return editMessage(exchange, gate, payload);
  refuse(exchange, 'event_type: new_message or edit_message is expected');
}

function newMessage(exchange: Exchange, { scope }: ScopeGate, payload: Record<string, unknown>) {
  const { world } = exchange;
  const faults = checkPayload(payload, false);
  if (faults.length > 0) return refuse(exchange, ...faults);
  const sender = meet(world, scope, payload.sender as PersonInput);
  const receiver =
    payload.receiver === undefined ? null : meet(world, scope, payload.receiver as PersonInput);
  if (sender === undefined || receiver === undefined) {
    return refuse(exchange, 'sender or receiver: no such ref_id');
  }
  const source = isObject(payload.source) ? String(payload.source.external_id) : null;
  const repeated = findMessage(world, scope, { clientId: payload.msgid });
  const chat =
    repeated?.chat ?? chatOf(exchange, scope, payload, { client: receiver ?? sender, source });
  if (chat === undefined) return refuse(exchange, 'conversation_ref_id: no such chat');
  const message = repeated?.message ?? {
    id: randomUUID(),
    client_id: String(payload.msgid),
    sender,
    receiver,
    timestamp: Number(payload.timestamp),
    msec_timestamp: Number(payload.msec_timestamp),
    arrived_at: world.clock.now(),
    author: receiver === null ? ('client' as const) : ('user' as const),
    message: payload.message as Record<string, unknown>,
    is_edited: false,
    reply_to: null,
    forwards: null,
    delivery: null,
    media: null,
    hook: null,
    reactions: [],
    is_silent: payload.silent === true,
    source_external_id: source,
  };
  if (repeated === undefined) chat.messages.push(message);
  // A chat keeps its first source.
  chat.source_external_id ??= source;
  exchange.sendJson(200, {
    new_message: {
      conversation_id: chat.id,
      sender_id: message.sender.id,
      ...(message.receiver !== null && { receiver_id: message.receiver.id }),
      msgid: message.id,
      ref_id: message.client_id,
    },
  });
}

function chatOf(
  { world }: Exchange,
  scope: ScopeGate['scope'],
  payload: Record<string, unknown>,
  more: { client: ChatUser; source: string | null },
): Chat | undefined {
  const { conversation_id: conversationId, conversation_ref_id: refId } = payload;
  const found = findChat(world, scope, { conversationId, refId });
  if (found !== undefined || typeof conversationId !== 'string') return found;
  const { client: user, source: sourceExternalId } = more;
  return openChat(world, scope, { conversationId, sourceExternalId, user });
}

function editMessage(exchange: Exchange, { scope }: ScopeGate, payload: Record<string, unknown>) {
  const faults = checkPayload(payload, true);
  if (faults.length > 0) return refuse(exchange, ...faults);
  const found = findMessage(exchange.world, scope, { id: payload.id, clientId: payload.msgid });
  if (found === undefined) return amojoProblem(exchange, 404, 'NotFoundError', 'No such message');
  const { message, chat } = found;
  // Both ids together bind ours to a message that began in Kommo.
  message.client_id ??= String(payload.msgid);
  message.message = { ...message.message, ...(payload.message as object) };
  exchange.sendJson(200, {
    edit_message: { conversation_id: chat.id, msgid: message.id, ref_id: message.client_id },
  });
}

const DELIVERY_STATUSES = [-1, 1, 2];
const DELIVERY_ERRORS = [901, 902, 903, 904, 905];

function deliveryStatus(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const found = findMessage(world, scope, { id: exchange.param('message') });
  if (found === undefined) return amojoProblem(exchange, 404, 'NotFoundError', 'No such message');
  // The documentation's table and its samples name this field differently; accept both.
  const status = body.delivery_status ?? body.status_code;
  const { error_code: code, error } = body;
  const faults: string[] = [];
  if (!DELIVERY_STATUSES.includes(status as number)) {
    faults.push('delivery_status: -1, 1 or 2 is expected');
  }
  if (status === -1 && !DELIVERY_ERRORS.includes(code as number)) {
    faults.push('error_code: 901 to 905 is expected');
  }
  if (status === -1 && code === 905 && !isText(error)) faults.push('error: a text is expected');
  if (faults.length > 0) return refuse(exchange, ...faults);
  const report = {
    status: Number(status),
    error_code: typeof code === 'number' ? code : null,
    error: typeof error === 'string' ? error : null,
    field: body.status_code === undefined ? ('delivery_status' as const) : ('status_code' as const),
    at: world.clock.now(),
  };
  const former = found.message.delivery?.history ?? [];
  found.message.delivery = { ...report, history: [...former, report] };
  exchange.send(200);
}

function typing(exchange: Exchange, { scope, body }: ScopeGate) {
  const faults: string[] = [];
  if (!isText(body.conversation_id)) faults.push('conversation_id: a text is expected');
  if (!isPerson(body.sender)) faults.push('sender: needs an id');
  if (body.duration_ms !== undefined && !Number.isInteger(body.duration_ms)) {
    faults.push('duration_ms: a whole number is expected');
  }
  if (faults.length > 0) return refuse(exchange, ...faults);
  if (findChat(exchange.world, scope, { conversationId: body.conversation_id }) === undefined) {
    return amojoProblem(exchange, 404, 'NotFoundError', 'No such chat');
  }
  exchange.send(204);
}

function react(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const faults: string[] = [];
  if (body.type !== 'react' && body.type !== 'unreact') {
    faults.push('type: react or unreact is expected');
  }
  if (body.type === 'react' && !isText(body.emoji)) faults.push('emoji: a text is expected');
  if (!isPerson(body.user)) faults.push('user: needs an id');
  if (!isText(body.conversation_id) && !isText(body.conversation_ref_id)) {
    faults.push('conversation_id: a text is expected');
  }
  if (faults.length > 0) return refuse(exchange, ...faults);
  const found = findMessage(world, scope, { id: body.id, clientId: body.msgid });
  if (found === undefined) return amojoProblem(exchange, 404, 'NotFoundError', 'No such message');
  const { id, ref_id } = body.user as PersonInput;
  const userId = String(ref_id ?? id);
  const others = found.message.reactions.filter(({ user_id }) => user_id !== userId);
  const own = body.type === 'react' ? [{ user_id: userId, emoji: String(body.emoji) }] : [];
  found.message.reactions = [...others, ...own];
  exchange.send(200);
}

function history(exchange: Exchange, { scope }: ScopeGate) {
  const limit = Math.min(50, Number(exchange.query('limit') ?? 50) || 50);
  const offset = Math.max(0, Number(exchange.query('offset') ?? 0) || 0);
  const chat = findChat(exchange.world, scope, { refId: exchange.param('chat') });
  const shown = (chat?.messages ?? []).toReversed().slice(offset, offset + limit);
  if (shown.length === 0) return exchange.send(204);
  exchange.sendJson(200, { messages: shown.map(historyEntry) });
}

function historyEntry(entry: Message): object {
  const person = ({ id, client_id, name, avatar, phone, email }: ChatUser) => ({
    id,
    ...(client_id !== null && { client_id }),
    name,
    avatar,
    phone,
    email,
  });
  return {
    timestamp: entry.timestamp,
    sender: person(entry.sender),
    ...(entry.receiver !== null && { receiver: person(entry.receiver) }),
    message: {
      id: entry.id,
      ...(entry.client_id !== null && { client_id: entry.client_id }),
      type: 'text',
      text: '',
      media: '',
      thumbnail: '',
      file_name: '',
      file_size: 0,
      ...entry.message,
    },
    msec_timestamp: entry.msec_timestamp,
  };
}
