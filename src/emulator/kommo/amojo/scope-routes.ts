import type { ChatUser, Message } from '../chat-entities.ts';
import { CHATS } from '../documents.ts';
import type { Exchange, Handler, KommoRoute } from '../exchange.ts';
import { fetchAvatar, findChat, openChat } from './chats.ts';
import { deliveryStatus } from './delivery.ts';
import { notFound, refuse, type ScopeGate, signedInScope } from './gate.ts';
import { checkSource, isObject, isPerson, isText } from './message-rules.ts';
import { greet, meet, type PersonInput } from './people.ts';
import { react } from './react.ts';
import { receive } from './receive.ts';

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
      'new_message and edit_message; switches repeatedMsgid, editAnswer, strictFields, pictureDetails, unknownRefId',
    ),
    route('POST', '/chats', signedInScope(createChat, old)),
    route('POST', '/typing', signedInScope(typing)),
    route('POST', '/react', signedInScope(react)),
    route(
      'POST',
      '/:message/delivery_status',
      signedInScope(deliveryStatus, old),
      'reads delivery_status and status_code, and records which; switch statusGoesBack',
    ),
    route(
      'GET',
      '/chats/:chat/history',
      signedInScope(history, { ...old, hasBody: false }),
      'newest first, by the time of the message',
    ),
  ];
}

function createChat(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const faults = checkSource(body.source);
  if (!isText(body.conversation_id)) faults.push('conversation_id: a text is expected');
  const met = isPerson(body.user)
    ? meet(world, scope, body.user as PersonInput)
    : 'id and name are expected, or a known ref_id';
  if (typeof met === 'string') return refuse(exchange, ...faults, `user: ${met}`);
  const isStrict = world.switch('strictFields') === 'on';
  if (isStrict && !met.isReferred && !isText(met.input.name)) {
    faults.push('user.name: a text is expected');
  }
  if (faults.length > 0) return refuse(exchange, ...faults);
  const formerAvatar = met.person.avatar;
  greet(world, scope, met);
  const conversationId = String(body.conversation_id);
  const chat =
    findChat(world, scope, { conversationId }) ??
    openChat(world, scope, {
      conversationId,
      sourceExternalId: isObject(body.source) ? String(body.source.external_id) : null,
      user: met.person,
    });
  fetchAvatar(world, scope, chat, formerAvatar);
  const { id, client_id, name, avatar, phone, email } = chat.user;
  // For a manager, named by ref_id, the answer has only the id.
  const told = client_id === null ? {} : { client_id, name, avatar, phone, email };
  exchange.sendJson(200, { id: chat.id, user: { id, ...told } });
}

const TYPING_MS = 5000;

function typing(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const { duration_ms: duration = TYPING_MS } = body;
  const faults: string[] = [];
  if (!isText(body.conversation_id)) faults.push('conversation_id: a text is expected');
  if (!isPerson(body.sender)) faults.push('sender: needs an id');
  if (!Number.isInteger(duration)) faults.push('duration_ms: a whole number is expected');
  if (faults.length > 0) return refuse(exchange, ...faults);
  const chat = findChat(world, scope, { conversationId: body.conversation_id });
  if (chat === undefined) return notFound(exchange, 'no such chat');
  chat.typing_until = world.clock.now() + Number(duration);
  world.chatChanges.tell({ kind: 'typing', chat });
  exchange.send(204);
}

function history(exchange: Exchange, { scope }: ScopeGate) {
  const limit = Math.min(50, Number(exchange.query('limit') ?? 50) || 50);
  const offset = Math.max(0, Number(exchange.query('offset') ?? 0) || 0);
  const chat = findChat(exchange.world, scope, { refId: exchange.param('chat') });
  // Of two with the same time, the one that came last is first.
  const newest = (chat?.messages ?? [])
    .toReversed()
    .sort((one, other) => other.msec_timestamp - one.msec_timestamp);
  const shown = newest.slice(offset, offset + limit);
  if (shown.length === 0) return exchange.send(204);
  exchange.sendJson(200, { messages: shown.map(historyEntry) });
}

function historyEntry(entry: Message): object {
  const person = ({ id, client_id, name, avatar, phone, email }: ChatUser) => ({
    ...{ id, ...(client_id !== null && { client_id }) },
    ...{ name, avatar, phone, email },
  });
  return {
    timestamp: entry.timestamp,
    sender: person(entry.sender),
    ...(entry.receiver !== null && { receiver: person(entry.receiver) }),
    message: {
      id: entry.id,
      ...(entry.client_id !== null && { client_id: entry.client_id }),
      ...{ type: 'text', text: '', media: '', thumbnail: '', file_name: '', file_size: 0 },
      ...entry.message,
    },
    msec_timestamp: entry.msec_timestamp,
  };
}
