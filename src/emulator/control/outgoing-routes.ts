import type { Exchange, Route } from '../kommo/exchange.ts';
import {
  setOff,
  TRIGGER_EVENTS,
  type TriggerCause,
  type TriggerEvent,
  triggersOf,
} from '../kommo/hooks/pipeline-triggers.ts';
import { sendSystemSms } from '../kommo/hooks/system-sms.ts';
import { accountOf, type Json, routesUnder, text } from './controlled.ts';

/** Events in the account that make Kommo call the widget's own addresses. */
export function outgoingRoutes(): Route[] {
  const route = routesUnder('');
  return [route('POST', '/trigger', triggerAct), route('POST', '/sms', smsAct)];
}

/** Something happens to a lead: sets off the triggers of a stage, or all the account has. */
async function triggerAct(exchange: Exchange, body: Json): Promise<object> {
  const account = accountOf(exchange, body);
  const { event, status_id: statusId } = body;
  if (event !== undefined && !Object.hasOwn(TRIGGER_EVENTS, String(event))) {
    throw new TypeError(`event: one of ${Object.keys(TRIGGER_EVENTS).join(', ')} is expected`);
  }
  const cause: TriggerCause = {
    ...(event !== undefined && { event: event as TriggerEvent }),
    ...(body.element_id !== undefined && { element_id: Number(body.element_id) }),
    ...(body.direction !== undefined && {
      direction: body.direction as NonNullable<TriggerCause['direction']>,
    }),
  };
  const concerned = triggersOf(exchange.world, account).filter(
    (one) => statusId === undefined || one.status_id === Number(statusId),
  );
  const statuses: (number | null)[] = [];
  for (const trigger of concerned) {
    statuses.push((await setOff(exchange.world, account, trigger, cause)) ?? null);
  }
  return { statuses };
}

async function smsAct(exchange: Exchange, body: Json): Promise<object> {
  const { world } = exchange;
  const account = accountOf(exchange, body);
  const message = { phone: text(body, 'phone'), text: text(body, 'text') };
  const integration = world.integration();
  return { status: await sendSystemSms(world, account, world.user(account), integration, message) };
}
