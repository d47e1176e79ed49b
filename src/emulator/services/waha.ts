import type { Exchange, Handler, Route } from '../kommo/exchange.ts';
import { guarded } from './waha/call.ts';
import { chatRoutes } from './waha/chat-routes.ts';
import { contactRoutes } from './waha/contact-routes.ts';
import { fail } from './waha/errors.ts';
import { groupRoutes } from './waha/group-routes.ts';
import { sendMedia } from './waha/media.ts';
import { tellWaha } from './waha/network-events.ts';
import { sendRoutes } from './waha/send-routes.ts';
import { sessionRoutes } from './waha/session-routes.ts';
import { onNetwork } from './whatsapp/events.ts';

/** A double of WAHA, the WhatsApp HTTP API (https://waha.devlike.pro/docs/), on the shared network. */
export function wahaRoutes(): Route[] {
  onNetwork('waha', tellWaha);
  const at = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: 'any',
    path: `/__services/waha${path}`,
    handler,
  });
  const post = (path: string, handler: Handler, streams?: string): Route => ({
    ...at('POST', path, handler),
    ...(streams !== undefined && { streams }),
  });
  return [
    ...sessionRoutes(at),
    at('GET', '/api/files/*', guarded(sendMedia)),
    ...sendRoutes(post),
    ...contactRoutes(at),
    ...groupRoutes(at),
    ...chatRoutes(at),
    at('*', '/api/*', guarded(nothingHere)),
  ];
}

/** In the words of the server's framework. */
function nothingHere(exchange: Exchange): void {
  const path = exchange.url.pathname.replace(/^\/__services\/waha/, '');
  fail(exchange, 404, `Cannot ${exchange.method} ${path}`);
}
