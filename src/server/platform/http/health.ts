import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Db } from '../database/database.ts';
import { pingDatabase } from '../database/database.ts';
import { withDeadline } from './deadline.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

const READY_DEADLINE_MS = 5_000;

const health = z.object({ status: z.literal('ok') });

/** For load balancers and supervisors: no secret, no detail, no proof needed. */
export function registerHealth(app: FastifyInstance, db: Db): void {
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
        summary: 'The process can serve: the database is up to date and answers.',
        response: { 200: health },
      },
    },
    async () => {
      await withDeadline(READY_DEADLINE_MS, pingDatabase(db));
      return { status: 'ok' as const };
    },
  );
}
