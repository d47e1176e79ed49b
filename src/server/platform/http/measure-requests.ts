import type { FastifyInstance } from 'fastify';
import type { HookKind, Metrics } from '../metrics.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Says that a route is called by Kommo or a chat service unasked; undefined: this request was not. */
    hookKind?: (request: FastifyRequest) => HookKind | undefined;
  }
}

/** Reports every answer to every route from here on, by the pattern of its address. */
export function measureRequests(
  app: FastifyInstance,
  metrics: Pick<Metrics, 'requestAnswered' | 'hookAnswered'>,
): void {
  app.addHook('onResponse', async (request, reply) => {
    const { url: route, config } = request.routeOptions;
    const { method, is404 } = request;
    const { statusCode: status, elapsedTime } = reply;
    const seconds = elapsedTime / 1000;
    metrics.requestAnswered({ method, route: is404 ? undefined : route, status, seconds });
    const kind = is404 ? undefined : config.hookKind?.(request);
    if (kind !== undefined) metrics.hookAnswered({ kind, status });
  });
}
