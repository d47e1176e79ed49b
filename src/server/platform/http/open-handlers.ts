import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Settles when no handler runs any more. A handler whose connection was cut still has work to finish. */
    handlersEnded(): Promise<void>;
  }
}

/** Keeps track of running handlers, for every route from here on. */
export function watchHandlers(app: FastifyInstance): void {
  const running = new Set<Promise<unknown>>();
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      const result: unknown = handler.call(this, request, reply);
      if (result instanceof Promise) {
        running.add(result);
        const forget = () => void running.delete(result);
        result.then(forget, forget);
      }
      return result;
    };
  });
  app.decorate('handlersEnded', async () => {
    while (running.size > 0) await Promise.allSettled(running);
  });
}
