import type { Exchange, Route } from '../kommo/exchange.ts';
import { tellPages } from '../page/host/open-pages.ts';
import { type Json, routesUnder, text } from './controlled.ts';

/**
 * What open pages are told: to reload (`POST /__emulator/reload`), a message of the account's socket
 * (`{channel, message}` to `/__emulator/socket`), or a notification for a widget (`{code, entry}` to
 * `/__emulator/notification`).
 */
export function openPageControlRoutes(): Route[] {
  const route = routesUnder('');
  return ['reload', 'socket', 'notification'].map((event) =>
    route('POST', `/${event}`, (exchange, body) => tell(exchange, event, body)),
  );
}

function tell({ world }: Exchange, event: string, body: Json): object {
  if (event === 'socket') text(body, 'channel');
  if (event === 'notification') text(body, 'code');
  return { pages: tellPages(world, event, body) };
}
