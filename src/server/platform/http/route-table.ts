import type { FastifyInstance } from 'fastify';

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

/** Notes every route from here on. */
export function recordRoutes(app: FastifyInstance): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) table.push({ method: name, url });
  });
}

/** The methods an address has; empty when there is no such address. */
export function methodsOf(table: readonly RouteEntry[], path: string): string[] {
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
