import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const ALLOWED_METHODS = 'GET, POST, PUT, DELETE';
const ALLOWED_HEADERS = 'X-Auth-Token, Content-Type, Idempotency-Key, Authorization, Last-Event-ID';
const EXPOSED_HEADERS = 'Retry-After, X-Request-Id';

/** The longest any browser keeps a preflight's answer (Chromium: two hours). */
const PREFLIGHT_SECONDS = 7_200;

/** Whether the pages of this origin may read our answers. */
export type IsAllowedOrigin = (origin: string) => boolean;

/**
 * Lets the pages of allowed origins read our answers, whatever the status, and no other page. Never with
 * credentials: the token in the header is the only proof. Preflights need no token and no database.
 */
export function registerCors(app: FastifyInstance, isAllowed: IsAllowedOrigin): void {
  app.addHook('onRequest', async (request, reply) => {
    allowOrigin(isAllowed, request, reply);
    if (!isPreflight(request)) return;
    if (reply.hasHeader('access-control-allow-origin')) {
      reply.headers({
        'access-control-allow-methods': ALLOWED_METHODS,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      });
    }
    return reply.code(204).send();
  });
}

/** Sets the headers that every answer to this origin carries. */
export function allowOrigin(
  isAllowed: IsAllowedOrigin,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  // The same address is answered differently for different pages; caches must keep them apart.
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !isAllowed(origin)) return;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', EXPOSED_HEADERS);
}

/** Takes back what `allowOrigin` gave: this page may not read the answer. */
export function denyOrigin(reply: FastifyReply): void {
  reply.removeHeader('access-control-allow-origin');
  reply.removeHeader('access-control-expose-headers');
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}
