import type { FastifyInstance } from 'fastify';
import { AppError } from '../app-error.ts';
import { sendError } from './error-answer.ts';

/** One route the server answers. */
export interface RouteEntry {
  method: string;
  /** The pattern: `/messenger/channels/:id`. */
  url: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route, as registered: what the access tests are generated from. */
    routeTable: readonly RouteEntry[];
  }
}

/** Records every route from here on. */
export function recordRoutes(app: FastifyInstance): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) table.push({ method: name, url });
  });
}

/**
 * Answers for addresses and methods that do not exist, before a byte of their body is read. Comes after what
 * sets the headers of every answer.
 */
export function refuseUnknown(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const [path = ''] = request.url.split('?', 1);
    const methods = methodsOf(app.routeTable, path);
    if (methods.length === 0) return sendError(request, reply, new AppError('not_found'));
    reply.header('allow', methods.join(', '));
    return sendError(request, reply, new AppError('method_not_allowed'));
  });
}

/** The methods an address has; empty when there is no such address. */
function methodsOf(table: readonly RouteEntry[], path: string): string[] {
  const given = path.split('/');
  const methods = table.filter(({ url }) => matches(url, given)).map(({ method }) => method);
  return [...new Set(methods)].sort();
}

function matches(pattern: string, given: readonly string[]): boolean {
  const wanted = pattern.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) =>
      part.startsWith(':') ? given[index] !== '' : part === given[index],
    )
  );
}
