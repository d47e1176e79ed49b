import type { DeliveryReport, Message } from '../chat-entities.ts';
import type { Place } from '../chat-index.ts';
import type { Exchange } from '../exchange.ts';
import type { World } from '../world.ts';
import { notFound, refuse, type ScopeGate } from './gate.ts';
import { isText } from './message-rules.ts';

type Json = Record<string, unknown>;

/** Failed, delivered, read: a status of a lower rank than the one before goes back. */
const RANKS = new Map([
  [-1, 0],
  [1, 1],
  [2, 2],
]);
const ERRORS = [901, 902, 903, 904, 905];

/** What became of a message that Kommo sent. https://developers.kommo.com/reference/update-delivery-status */
export function deliveryStatus(exchange: Exchange, { scope, body }: ScopeGate) {
  const { world } = exchange;
  const place = world.chats.message(scope.scope_id, exchange.param('message'));
  if (place === undefined) return notFound(exchange, 'no such message');
  const isStrict = world.switch('strictFields') === 'on';
  if (isStrict && body.msgid !== undefined && body.msgid !== place.message.id) {
    return refuse(exchange, 'msgid: not the message of the address');
  }
  const fault = checkReport(world, place.message, body);
  if (fault !== undefined) return refuse(exchange, fault);
  report(world, place, body);
  exchange.send(200);
}

/**
 * Why a report is refused; undefined if it is fine. The table names the status `status_code`, the samples
 * `delivery_status`; both are taken.
 */
export function checkReport(world: World, message: Message, body: Json): string | undefined {
  const isStrict = world.switch('strictFields') === 'on';
  const { status_code: code, delivery_status: other, error_code: error } = body;
  const status = code ?? other;
  if (typeof status !== 'number' || !RANKS.has(status)) {
    return 'delivery_status: -1, 1 or 2 is expected';
  }
  if (isStrict && code !== undefined && other !== undefined && code !== other) {
    return 'status_code and delivery_status: the same is expected';
  }
  if (isStrict && message.author === 'client') return 'a message of a client has no status';
  if (status === -1 && !ERRORS.includes(error as number)) {
    return 'error_code: 901 to 905 is expected';
  }
  if (status === -1 && error === 905 && !isText(body.error)) return 'error: a text is expected';
  if (goesBack(message, status) && world.switch('statusGoesBack') === '400') {
    return 'delivery_status: lower than before';
  }
  return undefined;
}

/** Whether the status is below the one before. After a failure anything may come: the manager sent it again. */
function goesBack({ delivery }: Message, status: number): boolean {
  if (delivery === null) return false;
  return (RANKS.get(status) ?? 0) < (RANKS.get(delivery.status) ?? 0);
}

/** Writes a report down that `checkReport` found fine. */
export function report(world: World, { chat, message }: Place, body: Json): void {
  const { status_code: code, delivery_status: other, error_code: error, error: text } = body;
  const status = Number(code ?? other);
  if (goesBack(message, status)) {
    const what = `${message.delivery?.status} to ${status}`;
    world.judge.note('statuses_back', { scope_id: chat.scope_id, message_id: message.id, what });
    world.log.add({
      kind: 'warning',
      name: 'amojo',
      detail: `a delivery status back from ${what}`,
    });
  }
  const isFailure = status === -1;
  const made: DeliveryReport = {
    status,
    error_code: isFailure && typeof error === 'number' ? error : null,
    error: isFailure && typeof text === 'string' ? text : null,
    field: fieldOf(code, other),
    at: world.clock.now(),
  };
  message.delivery = { ...made, history: [...(message.delivery?.history ?? []), made] };
  world.chatChanges.tell({ kind: 'delivery', chat, message });
}

function fieldOf(code: unknown, other: unknown): DeliveryReport['field'] {
  if (other === undefined) return 'status_code';
  return code === undefined ? 'delivery_status' : 'both';
}
