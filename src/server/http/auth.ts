import type { FastifyInstance } from 'fastify';
import { AppError } from '../app-error.ts';
import { authenticate } from '../core/authenticate.ts';
import type { Caller } from '../core/caller.ts';
import type { Parts } from '../parts.ts';
import { denyOrigin } from './cors.ts';
import { withDeadline } from './deadline.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind `registerAuth`, null on the public ones. */
    caller: Caller | null;
  }
}

/** An unreachable database must be answered within 10 seconds. */
const DEADLINE_MS = 9_000;

/**
 * Guards a scope: no route in it runs, and no body is read, before the disposable token was proven. The
 * token is read from `X-Auth-Token` alone, and only when it is there once.
 */
export function registerAuth(scope: FastifyInstance, parts: Parts): void {
  scope.addHook('onRequest', async (request, reply) => {
    const [token, ...others] = request.raw.headersDistinct['x-auth-token'] ?? [];
    if (token === undefined || others.length > 0) throw new AppError('unauthorized');
    try {
      request.caller = await withDeadline(
        DEADLINE_MS,
        authenticate(parts, { token, origin: request.headers.origin }),
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'origin_forbidden') denyOrigin(reply);
      throw error;
    }
  });
}

/** The proven caller, inside a guarded route. */
export function callerOf(request: { caller: Caller | null }): Caller {
  if (request.caller === null) throw new Error('This route is not behind registerAuth.');
  return request.caller;
}
