import type { ServerResponse } from 'node:http';
import { controlled, type Json, text } from '../../control/controlled.ts';
import type { Exchange } from '../../engine/exchange.ts';
import type { Route } from '../../engine/router.ts';
import type { World } from '../../kommo/world.ts';

/** Open pages by emulator; they end with it. */
const listeners = new WeakMap<World, Set<ServerResponse>>();

/**
 * What open pages are told while they are open (`/__emulator/changes` is what they listen to): to load themselves again
 * (`POST /__emulator/reload`), a message of the account's socket (`{channel, message}` to `/__emulator/socket`), or a
 * notification for a widget (`{code, entry}` to `/__emulator/notification`).
 */
export function changeRoutes(): Route[] {
  return [
    { method: 'GET', host: 'any', path: '/__emulator/changes', handler: listen },
    ...['reload', 'socket', 'notification'].map(
      (event): Route => ({
        method: 'POST',
        host: 'any',
        path: `/__emulator/${event}`,
        handler: controlled((exchange, body) => tell(exchange.world, event, body)),
      }),
    ),
  ];
}

function listen({ world, response }: Exchange): void {
  const open = listenersOf(world);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  open.add(response);
  response.once('close', () => open.delete(response));
}

function tell(world: World, event: string, body: Json): object {
  if (event === 'socket') text(body, 'channel');
  if (event === 'notification') text(body, 'code');
  const open = listenersOf(world);
  for (const response of open) response.write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`);
  return { pages: open.size };
}

function listenersOf(world: World): Set<ServerResponse> {
  const known = listeners.get(world) ?? new Set<ServerResponse>();
  listeners.set(world, known);
  return known;
}
