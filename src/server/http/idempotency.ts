import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { LIMITS } from '../../contract/api.ts';
import { AppError } from '../app-error.ts';
import { type Answer, type Once, runUnderKey } from '../core/idempotency.ts';
import type { Parts } from '../parts.ts';
import { callerOf } from './auth.ts';

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
