import type { Site } from '../engine/listener.ts';
import { Exchange } from './exchange.ts';
import { parseHost } from './hosts.ts';
import { NGINX_403, problem, tooManyRequests } from './problems.ts';
import type { World } from './world.ts';

/** How Kommo's machines answer where no route does. */
export function kommoSite(world: World): Site<Exchange> {
  return {
    open: ({ hostHeader, ...arrival }) =>
      new Exchange(world, { ...arrival, host: parseHost(hostHeader) }),
    isLogged: (path) => /^\/(api|oauth2|ajax|v2\/origin)\//.test(path),
    notFound: (exchange) => problem(exchange, 404, 'Not found'),
    wrongMethod: (exchange, allow) =>
      problem(exchange, 405, 'Method is not allowed', { allow: allow.join(', ') }),
    tooManyRequests,
    blocked: (exchange) => exchange.sendHtml(403, NGINX_403),
  };
}
