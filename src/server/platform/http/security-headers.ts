import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Headers of an API that pages of other origins call. Our pages set their own content policy on top.
 * There is no opener policy: the popup must be able to tell the window that opened it.
 *
 * @see https://owasp.org/www-project-secure-headers/
 */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'cross-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  // Old browsers' own filter did more harm than good.
  'x-xss-protection': '0',
} as const;

export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => stampAnswer(request, reply));
}

/** What every answer carries, even one to an address that no hook ever sees. */
export function stampAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ ...HEADERS, 'x-request-id': request.id });
}
