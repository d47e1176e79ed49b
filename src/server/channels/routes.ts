import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { channelCollection } from '../../contract/api.ts';
import { requireAdmin } from '../access/admin.ts';
import { callerOf } from '../access/routes.ts';
import type { Context } from '../context.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { readChannels, removeChannel } from './channels.ts';

const byId = z.object({ id: z.string() });
const nothing = z.null();

/** The guide's channel resource. Its POST begins an attempt, and stands with the attempts. */
export function registerChannels(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/messenger/channels',
    {
      schema: {
        tags: ['channels'],
        summary: 'The connected channels.',
        response: { 200: channelCollection },
      },
    },
    (request) => readChannels(context, callerOf(request)),
  );
  routes.delete(
    '/messenger/channels/:id',
    {
      schema: {
        tags: ['channels'],
        summary: 'Disconnects a channel at once.',
        params: byId,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      await removeChannel(context, caller, request.params.id);
      return reply.code(204).send(null);
    },
  );
}
