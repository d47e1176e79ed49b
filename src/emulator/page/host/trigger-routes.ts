import { OWN_ADDRESS } from '../../kommo/documents.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import {
  addTrigger,
  changeTrigger,
  removeTrigger,
  setOff,
  triggersOf,
} from '../../kommo/hooks/pipeline-triggers.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';

/** Requests of the emulated pipeline page about its triggers. */
export function triggerRoutes(): KommoRoute[] {
  const path = '/ajax/emulator/triggers';
  const one = `${path}/:id`;
  return [
    { method: 'POST', host: 'account', path, handler: asUser(create), ...OWN_ADDRESS },
    { method: 'POST', host: 'account', path: one, handler: asUser(change), ...OWN_ADDRESS },
    { method: 'DELETE', host: 'account', path: one, handler: asUser(remove), ...OWN_ADDRESS },
    {
      method: 'POST',
      host: 'account',
      path: `${one}/try`,
      handler: asUser(tryOut),
      ...OWN_ADDRESS,
    },
  ];
}

async function create(exchange: Exchange, { account }: Session): Promise<void> {
  const { world } = exchange;
  const { status_id: statusId } = exchange.fields();
  const added = addTrigger(
    world,
    account,
    world.integration(),
    Number(statusId),
    sentSettings(exchange),
  );
  if (added === undefined) refuse(exchange, 'There is no such stage');
  else exchange.sendJson(200, added);
}

async function change(exchange: Exchange, { account }: Session): Promise<void> {
  const id = Number(exchange.param('id'));
  const changed = changeTrigger(exchange.world, account, id, sentSettings(exchange));
  if (changed === undefined) refuse(exchange, 'There is no such trigger');
  else exchange.sendJson(200, changed);
}

async function remove(exchange: Exchange, { account }: Session): Promise<void> {
  const isFound = removeTrigger(exchange.world, account, Number(exchange.param('id')));
  if (isFound) exchange.sendJson(200, {});
  else refuse(exchange, 'There is no such trigger');
}

function sentSettings(exchange: Exchange): Record<string, unknown> {
  const { settings } = exchange.fields();
  return typeof settings === 'object' && settings !== null ? { ...settings } : {};
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
