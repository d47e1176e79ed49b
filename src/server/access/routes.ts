import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../accounts/caller.ts';
import { kommoReauthorize } from '../accounts/install-state.ts';
import type { Context } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import { FairLine } from '../platform/fair-line.ts';
import { denyOrigin } from '../platform/http/cors.ts';
import { withDeadline } from '../platform/http/deadline.ts';
import { fromFramework, sendError } from '../platform/http/error-answer.ts';
import { toAppError } from '../to-app-error.ts';
import { authenticate } from './authenticate.ts';
import { type KeyedWork, runUnderKey } from './idempotency.ts';
import type { StoredAnswer } from './rows.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind `registerAuth`, null on the public ones. */
    caller: Caller | null;
  }
}

/** An unreachable database must be answered within 10 seconds. */
const DEADLINE_MS = 9_000;

/**
 * Guards a scope: no route in it runs, and no body is read, before the disposable token is proven. The token is
 * read from `X-Auth-Token` only, and only if there is exactly one.
 */
export function registerAuth(scope: FastifyInstance, context: Context): void {
  scope.addHook('onRequest', async (request, reply) => {
    const [token, ...others] = request.raw.headersDistinct['x-auth-token'] ?? [];
    if (token === undefined || others.length > 0) throw new AppError('unauthorized');
    try {
      request.caller = await withDeadline(
        DEADLINE_MS,
        authenticate(context, { token, origin: request.headers.origin }),
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

/** Requests of one account that this process works on at once. */
const AT_ONCE = 10;

/** How long a further one waits for its turn: a burst gets through, a flood is told to come back later. */
const PATIENCE_MS = 30_000;
const LINE_RETRY_SECONDS = 10;

/**
 * Works on a few requests of each account at once and lets the others wait, so that one account cannot take the
 * database's connections away from all the others.
 */
export function registerAccountLine(scope: FastifyInstance): void {
  const lines = new Map<number, FairLine>();
  scope.addHook('preHandler', async (request, reply) => {
    const { accountId } = callerOf(request);
    const line = lines.get(accountId) ?? new FairLine(AT_ONCE);
    lines.set(accountId, line);
    if (!(await line.enter('', PATIENCE_MS))) {
      throw new AppError('rate_limited', { retryAfterSeconds: LINE_RETRY_SECONDS });
    }
    const leave = () => {
      line.leave();
      if (line.isEmpty) lines.delete(accountId);
    };
    if (reply.raw.closed) leave();
    else reply.raw.once('close', leave);
  });
}

/** Runs a write once per `Idempotency-Key`, as `runUnderKey` does. Call it after the caller's rights are checked. */
export function runOnce(
  context: Context,
  request: FastifyRequest,
  work: KeyedWork,
  options?: { required?: boolean },
): Promise<StoredAnswer> {
  const { accountId, userId } = callerOf(request);
  const { method, body, raw } = request;
  const [path = ''] = request.url.split('?');
  const keys = raw.headersDistinct['idempotency-key'] ?? [];
  return runUnderKey(context, { accountId, userId, method, path, body, keys }, work, options);
}

/** Answers every failure of a route with the one error body; nothing the caller sent comes back. */
export function createErrorHandler(context: Context) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    let failure = fromFramework(error) ?? toAppError(error);
    if (failure.code === 'kommo_reauthorize' && failure.refreshTokenUrl === undefined) {
      failure = await withConsentPage(context, request, failure);
    }
    logFailure(request, failure);
    return sendError(request, reply, failure);
  };
}

/** A use case only knows that the grant is dead; this adds the page where the caller can renew it. */
async function withConsentPage(
  context: Context,
  request: FastifyRequest,
  failure: AppError,
): Promise<AppError> {
  if (request.caller === null) return failure;
  try {
    return await kommoReauthorize(context, request.caller, failure.cause);
  } catch (error) {
    return toAppError(error);
  }
}

function logFailure(request: FastifyRequest, failure: AppError): void {
  const details = { code: failure.code, err: failure.cause };
  if (failure.status >= 500) request.log.error(details, 'request failed');
  else request.log.info(details, 'request refused');
}
