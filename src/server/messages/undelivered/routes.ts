import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type RetriedAnswer,
  retriedAnswer,
  retryUndelivered as retrySchema,
  undeliveredCollection,
} from '../../../contract/api.ts';
import { requireAdmin } from '../../access/admin.ts';
import { callerOf, runOnce } from '../../access/routes.ts';
import type { Context } from '../../context.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { forgetUndelivered, readUndelivered, retryUndelivered } from './undelivered.ts';

const byId = z.object({ id: z.string() });
const nothing = z.null();

/** What a channel could not carry. Every user may look; administrators try again and forget. */
export function registerUndelivered(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/messenger/channels/:id/undelivered',
    {
      schema: {
        tags: ['messages'],
        summary: 'The newest 100 messages that could not be carried, without what they say.',
        params: byId,
        response: { 200: undeliveredCollection },
      },
    },
    (request) => readUndelivered(context, callerOf(request), request.params.id),
  );
  routes.post(
    '/messenger/channels/:id/undelivered/retry',
    {
      schema: {
        tags: ['messages'],
        summary: 'Tries again: those named, or all.',
        params: byId,
        body: retrySchema,
        response: { 202: retriedAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      const { id } = request.params;
      const work = async () => ({
        status: 202,
        body: await retryUndelivered(context, caller, id, request.body?.ids),
      });
      const answer = await runOnce(context, request, work, { required: false });
      return reply.code(202).send(answer.body as RetriedAnswer);
    },
  );
  routes.delete(
    '/messenger/channels/:id/undelivered',
    {
      schema: {
        tags: ['messages'],
        summary: 'Forgets all of them.',
        params: byId,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      await forgetUndelivered(context, caller, request.params.id);
      return reply.code(204).send(null);
    },
  );
}
