import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Db } from '../database/database.ts';
import { pingDatabase } from '../database/database.ts';
import { withDeadline } from './deadline.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

const READY_DEADLINE_MS = 5_000;

const health = z.object({ status: z.literal('ok') });

const stopping = z.object({ status: z.literal('stopping') });

/**
 * For load balancers and supervisors: no secret, no detail, no proof needed.
 *
 * @param isStopping whether new requests should go to another process, although they are still served here
 */
export function registerHealth(app: FastifyInstance, db: Db, isStopping: () => boolean): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/health/live',
    {
      exposeHeadRoute: true,
      schema: {
        tags: ['health'],
        summary: 'The process runs.',
        response: { 200: health },
      },
    },
    () => ({ status: 'ok' as const }),
  );
  routes.get(
    '/health/ready',
    {
      exposeHeadRoute: true,
      schema: {
        tags: ['health'],
        summary:
          'The process can serve: the database is up to date and answers, and no stop is coming.',
        response: { 200: health, 503: stopping },
      },
    },
    async (_request, reply) => {
      if (isStopping()) return reply.code(503).send({ status: 'stopping' as const });
      await withDeadline(READY_DEADLINE_MS, pingDatabase(db));
      return { status: 'ok' as const };
    },
  );
}
