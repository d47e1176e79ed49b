import type { Scope } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { fetchFile, findChat } from './chats.ts';
import { checkReport, report } from './delivery.ts';
import { notFound, refuse } from './gate.ts';
import { checkEdit, isObject, isText, strictness } from './message-rules.ts';
import { sendIds } from './send-ids.ts';

type Json = Record<string, unknown>;

const FILE_FIELDS = [
  'media',
  'file_name',
  'file_size',
  'thumbnail',
  'media_duration',
  'sticker_id',
];

/** Changes a message that is there, found by Kommo's `id` or our `msgid`; both together bind ours. */
export function editMessage(exchange: Exchange, scope: Scope, payload: Json) {
  const { world } = exchange;
  const how = strictness(world);
  const faults = checkEdit(payload, how);
  if (faults.length > 0) return refuse(exchange, ...faults);
  const { id, msgid } = payload;
  const byOurs = isText(msgid) ? world.chats.messageByOurId(scope.scope_id, msgid) : undefined;
  const place = isText(id) ? world.chats.message(scope.scope_id, id) : byOurs;
  if (place === undefined) return notFound(exchange, 'no such message');
  const { chat, message } = place;
  const { conversation_id: conversationId, conversation_ref_id: refId } = payload;
  if (how.isStrict && findChat(world, scope, { conversationId, refId }) !== chat) {
    return refuse(exchange, 'conversation_id: not the chat of this message');
  }
  if (byOurs !== undefined && byOurs.message !== message) {
    return refuse(exchange, 'msgid: belongs to another message');
  }
  const { delivery_status: status, ...content } = payload.message as Json;
  if (status !== undefined) {
    const fault = isObject(status)
      ? checkReport(world, message, status)
      : 'message.delivery_status: an object is expected';
    if (fault !== undefined) return refuse(exchange, fault);
  }
  if (isText(msgid) && message.client_id === null) {
    message.client_id = msgid;
    world.chats.bindMessage(place);
  }
  const former = message.message;
  message.message = merge(former, content);
  message.is_edited ||= JSON.stringify(former) !== JSON.stringify(message.message);
  if (isText(content.media)) fetchFile(world, scope, chat, message);
  if (isObject(status)) report(world, place, status);
  world.chatChanges.tell({ kind: 'edit', chat, message });
  sendIds(exchange, world.switch('editAnswer'), chat, message);
}

/** A file that is left out stays; one of a message that became another kind goes. */
function merge(former: Json, content: Json): Json {
  if (former.type === content.type) return { ...former, ...content };
  const kept = Object.entries(former).filter(([name]) => !FILE_FIELDS.includes(name));
  return { ...Object.fromEntries(kept), ...content };
}
