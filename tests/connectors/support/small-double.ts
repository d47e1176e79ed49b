import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SmallRequest {
  headers: IncomingHttpHeaders;
  /** What stands behind `Bearer` in the Authorization header; empty without one. */
  bearer: string;
  /** The `:name` parts of the route's path. */
  params: Record<string, string>;
  query: Record<string, string>;
  /** The body read as JSON; empty for anything else. */
  json: Record<string, unknown>;
  /** The body read as an HTML form. */
  form: Record<string, string>;
}

export interface SmallAnswer {
  status: number;
  json?: unknown;
  /** Sent as it is, in place of `json`. */
  text?: string;
  headers?: Record<string, string>;
}

/**
 * A double of a chat service that fits into a test file. Routes are written `GET /sessions/:id`; anything
 * else is 404.
 */
export async function startSmallDouble(
  routes: Record<string, (request: SmallRequest) => SmallAnswer>,
): Promise<{ port: number; close: () => Promise<void> }> {
  const table = Object.entries(routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    return { method, pattern, answer };
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    const body = await text(request);
    for (const { method, pattern, answer } of table) {
      const match = method === request.method ? pattern.exec(url.pathname) : null;
      if (match === null) continue;
      const given = answer({
        headers: request.headers,
        bearer: /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
        params: { ...match.groups },
        query: Object.fromEntries(url.searchParams),
        json: parseObject(body),
        form: Object.fromEntries(new URLSearchParams(body)),
      });
      const headers = { 'content-type': 'application/json', ...given.headers };
      response.writeHead(given.status, headers);
      const text = given.json === undefined ? '' : JSON.stringify(given.json);
      response.end(given.text ?? text);
      return;
    }
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not found"}');
  }

  const server = createServer((request, response) => {
    // A request that broke off has no answer.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
