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
    answerSupplied: async (exchange) =>
      exchange.host.kind !== 'control' && (await world.supplies.answer(exchange)),
    notFound,
    // amojo's answer to another method is not known; a client reads its empty 404 as a wrong address.
    wrongMethod: (exchange, allow) =>
      exchange.host.kind === 'amojo'
        ? notFound(exchange)
        : problem(exchange, 405, 'Method is not allowed', {
            allow: allow.join(', '),
            ...hint(exchange),
          }),
    tooManyRequests,
    blocked: (exchange) => exchange.sendHtml(403, NGINX_403),
  };
}

/** amojo answers an unknown address with nothing: https://github.com/fcritic/amojo-api-client */
function notFound(exchange: Exchange): void {
  if (exchange.host.kind === 'amojo') exchange.send(404);
  else problem(exchange, 404, 'Not found', hint(exchange));
}

/** Kommo may have the address all the same: the page's log tells the developer how to supply an answer. */
function hint({ host, method, url }: Exchange): Record<string, string> {
  if (host.kind !== 'account') return {};
  const address = `${method} ${url.pathname}`;
  return {
    'x-emulator-hint': `The emulator has no ${address}. Supply an answer: --answer "${address}=answer.json", or POST /__emulator/answers`,
  };
}
