import type { FastifyRequest } from 'fastify';

/** The query as it was sent: the framework's own reading hides how often a parameter came. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}
