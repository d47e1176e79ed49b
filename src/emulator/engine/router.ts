import type { RequestHost } from './exchange.ts';

/** Answers with `exchange.send…`, or writes to `exchange.response` itself (a stream of events). */
export type Handler<Exchange> = (exchange: Exchange) => Promise<void> | void;

export type HostMatch<Kind extends string> = Kind | 'any' | RegExp;

/**
 * One row of a route table.
 * `host`: which emulated machine answers; a RegExp is tested against the host's name without port.
 * `path`: `/a/:name/b`, or with a final `*` that takes the rest (`params['*']`). One trailing slash is
 * allowed in the path and in the request.
 */
export interface Route<Exchange, Kind extends string = string> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | '*';
  host: HostMatch<Kind> | HostMatch<Kind>[];
  path: string;
  handler: Handler<Exchange>;
  /**
   * Bodies of this content type (`multipart/form-data`) are left to the handler, which reads `exchange.request`: an
   * upload need not fit into memory. The record of the request has no body then, and `bodyContains` matches nothing.
   */
  streams?: string;
}

interface Compiled<Exchange> {
  route: Route<Exchange>;
  pattern: RegExp;
  names: string[];
}

/** Finds the first route, in the tables' order, that takes a request. */
export class Router<Exchange> {
  #routes: Compiled<Exchange>[];

  constructor(routes: Route<Exchange>[]) {
    this.#routes = routes.map((route) => ({ route, ...compile(route.path) }));
  }

  /** `allow`: the methods that routes have for this host and path. */
  find(
    method: string,
    host: RequestHost,
    path: string,
  ): { route?: Route<Exchange>; params: Record<string, string>; allow: string[] } {
    const allow: string[] = [];
    for (const { route, pattern, names } of this.#routes) {
      if (!takesHost(route.host, host)) continue;
      const match = pattern.exec(path);
      if (match === null) continue;
      if (route.method !== '*' && route.method !== method) {
        allow.push(route.method);
        continue;
      }
      const params = Object.fromEntries(
        names.map((name, index) => [name, decode(match[index + 1] ?? '')]),
      );
      return { route, params, allow };
    }
    return { params: {}, allow };
  }
}

function takesHost(wanted: HostMatch<string> | HostMatch<string>[], host: RequestHost): boolean {
  if (Array.isArray(wanted)) return wanted.some((one) => takesHost(one, host));
  if (wanted instanceof RegExp) return wanted.test(host.name);
  return wanted === 'any' || wanted === host.kind;
}

function compile(path: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path.replace(/\/$/, '').replace(/[.+?^${}()|[\]\\]|:(\w+)|\*$/g, (part, name) => {
    if (name !== undefined) {
      names.push(String(name));
      return '([^/]+)';
    }
    if (part === '*') {
      names.push('*');
      return '(.*)';
    }
    return `\\${part}`;
  });
  return { pattern: new RegExp(`^${source}/?$`), names };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
