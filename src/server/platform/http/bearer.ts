import type { FastifyRequest } from 'fastify';

/** The key a caller proves themselves with. Never read from the address: addresses are logged. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(request.headers.authorization ?? '')?.[1];
}
