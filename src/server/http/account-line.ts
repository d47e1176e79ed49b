import type { FastifyInstance } from 'fastify';
import { AppError } from '../app-error.ts';
import { FairLine } from '../fair-line.ts';
import { callerOf } from './auth.ts';

/** Requests of one account that are worked on at once by this process. */
const AT_ONCE = 10;

/** How long another one waits for its turn: a burst is worked off, a flood is told to come back. */
const PATIENCE_MS = 30_000;
const RETRY_AFTER_SECONDS = 10;

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
      throw new AppError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    const leave = () => {
      line.leave();
      if (line.isEmpty) lines.delete(accountId);
    };
    if (reply.raw.closed) leave();
    else reply.raw.once('close', leave);
  });
}
