import { OWN_ADDRESS } from '../../kommo/documents.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import { addTrigger, setOff, triggersOf } from '../../kommo/hooks/pipeline-triggers.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';

/** Requests of the emulated pipeline page about its triggers. */
export function triggerRoutes(): KommoRoute[] {
  const path = '/ajax/emulator/triggers';
  return [
    { method: 'POST', host: 'account', path, handler: asUser(create), ...OWN_ADDRESS },
    {
      method: 'POST',
      host: 'account',
      path: `${path}/:id/try`,
      handler: asUser(tryOut),
      ...OWN_ADDRESS,
    },
  ];
}

async function create(exchange: Exchange, { account }: Session): Promise<void> {
  const { world } = exchange;
  const { status_id: statusId, settings } = exchange.fields();
  const values = typeof settings === 'object' && settings !== null ? { ...settings } : {};
  const added = addTrigger(world, account, world.integration(), Number(statusId), values);
  if (added === undefined) refuse(exchange, 'There is no such stage');
  else exchange.sendJson(200, added);
}

async function tryOut(exchange: Exchange, { account }: Session): Promise<void> {
  const { world } = exchange;
  const id = Number(exchange.param('id'));
  const trigger = triggersOf(world, account).find((one) => one.id === id);
  if (trigger === undefined) return refuse(exchange, 'There is no such trigger');
  exchange.sendJson(200, { status: (await setOff(world, account, trigger)) ?? null });
}

function refuse(exchange: Exchange, detail: string): void {
  exchange.sendJson(404, { detail }, 'application/problem+json');
}
