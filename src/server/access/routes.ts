import { createHash } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '../../contract/api.ts';
import type { ErrorBody } from '../../contract/errors.ts';
import { hostOfBrowserOrigin } from '../accounts/browser-origin.ts';
import type { Caller } from '../accounts/caller.ts';
import { kommoReauthorize } from '../accounts/install-state.ts';
import type { Config } from '../config.ts';
import type { Parts } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import { FairLine } from '../platform/fair-line.ts';
import { withDeadline } from '../platform/http/deadline.ts';
import { fromValidation } from '../platform/http/validation.ts';
import { SchemaMismatch } from '../platform/http/zod-schemas.ts';
import { toAppError } from '../to-app-error.ts';
import { authenticate } from './authenticate.ts';
import { type Answer, type Once, runUnderKey } from './idempotency.ts';

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

/** Requests of one account that are worked on at once by this process. */
const AT_ONCE = 10;

/** How long another one waits for its turn: a burst is worked off, a flood is told to come back. */
const PATIENCE_MS = 30_000;
const LINE_RETRY_SECONDS = 10;

/**
 * Lets each account of a guarded scope have a few requests worked on at once and the others wait, so that one
 * account cannot keep the database's connections from all others.
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

/** A request without a key: nothing is kept, and nothing tells it from the next. */
const UNKEYED: Once = { keep: () => Promise.resolve(), isRepeat: false, reference: '' };

/**
 * Runs a write once per `Idempotency-Key` of the account. The same request of the same user again gets the
 * stored answer; another request under the key is refused. Only success is stored: a failure may be tried
 * again. Call it after the caller's rights are checked.
 *
 * @param options.required whether a request without the header is refused (the default) or simply run
 * @throws AppError `idempotency_key_required`, `idempotency_key_reused`, `in_progress`
 */
export async function runOnce(
  parts: Parts,
  request: FastifyRequest,
  work: (once: Once) => Promise<Answer>,
  options: { required?: boolean } = {},
): Promise<Answer> {
  const keys = request.raw.headersDistinct['idempotency-key'] ?? [];
  const [key, ...others] = keys;
  if (key === undefined) {
    if (options.required === false) return work(UNKEYED);
    throw new AppError('idempotency_key_required');
  }
  if (others.length > 0 || key.length > LIMITS.idempotencyKey || !/^[\x21-\x7e]+$/.test(key)) {
    throw new AppError('bad_request', { fields: [{ path: 'Idempotency-Key', code: 'invalid' }] });
  }
  const caller = callerOf(request);
  const use = { accountId: caller.accountId, key, requestHash: hashOf(request, caller.userId) };
  return runUnderKey(parts, use, work);
}

/**
 * What makes two requests the same: method, address, parsed body, and whose they are. An answer may hold the
 * key of an attempt, which no other administrator may have.
 */
function hashOf(request: FastifyRequest, userId: number): string {
  const [path] = request.url.split('?');
  return createHash('sha256')
    .update(`${userId} ${request.method} ${path}\n${JSON.stringify(request.body ?? null)}`)
    .digest('base64url');
}

const ALLOWED_METHODS = 'GET, POST, PUT, DELETE';
const ALLOWED_HEADERS = 'X-Auth-Token, Content-Type, Idempotency-Key, Authorization, Last-Event-ID';
const EXPOSED_HEADERS = 'Retry-After, X-Request-Id';

/** The longest any browser keeps a preflight's answer (Chromium: two hours). */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets Kommo's pages read our answers, whatever the status, and nobody else's. Never with credentials:
 * the token in the header is the only proof. Preflights are answered from the configuration alone: no
 * token, no database. Whether a page belongs to the account of the token is decided where the token is
 * (`auth.ts`).
 */
export function registerCors(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', async (request, reply) => {
    allowOrigin(config, request, reply);
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
export function allowOrigin(config: Config, request: FastifyRequest, reply: FastifyReply): void {
  // The same address is answered differently for different pages; caches must keep them apart.
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || hostOfBrowserOrigin(config, origin) === undefined) return;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', EXPOSED_HEADERS);
}

/** The token belongs to another account than the page: the page may not read the answer. */
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

/** The code of the guide's "authorize again" answer. */
const REAUTHORIZE_CODE = 1015;

const RETRY_AFTER_SECONDS = 5;

/** Answers every failure of a route with the one error body; nothing the caller sent comes back. */
export function createErrorHandler(parts: Parts) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    let failure = fromFramework(error) ?? toAppError(error);
    if (failure.code === 'kommo_reauthorize' && failure.refreshTokenUrl === undefined) {
      failure = await withConsentPage(parts, request, failure);
    }
    logFailure(request, failure);
    return sendError(request, reply, failure);
  };
}

/** A use case only knew that the grant is dead; the page to renew it at is made for the caller here. */
async function withConsentPage(
  parts: Parts,
  request: FastifyRequest,
  failure: AppError,
): Promise<AppError> {
  if (request.caller === null) return failure;
  try {
    return await kommoReauthorize(parts, request.caller, failure.cause);
  } catch (error) {
    return toAppError(error);
  }
}

export function sendError(request: FastifyRequest, reply: FastifyReply, failure: AppError) {
  if (failure.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(failure.retryAfterSeconds));
  }
  return reply
    .code(failure.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(failure, request.id));
}

/** The one error body. The 1015 pair of the guide is written here and nowhere else. */
export function errorBody(failure: AppError, requestId: string): ErrorBody {
  const { code, fields, refreshTokenUrl } = failure;
  const body: ErrorBody = {
    error: { code, ...(fields === undefined ? {} : { fields }), request_id: requestId },
  };
  if (code === 'kommo_reauthorize' || refreshTokenUrl !== undefined) {
    body.error_code = REAUTHORIZE_CODE;
  }
  if (refreshTokenUrl !== undefined) body.refresh_token_url = refreshTokenUrl;
  return body;
}

/** What Fastify refused before a route of ours ran; undefined for everything else. */
function fromFramework(error: FastifyError): AppError | undefined {
  if (error instanceof AppError) return undefined;
  if (error instanceof SchemaMismatch) return fromValidation(error);
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('body_too_large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupported_media_type');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new AppError('storage_unavailable', {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    default:
      break;
  }
  const { statusCode } = error;
  const isRefusal = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isRefusal && error.code?.startsWith('FST_ERR_') === true
    ? new AppError('bad_request', { cause: error })
    : undefined;
}

function logFailure(request: FastifyRequest, failure: AppError): void {
  const details = { code: failure.code, err: failure.cause };
  if (failure.status >= 500) request.log.error(details, 'request failed');
  else request.log.info(details, 'request refused');
}
