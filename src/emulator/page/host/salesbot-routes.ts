import { OWN_ADDRESS } from '../../kommo/documents.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import { removeBlock, saveBlock } from '../../kommo/salesbot-blocks.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';

/** Requests of the emulated salesbot designer about the blocks in it. */
export function salesbotRoutes(): KommoRoute[] {
  const path = '/ajax/emulator/salesbot/blocks';
  return [
    { method: 'POST', host: 'account', path, handler: asUser(save), ...OWN_ADDRESS },
    {
      method: 'DELETE',
      host: 'account',
      path: `${path}/:id`,
      handler: asUser(remove),
      ...OWN_ADDRESS,
    },
  ];
}

async function save(exchange: Exchange, { account }: Session): Promise<void> {
  const { id, handler, params, bot } = exchange.fields();
  const saved = saveBlock(exchange.world, account, id === undefined ? undefined : Number(id), {
    handler: String(handler),
    params: typeof params === 'object' && params !== null ? { ...params } : {},
    bot: String(bot),
  });
  exchange.sendJson(200, saved);
}

async function remove(exchange: Exchange, { account }: Session): Promise<void> {
  const isFound = removeBlock(exchange.world, account, Number(exchange.param('id')));
  if (isFound) exchange.sendJson(200, {});
  else exchange.sendJson(404, { detail: 'There is no such block' }, 'application/problem+json');
}
