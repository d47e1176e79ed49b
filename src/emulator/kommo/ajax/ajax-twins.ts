import type { Exchange, Handler, Route } from '../exchange.ts';
import { problem } from '../problems.ts';
import { findSession } from '../session.ts';

/**
 * The REST API once more under /ajax/v4, where Kommo's own pages and some widgets call it. They need a
 * logged-in user and ignore a token.
 */
export function ajaxTwins(routes: Route[]): Route[] {
  return routes
    .filter(({ host, path }) => path.startsWith('/api/v4/') && [host].flat().includes('account'))
    .map((route) => ({
      ...route,
      host: 'account',
      path: route.path.replace('/api/', '/ajax/'),
      handler: forSession(route.handler),
    }));
}

function forSession(handler: Handler): Handler {
  return async (exchange: Exchange) => {
    if (findSession(exchange) === undefined) return problem(exchange, 401, 'Unauthorized');
    delete exchange.request.headers.authorization;
    await handler(exchange);
  };
}
