import type { ServerResponse } from 'node:http';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';

/** The open pages of each emulator. */
const openPages = new WeakMap<World, Set<ServerResponse>>();

/** Where open pages listen for what the control API tells them. */
export function openPageRoutes(): Route[] {
  return [{ method: 'GET', host: 'any', path: '/__emulator/changes', handler: listen }];
}

function listen({ world, response }: Exchange): void {
  const open = pagesOf(world);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  open.add(response);
  response.once('close', () => open.delete(response));
}

/** Sends an event to every open page. @returns how many there are */
export function tellPages(world: World, event: string, data: object): number {
  const open = pagesOf(world);
  for (const response of open) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return open.size;
}

function pagesOf(world: World): Set<ServerResponse> {
  const known = openPages.get(world) ?? new Set<ServerResponse>();
  openPages.set(world, known);
  return known;
}
