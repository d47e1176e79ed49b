import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { channelCollection, channelHistory, deleteChannels } from '../../contract/api.ts';
import { requireAdmin } from '../access/admin.ts';
import { callerOf, runOnce } from '../access/routes.ts';
import type { Context } from '../context.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { readChanges } from './changes/read-changes.ts';
import { readChannels, removeChannel, removeChannels } from './channels.ts';
import { pauseChannel, resumeChannel } from './pausing/pausing.ts';

const byId = z.object({ id: z.string() });
const nothing = z.null();

/** What is kept of a write that answers nothing. */
const DONE = { status: 204, body: null };

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
  routes.post(
    '/messenger/channels/delete',
    {
      schema: {
        tags: ['channels'],
        summary:
          'Disconnects several channels at once, or none. Those that are gone already are no fault.',
        body: deleteChannels,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      await runOnce(context, request, async () => {
        await removeChannels(context, caller, request.body.ids);
        return DONE;
      });
      return reply.code(204).send(null);
    },
  );
  registerPausing(app, context);
  routes.get(
    '/messenger/channels/:id/history',
    {
      schema: {
        tags: ['channels'],
        summary: 'The last 20 changes of a channel’s status, the newest first.',
        params: byId,
        response: { 200: channelHistory },
      },
    },
    (request) => readChanges(context, callerOf(request), request.params.id),
  );
}

function registerPausing(app: FastifyInstance, context: Context): void {
  const acts = [
    {
      name: 'pause',
      act: pauseChannel,
      summary:
        'Pauses a channel: it stays connected, what clients write waits, what managers write is not delivered.',
    },
    {
      name: 'resume',
      act: resumeChannel,
      summary: 'Lets a paused channel go on, once its service was asked how it is.',
    },
  ];
  for (const { name, act, summary } of acts) {
    app
      .withTypeProvider<ZodTypeProvider>()
      .post(
        `/messenger/channels/:id/${name}`,
        { schema: { tags: ['channels'], summary, params: byId, response: { 204: nothing } } },
        async (request, reply) => {
          const caller = callerOf(request);
          await requireAdmin(context, caller);
          await runOnce(context, request, async () => {
            await act(context, caller, request.params.id);
            return DONE;
          });
          return reply.code(204).send(null);
        },
      );
  }
}
